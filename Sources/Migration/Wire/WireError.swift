import HostInterface

/// Why two xends do not understand each other.
public struct WireError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong, as far as it makes a difference.
    public enum Reason: Hashable, Sendable {
        /// The peer said so.
        case refused
        /// What came is no message, too long, out of turn, or not authentic.
        case malformed
        /// The connection ended or failed.
        case cut
        /// The peer took too long.
        case timedOut
    }
    /// What went wrong.
    public var reason: Reason
    /// The same in words, for who asked.
    public var text: String

    public init(_ reason: Reason, _ text: String) {
        self.reason = reason
        self.text = text
    }

    init(_ error: NetworkError) { self.init(.cut, "\(error)") }

    public var description: String { text }
}
