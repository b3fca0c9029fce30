import Glibc
import HostInterface
import Synchronization

/// What is to happen at a time of the world.
extension SimulationExecutor {
    /// Runs `action` on the driver's thread when time reaches `deadline`; if that is past, as soon as nothing is ready.
    /// Equal deadlines are served in the order of scheduling.
    @discardableResult
    public func schedule(at deadline: Instant, _ action: @escaping @Sendable () -> Void) -> TimerToken {
        let (token, wakeDriver) = monitor.withLock { state in
            // A past deadline must not overtake what is due now and was scheduled earlier.
            let token = state.timers.schedule(at: max(deadline, state.present), action)
            return (token, state.wakeUp(isHome: pthread_self() == state.home))
        }
        wakeDriver?()
        // The loop may be asleep until a later timer.
        if mode == .real { monitor.signal() }
        return token
    }

    /// Forgets the action. Without effect if it has run or was cancelled before.
    public func cancel(_ token: TimerToken) {
        monitor.withLock { $0.timers.cancel(token) }
    }

    /// Returns when time has reached `deadline`; throws as soon as the task is cancelled.
    public func sleep(
        until deadline: Instant, isolation: isolated (any Actor)? = #isolation
    ) async throws(CancellationError) {
        let sleeper = Sleeper(executor: self, deadline: deadline)
        let isCancelled = await withTaskCancellationHandler {
            _ = isolation
            return await withCheckedContinuation { sleeper.begin($0) }
        } onCancel: {
            sleeper.end(isCancelled: true)
        }
        if isCancelled { throw CancellationError() }
    }
}

/// One sleep: ends exactly once, by its timer or by cancellation, which may also come before it begins.
private final class Sleeper: Sendable {
    private enum State {
        case created
        case asleep(CheckedContinuation<Bool, Never>, TimerToken)
        case ended
    }

    private let executor: SimulationExecutor
    private let deadline: Instant
    private let state = Mutex(State.created)

    init(executor: SimulationExecutor, deadline: Instant) {
        self.executor = executor
        self.deadline = deadline
    }

    /// Sets the timer. The continuation is given whether the sleep was cancelled.
    func begin(_ continuation: CheckedContinuation<Bool, Never>) {
        let isCancelled = state.withLock { state in
            switch state {
            case .created:
                let timer = executor.schedule(at: deadline) { self.end(isCancelled: false) }
                state = .asleep(continuation, timer)
                return false
            case .asleep, .ended:
                return true
            }
        }
        if isCancelled { continuation.resume(returning: true) }
    }

    func end(isCancelled: Bool) {
        let before = state.withLock { state in
            defer { state = .ended }
            return state
        }
        switch before {
        case .asleep(let continuation, let timer):
            executor.cancel(timer)
            continuation.resume(returning: isCancelled)
        case .created, .ended:
            break
        }
    }
}
