import NIOCore
import Synchronization

/// Wakes one sleeper, by an event loop's timer: on the loop itself that is a call, and no other thread hears of it.
final class Alarm: Sendable {
    private enum State {
        case unset
        case set(CheckedContinuation<Bool, Never>, Scheduled<Void>)
        case over(hasRung: Bool)
    }

    private let state = Mutex(State.unset)

    /// Returns after this time. Once.
    ///
    /// - Throws: when the task is cancelled before.
    func wait(for duration: Duration, on loop: any EventLoop) async throws(CancellationError) {
        let hasRung = await withTaskCancellationHandler {
            await withCheckedContinuation { set($0, duration, loop) }
        } onCancel: {
            end(hasRung: false)
        }
        if !hasRung { throw CancellationError() }
    }

    private func set(_ sleeper: CheckedContinuation<Bool, Never>, _ duration: Duration, _ loop: any EventLoop) {
        let isCancelled = state.withLock { state in
            if case .over = state { return true }
            state = .set(sleeper, loop.scheduleTask(in: TimeAmount(duration)) { self.end(hasRung: true) })
            return false
        }
        if isCancelled { sleeper.resume(returning: false) }
    }

    private func end(hasRung: Bool) {
        let before = state.withLock { state in
            let before = state
            state = .over(hasRung: hasRung)
            return before
        }
        guard case .set(let sleeper, let timer) = before else { return }
        if !hasRung { timer.cancel() }
        sleeper.resume(returning: hasRung)
    }
}
