import HostInterface
import Synchronization

/// A log in memory. It outlives the daemon, as the file would.
final class MemoryLog: LogSink {
    /// Lines that are kept.
    private static let limit = 100_000
    private let lines = Mutex<[any LogEntry]>([])

    func append(_ line: any LogEntry) {
        lines.withLock { lines in
            if lines.count < Self.limit { lines.append(line) }
        }
    }

    func newest(limit: Int) async -> [UInt8] { Array(text.utf8.suffix(limit)) }

    /// All of it.
    var text: String {
        lines.withLock { lines in lines.map { $0.formatted(ahead: .zero) + "\n" }.joined() }
    }
}
