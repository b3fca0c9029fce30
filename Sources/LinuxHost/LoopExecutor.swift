import NIOCore
import NIOPosix
import Synchronization

/// Swift's tasks on an event loop: what is read from a socket is decided and answered on the thread that has read it, and everything
/// that the daemon does has one order (record 14). What blocks has threads of its own.
///
/// One hop between threads and back costs more than a small request does.
public final class LoopExecutor: SerialExecutor, TaskExecutor {
    /// Where everything runs.
    public let loop: any EventLoop
    private let turns: LoopTurns
    private let waiting = Mutex(Waiting())

    private struct Waiting: Sendable {
        var jobs: [UnownedJob] = []
        /// The loop has been asked to come by.
        var isAwaited = false
    }

    /// - Parameter loop: it has to live as long as anything is to be done.
    public init(_ loop: any EventLoop) {
        self.loop = loop
        turns = LoopTurns(loop)
    }

    /// On one of the process's own loops.
    public convenience init() { self.init(MultiThreadedEventLoopGroup.singleton.next()) }

    /// Behind those that wait already; from any thread.
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isFirst = waiting.withLock { waiting in
            waiting.jobs.append(job)
            defer { waiting.isAwaited = true }
            return !waiting.isAwaited
        }
        if isFirst { turns.ask { [self] in turn() } }
    }

    /// Those that wait now: what they make ready comes in a later turn, and after some of them the loop has looked at its sockets.
    private func turn() {
        let jobs = waiting.withLock { waiting in
            waiting.isAwaited = false
            defer { waiting.jobs = [] }
            return waiting.jobs
        }
        for job in jobs {
            job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
        }
        turns.did(jobs.count)
    }

    /// Stops the program when it runs on another thread than the loop's.
    public func checkIsolated() { loop.preconditionInEventLoop() }
}
