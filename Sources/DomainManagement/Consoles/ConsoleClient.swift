import HostInterface
import Synchronization

/// One viewer of a console: its own queue of output, so that a slow one holds up nobody.
final class ConsoleClient: Sendable {
    let viewer: any ConsoleViewer
    private let queue: Mutex<Queue>
    private let output: AsyncStream<Output>
    private let continuation: AsyncStream<Output>.Continuation

    private enum Output: Sendable {
        case bytes([UInt8])
        case standing(ConsoleStanding)

        /// What it takes of the queue.
        var cost: Int {
            switch self {
            case .bytes(let bytes): bytes.count
            case .standing: 256
            }
        }
    }

    private struct Queue {
        var waiting = 0
        var sent = 0
        var told: ConsoleStanding?
    }

    init(_ viewer: any ConsoleViewer, tasks: any TaskSpawner) {
        self.viewer = viewer
        queue = Mutex(Queue())
        (output, continuation) = AsyncStream.makeStream(of: Output.self)
        tasks.spawn { [self] in
            for await next in output {
                do {
                    switch next {
                    case .bytes(let bytes): try await viewer.show(bytes)
                    case .standing(let standing): try await viewer.tell(standing)
                    }
                } catch {
                    break
                }
                queue.withLock { queue in
                    queue.waiting -= next.cost
                    if case .bytes(let bytes) = next { queue.sent += bytes.count }
                }
            }
            await viewer.close()
        }
    }

    /// Queues output; a client that is too far behind is cut off.
    func send(_ bytes: [UInt8]) { put(.bytes(bytes)) }

    /// Queues how it stands, if that is news.
    func tell(_ standing: ConsoleStanding) {
        let isNews = queue.withLock { queue in
            defer { queue.told = standing }
            return queue.told != standing
        }
        if isNews { put(.standing(standing)) }
    }

    private func put(_ next: Output) {
        let isTooSlow = queue.withLock { queue in
            queue.waiting += next.cost
            return queue.waiting > DomainConsole.clientBacklog
        }
        if isTooSlow { continuation.finish() } else { continuation.yield(next) }
    }

    /// Bytes taken by the client's side of the connection.
    var bytesSent: Int { queue.withLock { $0.sent } }

    func close() async {
        continuation.finish()
        await viewer.close()
    }
}
