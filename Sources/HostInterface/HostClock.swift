/// Time, passed in so that a run can be repeated exactly.
public protocol HostClock: Sendable {
    /// Monotonic time; never goes back, stands still while the machine is off.
    var now: Instant { get }
    /// Calendar time; may jump in both directions.
    var wallTime: WallTime { get }
    /// Returns at `deadline` or, when the task is cancelled first, throws.
    func sleep(until deadline: Instant) async throws(CancellationError)
}

extension HostClock {
    /// Returns after this time.
    ///
    /// - Throws: when the task is cancelled meanwhile.
    public func sleep(for duration: Duration) async throws(CancellationError) {
        try await sleep(until: now + duration)
    }
}

/// A deadline passed before the work was done.
public struct DeadlineExceeded: Error, Sendable {
    public init() {}
}

extension HostClock {
    /// Runs `body`, but not longer than until `deadline`: then `body` is cancelled, awaited, and `DeadlineExceeded` thrown.
    ///
    /// `body` must react to cancellation; work that cannot (a blocking call) must not stand here.
    public func withDeadline<Value: Sendable>(
        _ deadline: Instant, isolation: isolated (any Actor)? = #isolation,
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            // Without it, each step of the group would be a job out of the caller's isolation, and one back.
            _ = isolation
            group.addTask { try await body() }
            group.addTask {
                try await self.sleep(until: deadline)
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let value = first else { throw DeadlineExceeded() }
            return value
        }
    }
}
