import NIOPosix

/// A thread of its own for an actor whose calls block: an open file, the log. It ends with the actor.
final class BlockingThread: SerialExecutor, TaskExecutor {
    private let pool = NIOThreadPool(numberOfThreads: 1)

    init() { pool.start() }

    // Nothing can be queued any more: every queued job holds this executor.
    deinit { pool.shutdownGracefully { _ in } }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        pool.submit { [self] _ in
            job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
        }
    }
}
