import HostInterface
import SimulatedHypervisor

/// The HTTP receivers of a simulated world, to which daemons post notifications.
public final class Receivers {
    /// What a receiver of notifications does with them.
    public enum Manner: Hashable, Sendable {
        /// Answers with this status.
        case answers(Int)
        /// Takes the connection and never answers.
        case hangs
        /// Nobody listens.
        case refuses
    }
    /// Notifications that are remembered.
    public static let limit = 100_000

    private var manners: [String: Manner] = [:]
    private var bodies: [String: [[UInt8]]] = [:]

    /// Sets up a receiver; its url is `http://receivers/NAME`.
    /// - Returns: the url.
    @discardableResult
    public func add(_ name: String, _ manner: Manner) -> String {
        manners[url(name)] = manner
        return url(name)
    }

    /// The url of a receiver.
    public func url(_ name: String) -> String { "http://receivers/\(name)" }

    /// What a receiver has been sent, in order.
    public func received(_ name: String) -> [[UInt8]] { bodies[url(name)] ?? [] }

    func manner(_ url: String) -> Manner? { manners[url] }

    func deliver(_ body: [UInt8], to url: String) {
        if bodies[url, default: []].count < Self.limit { bodies[url, default: []].append(body) }
    }
}
