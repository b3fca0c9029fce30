import HostInterface
import LinuxHost
import NIOCore
import Simulation

/// Lets an event loop drive the simulation in real time: on one thread requests are read, answered and written.
///
/// `@unchecked Sendable`: all of it is touched on the loop's thread only.
final class LoopDriver: @unchecked Sendable {
    private let executor: SimulationExecutor
    private let loop: any EventLoop
    private let turns: LoopTurns
    private let isOver: () -> Bool
    private var timer: Scheduled<Void>?
    /// What the timer is for, and how often time had changed its way when it was set.
    private var deadline: Instant?
    private var clockChanges = 0
    /// The loop is being shut down, which must be asked of it once only.
    private var hasEnded = false

    /// - Parameter isOver: asked whenever nothing is left to do; then the loop is shut down.
    init(_ executor: SimulationExecutor, _ loop: any EventLoop, until isOver: @escaping () -> Bool) {
        self.executor = executor
        self.loop = loop
        turns = LoopTurns(loop)
        self.isOver = isOver
    }

    func start() {
        executor.drive { [self] in turns.ask { [self] in turn() } }
    }

    private func turn() {
        guard !hasEnded else { return }
        let before = executor.jobsRun
        let next = executor.runDue()
        turns.did(executor.jobsRun - before)
        guard !isOver() else { return end() }
        guard next != deadline || clockChanges != executor.clockChanges else { return }
        timer?.cancel()
        (deadline, clockChanges) = (next, executor.clockChanges)
        timer = next.flatMap(executor.delay).map { delay in
            loop.scheduleTask(in: .nanoseconds(delay.nanoseconds)) { [self] in
                deadline = nil
                turn()
            }
        }
    }

    private func end() {
        hasEnded = true
        timer?.cancel()
        loop.shutdownGracefully { _ in }
    }
}
