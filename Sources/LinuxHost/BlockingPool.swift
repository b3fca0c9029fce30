import NIOPosix
import Synchronization

/// Threads for single calls that may block: stat, rename, fsync, a directory listing. Each is there from when it is needed first: a
/// start that waits for sixteen threads of every pool takes half as long again.
///
/// Calls are never skipped when their task is cancelled: an undo has to be able to remove its file.
final class BlockingPool: Sendable {
    /// A call on a dead network file system never returns and keeps its thread. Sixteen of them may do so before files
    /// stop being served; open files have threads of their own.
    static let threadCount = 16

    private typealias Call = @Sendable () -> Void

    private struct State {
        var all: [NIOThreadPool] = []
        var idle: [NIOThreadPool] = []
        /// Calls that wait for a thread, in their order.
        var waiting: [Call] = []
    }

    private let state = Mutex(State())

    // The threads end by themselves; nobody can be waiting for a call, since a waiting caller holds the pool.
    deinit {
        for thread in state.withLock({ $0.all }) { thread.shutdownGracefully { _ in } }
    }

    func run<Value: Sendable, Failure: Error>(
        _ body: @escaping @Sendable () throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        typealias Answer = CheckedContinuation<Result<Value, Failure>, Never>
        let result = await withCheckedContinuation { (continuation: Answer) in
            call { continuation.resume(returning: Result(catching: body)) }
        }
        return try result.get()
    }

    private func call(_ body: @escaping Call) {
        let thread: NIOThreadPool? = state.withLock { state in
            if let idle = state.idle.popLast() { return idle }
            guard state.all.count < Self.threadCount else {
                state.waiting.append(body)
                return nil
            }
            let new = NIOThreadPool(numberOfThreads: 1)
            state.all.append(new)
            new.start()
            return new
        }
        thread?.submit { [self] _ in work(on: thread, body) }
    }

    /// Makes a call, and those that wait for a thread.
    private func work(on thread: NIOThreadPool?, _ first: @escaping Call) {
        var next: Call? = first
        while let call = next {
            call()
            next = state.withLock { state in
                if !state.waiting.isEmpty { return state.waiting.removeFirst() }
                if let thread { state.idle.append(thread) }
                return nil
            }
        }
    }
}
