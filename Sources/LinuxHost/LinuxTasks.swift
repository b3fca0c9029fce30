import HostInterface

/// Starts tasks on an executor that is passed in, or on Swift's own.
public struct LinuxTasks: TaskSpawner {
    private let executor: LoopExecutor?

    /// - Parameter executor: nil: Swift's own, with its threads.
    public init(on executor: LoopExecutor? = nil) { self.executor = executor }

    @discardableResult
    public func spawn(_ body: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
        // The bare tasks of the daemon are here: everything else comes through this, so that a simulation can take its place.
        Task(executorPreference: executor, operation: body)
    }

    /// On a thread that may be kept waiting.
    static func spawn(on thread: BlockingThread, _ body: @escaping @Sendable () async -> Void) {
        Task(executorPreference: thread, operation: body)
    }

    public func serialExecutor() -> any SerialExecutor { if let executor { executor } else { QueueExecutor() } }
}
