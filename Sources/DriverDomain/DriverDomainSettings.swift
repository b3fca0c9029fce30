/// What xend-config.sxp says about devices (manual D3, D4).
public struct DriverDomainSettings: Hashable, Sendable {
    public var scriptDirectory = "/etc/xen"
    public var bridge = "xen-br0"
    public var vifScript = "vif-bridge"
    /// Whether a vif with addresses may send from these only (manual V2).
    public var isAntispoofOn = true
    /// Scripts by the TYPE of a vbd's uname (`block-TYPE`).
    public var blockScripts = ["file": "block-file"]
    /// How long a back-end may take to get ready or to let go (reference/domain.md §1: 10 s).
    public var backendTimeout = Duration.seconds(10)
    public var scriptTimeout = Duration.seconds(30)

    public init() {}

    /// Looked up in the script directory unless it begins with `/`.
    public func path(ofScript name: String) -> String {
        name.hasPrefix("/") ? name : "\(scriptDirectory)/\(name)"
    }
}
