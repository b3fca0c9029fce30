import NIOPosix

/// Threads for single calls that may block: stat, rename, fsync, a directory listing.
///
/// Calls are never skipped when their task is cancelled: an undo has to be able to remove its file.
final class BlockingPool: Sendable {
    /// A call on a dead network file system never returns and keeps its thread. Sixteen of them may do so before files
    /// stop being served; open files have threads of their own.
    static let threadCount = 16

    private let pool = NIOThreadPool(numberOfThreads: BlockingPool.threadCount)

    init() { pool.start() }

    // The threads end by themselves; nobody can be waiting for a call, since a waiting caller holds the pool.
    deinit { pool.shutdownGracefully { _ in } }

    func run<Value: Sendable, Failure: Error>(
        _ body: @escaping @Sendable () throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        typealias Answer = CheckedContinuation<Result<Value, Failure>, Never>
        let result = await withCheckedContinuation { (continuation: Answer) in
            pool.submit { _ in continuation.resume(returning: Result(catching: body)) }
        }
        return try result.get()
    }
}
