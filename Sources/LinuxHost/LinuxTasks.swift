import HostInterface

/// Starts tasks on an executor that is passed in, or on Swift's own.
public struct LinuxTasks: TaskSpawner {
    private let executor: LoopExecutor?

    /// - Parameter executor: nil: Swift's own, with its threads.
    public init(on executor: LoopExecutor? = nil) { self.executor = executor }

    @discardableResult
    public func spawn(_ body: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
        // The one bare task of the daemon: everything else comes through here, so that a simulation can take its place.
        Task(executorPreference: executor, operation: body)
    }

    public func serialExecutor() -> any SerialExecutor { if let executor { executor } else { QueueExecutor() } }
}
