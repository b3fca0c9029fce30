import Simulation
import Synchronization

/// Moves virtual time while a request is under way: from one thing that happens to the next, until it is answered.
///
/// Real files are on a real disk, for which virtual time must wait.
final class Pacemaker: Sendable {
    private struct State {
        /// Requests under way.
        var open = 0
        /// Calls to the real disk.
        var busy = 0
        var isPacing = false
        /// Tasks in `quiet`.
        var nappers = 0
    }
    private let executor: SimulationExecutor?
    private let state = Mutex(State())

    /// - Parameter executor: nil: time is real and moves by itself.
    init(_ executor: SimulationExecutor?) { self.executor = executor }

    /// Whether time is virtual.
    var movesTime: Bool { executor != nil }

    /// Something is asked. May be called on any thread.
    func began() {
        guard let executor else { return }
        let mustStart = state.withLock { state in
            state.open += 1
            if state.isPacing { return false }
            state.isPacing = true
            return true
        }
        if mustStart { executor.spawn { await self.pace(executor) } }
    }

    /// It is answered, or nobody waits any more.
    func ended() { state.withLock { $0.open -= 1 } }

    func diskBegan() { state.withLock { $0.busy += 1 } }
    func diskEnded() { state.withLock { $0.busy -= 1 } }

    private func pace(_ executor: SimulationExecutor) async {
        while true {
            await quiet()
            let isOver = state.withLock { state in
                if state.open <= 0 { state.isPacing = false }
                return state.open <= 0
            }
            if isOver { return }
            guard let next = executor.nextTimer else { continue }
            await executor.passTime(until: next)
        }
    }

    /// Returns when nothing is left to do at the present time: neither here, nor on the disk, nor in the threads that send
    /// and receive, as far as can be seen by waiting for them for a moment.
    func quiet() async {
        guard let executor else { return }
        state.withLock { $0.nappers += 1 }
        defer { state.withLock { $0.nappers -= 1 } }
        var calm = 0
        var jobs = executor.jobsRun
        var naps = 0
        while calm < Self.calmNaps {
            await Nap.short()
            naps += 1
            // A disk that is busy is waited for; tasks that run all the time are not.
            if naps > Self.patience, state.withLock({ $0.busy == 0 }) { return }
            let (isBusy, nappers) = state.withLock { ($0.busy > 0, $0.nappers) }
            // The naps themselves take some jobs to come back from.
            calm = isBusy || executor.jobsRun - jobs > Self.jobsOfNap * nappers ? 0 : calm + 1
            jobs = executor.jobsRun
        }
    }

    /// A millisecond: what a sleeping thread needs to be woken and to answer, several times over.
    private static let calmNaps = 5
    private static let patience = 50
    private static let jobsOfNap = 6
}
