import Dispatch

/// Does one job after another, on the threads of Swift's own executor: what an actor without an executor has from the runtime.
public final class QueueExecutor: SerialExecutor {
    private let queue = DispatchQueue(label: "xend")

    /// With nothing to do.
    public init() {}

    /// Behind those that wait already.
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { [self] in job.runSynchronously(on: asUnownedSerialExecutor()) }
    }
}
