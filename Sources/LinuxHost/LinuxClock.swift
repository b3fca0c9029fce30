import Glibc
import HostInterface

/// The kernel's clocks: CLOCK_MONOTONIC for instants, CLOCK_REALTIME for calendar time.
public struct LinuxClock: HostClock {
    private let executor: LoopExecutor?

    /// - Parameter executor: whose event loop wakes who sleeps; nil: Swift's own timers, which take two threads to set and three to ring.
    public init(on executor: LoopExecutor? = nil) { self.executor = executor }

    public var now: Instant { Instant(nanoseconds: LinuxClock.read(CLOCK_MONOTONIC)) }

    public var wallTime: WallTime { WallTime(nanoseconds: LinuxClock.read(CLOCK_REALTIME)) }

    public func sleep(until deadline: Instant) async throws(CancellationError) {
        // This is the one place of the daemon that sleeps in real time.
        while now < deadline {
            let left = deadline - now
            do {
                if let executor {
                    try await Alarm().wait(for: left, on: executor.loop)
                } else {
                    // The suspending clock is CLOCK_MONOTONIC on Linux.
                    try await Task.sleep(for: left, tolerance: nil, clock: .suspending)
                }
            } catch {
                throw CancellationError()
            }
        }
    }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        precondition(clock_gettime(clock, &time) == 0, "Linux has had these clocks since 2.6")
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
