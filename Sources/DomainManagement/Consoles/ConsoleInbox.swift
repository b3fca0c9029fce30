import Synchronization

/// What has come of a connection before it was a console's, and whether anything has been read since.
final class ConsoleInbox: Sendable {
    private struct State {
        var typed: [UInt8]?
        var isFirst: Bool
    }

    private let state: Mutex<State>

    init(_ typed: [UInt8]?) {
        state = Mutex(State(typed: typed.flatMap { $0.isEmpty ? nil : $0 }, isFirst: typed == nil))
    }

    /// What there is to give back first, and whether what is read next is the first that comes.
    func take() -> (typed: [UInt8]?, isFirst: Bool) {
        state.withLock { state in
            defer { (state.typed, state.isFirst) = (nil, false) }
            return (state.typed, state.isFirst)
        }
    }
}
