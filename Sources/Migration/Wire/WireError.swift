import HostInterface

/// Why two xends do not understand each other.
public struct WireError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Reason: Hashable, Sendable {
        /// The peer said so.
        case refused
        /// What came is no message, too long, out of turn, or not authentic.
        case malformed
        /// The connection ended or failed.
        case cut
        case timedOut
    }
    public var reason: Reason
    public var text: String

    public init(_ reason: Reason, _ text: String) {
        self.reason = reason
        self.text = text
    }

    init(_ error: NetworkError) { self.init(.cut, "\(error)") }

    public var description: String { text }
}
