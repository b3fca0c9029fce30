import NIOCore
import Synchronization

/// The open connections of one listener, counted against its limit.
final class OpenChannels: Sendable {
    enum Admission { case admitted, refused, closed }

    /// Connections that are just being told that there are too many. Those beyond are closed without a word.
    static let refusalLimit = 64

    private struct State {
        var admitted: [ObjectIdentifier: any Channel] = [:]
        var refused = 0
        var isClosed = false
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) { self.limit = limit }

    /// Counts a new connection until it closes.
    func admit(_ channel: any Channel) -> Admission {
        let key = ObjectIdentifier(channel)
        let admission = state.withLock { state -> Admission in
            if state.isClosed { return .closed }
            if state.admitted.count < limit {
                state.admitted[key] = channel
                return .admitted
            }
            guard state.refused < OpenChannels.refusalLimit else { return .closed }
            state.refused += 1
            return .refused
        }
        channel.closeFuture.whenComplete { [self] _ in leave(key, admission) }
        return admission
    }

    /// Those that are open.
    var all: [any Channel] { state.withLock { Array($0.admitted.values) } }

    /// Admits no more. Returns those that are open.
    func closeDoor() -> [any Channel] {
        state.withLock { state in
            state.isClosed = true
            return Array(state.admitted.values)
        }
    }

    private func leave(_ key: ObjectIdentifier, _ admission: Admission) {
        state.withLock { state in
            switch admission {
            case .admitted: state.admitted[key] = nil
            case .refused: state.refused -= 1
            case .closed: break
            }
        }
    }
}
