/// Another host of the pool, as far as it is known here.
public struct PoolHost: Hashable, Sendable {
    /// How it was when it was asked last.
    public enum State: Hashable, Sendable {
        /// Nobody has asked yet, or no answer has come.
        case unknown
        /// xend listens there.
        case up
        /// Why nobody does.
        case down(String)

        /// On the wire.
        public var word: String {
            switch self {
            case .unknown: "unknown"
            case .up: "up"
            case .down: "down"
            }
        }
    }
    /// As the configuration has it.
    public var name: String
    /// How it was.
    public var state: State
    /// Seconds since 1970; nil: never.
    public var asked: Double?

    public init(name: String, state: State = .unknown, asked: Double? = nil) {
        self.name = name
        self.state = state
        self.asked = asked
    }
}
