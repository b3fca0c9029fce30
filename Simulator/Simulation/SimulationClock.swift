import HostInterface
import Synchronization

/// The clocks of one simulated host: monotonic time is the executor's, calendar time starts where it is told and can
/// be made to jump.
public final class SimulationClock: HostClock {
    private let executor: SimulationExecutor
    /// The calendar time when the executor's time is zero.
    private let origin: Mutex<WallTime>

    /// 2004-11-05 12:00:00 UTC, the day of xend 2.0: a time that is plainly not today's.
    public static let defaultStart = WallTime(seconds: 1_099_656_000)

    /// - Parameter start: the calendar time when the executor's time is zero.
    public init(executor: SimulationExecutor, start: WallTime = SimulationClock.defaultStart) {
        self.executor = executor
        origin = Mutex(start)
    }

    /// The executor's virtual time.
    public var now: Instant { executor.now }

    /// The calendar of this clock's host: it may have been set.
    public var wallTime: WallTime {
        let elapsed = executor.now.nanoseconds
        return origin.withLock { WallTime(nanoseconds: $0.nanoseconds + elapsed) }
    }

    /// Sets the calendar time forward or, below zero, back. Deadlines and sleeps do not notice.
    public func jump(by offset: Duration) {
        origin.withLock { $0.nanoseconds += offset.nanoseconds }
    }

    /// Returns when virtual time has come so far.
    ///
    /// - Throws: when the task is cancelled meanwhile.
    public func sleep(until deadline: Instant) async throws(CancellationError) {
        try await executor.sleep(until: deadline)
    }
}
