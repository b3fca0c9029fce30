import DomainLifecycle
import HTTPInterface
import HostInterface

/// What the HTTP server has to be told by the program that composes the daemon.
public struct HTTPServerConfiguration: Sendable {
    /// Names under which clients reach this node, beside `localhost` and IP addresses: its host name, usually. A
    /// request for any other name is refused, since it may come from a page that rebinds its own name to this address.
    /// In lower case; of a name with a domain the first part alone is one too.
    public private(set) var hostNames: Set<String>
    /// What the node calls itself; "" = pages show the name by which they were asked for.
    public var nodeName = ""
    /// Of vifs that name none.
    public var usualBridge = "xen-br0"
    /// Every page says SIMULATION.
    public var isSimulated: Bool
    /// Who may read `/metrics`; nil: whoever reaches the port.
    public var metricsRole: Role? = .viewer
    /// Chooses what the forms of pages have; nil: none of them can be sent by a browser.
    public var random: (any RandomSource)?
    /// Of the node, for saved domains that are listed and for the terminal of consoles; nil: there are none.
    public var files: (any FileStore)?
    /// Of sizes, numbers and times.
    public var limits: HTTPLimits
    /// Resources that only this program has, beside those of `/xend`.
    public var additionalResources: [Resource]
    /// Is told of every request; nil: nobody is.
    public var watcher: (any RequestWatcher)?
    /// Why xend itself is not there, when a program answers in its place: only the additional resources are served then, all
    /// other requests get 503 with this text. nil: xend is there.
    public var absence: String?

    /// - Parameters:
    ///   - hostNames: in any case.
    ///   - isSimulated: whether every page says so.
    ///   - limits: of sizes, numbers and times.
    ///   - additionalResources: beside those of `/xend`.
    ///   - absence: why xend itself is not there; nil: it is.
    public init(
        hostNames: Set<String> = [], isSimulated: Bool = false,
        limits: HTTPLimits = HTTPLimits(), additionalResources: [Resource] = [], absence: String? = nil
    ) {
        let names = hostNames.map { $0.lowercased() }
        self.hostNames = Set(names + names.compactMap { $0.split(separator: ".").first.map(String.init) })
        self.isSimulated = isSimulated
        self.limits = limits
        self.additionalResources = additionalResources
        self.absence = absence
    }
}
