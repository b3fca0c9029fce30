import HostInterface
import Synchronization

/// Work that somebody waits for, though not for ever: it goes on when nobody waits any more.
final class Undertaking<Outcome: Sendable>: Sendable {
    private struct State {
        var outcome: Outcome?
        var isAwaited = true
        var continuation: CheckedContinuation<Outcome?, Never>?
    }

    private let state = Mutex(State())

    /// Begins the work.
    ///
    /// - Parameters:
    ///   - late: is given the outcome when whoever waited had gone.
    init(
        _ tasks: any TaskSpawner, late: @escaping @Sendable (Outcome) async -> Void,
        _ work: @escaping @Sendable () async -> Outcome
    ) {
        tasks.spawn { [self] in
            let outcome = await work()
            if !end(outcome) { await late(outcome) }
        }
    }

    /// - Returns: false: nobody waits any more.
    private func end(_ outcome: Outcome) -> Bool {
        let (isAwaited, continuation) = state.withLock { state in
            state.outcome = outcome
            defer { state.continuation = nil }
            return (state.isAwaited, state.continuation)
        }
        continuation?.resume(returning: outcome)
        return isAwaited
    }

    /// The outcome; nil: it took longer.
    func outcome(within limit: Duration, _ clock: any HostClock) async -> Outcome? {
        if let outcome = state.withLock({ $0.outcome }) { return outcome }
        return await withTaskGroup(of: Void.self) { group in
            // Beside the wait: whichever of the two ends first ends the other.
            group.addTask {
                guard (try? await clock.sleep(for: limit)) != nil else { return }
                self.giveUp()
            }
            defer { group.cancelAll() }
            return await wait()
        }
    }

    private func wait() async -> Outcome? {
        await withCheckedContinuation { continuation in
            let known: Outcome?? = state.withLock { state in
                if let outcome = state.outcome { return .some(outcome) }
                guard state.isAwaited else { return .some(nil) }
                state.continuation = continuation
                return nil
            }
            if let known { continuation.resume(returning: known) }
        }
    }

    private func giveUp() {
        let continuation = state.withLock { state in
            if state.outcome == nil { state.isAwaited = false }
            defer { state.continuation = nil }
            return state.continuation
        }
        continuation?.resume(returning: nil)
    }
}
