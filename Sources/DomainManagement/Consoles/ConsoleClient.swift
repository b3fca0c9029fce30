import HostInterface
import Synchronization

/// One TCP client of a console: its own queue of output, so that a slow one holds up nobody.
final class ConsoleClient: Sendable {
    let connection: any NetworkConnection
    private let queue: Mutex<Queue>
    private let output: AsyncStream<[UInt8]>
    private let continuation: AsyncStream<[UInt8]>.Continuation

    private struct Queue {
        var waiting = 0
        var sent = 0
    }

    init(_ connection: any NetworkConnection, tasks: any TaskSpawner) {
        self.connection = connection
        queue = Mutex(Queue())
        (output, continuation) = AsyncStream.makeStream(of: [UInt8].self)
        tasks.spawn { [self] in
            for await bytes in output {
                do {
                    try await connection.write(bytes)
                } catch {
                    break
                }
                queue.withLock { queue in
                    queue.waiting -= bytes.count
                    queue.sent += bytes.count
                }
            }
            await connection.close()
        }
    }

    /// Queues output; a client that is too far behind is cut off.
    func send(_ bytes: [UInt8]) {
        let isTooSlow = queue.withLock { queue in
            queue.waiting += bytes.count
            return queue.waiting > DomainConsole.clientBacklog
        }
        if isTooSlow { continuation.finish() } else { continuation.yield(bytes) }
    }

    /// Bytes taken by the client's side of the connection.
    var bytesSent: Int { queue.withLock { $0.sent } }

    func close() async {
        continuation.finish()
        await connection.close()
    }
}
