import HostInterface
import SystemPackage

/// A log: a file that is put aside as `.1`, `.2` … when it is full (manual D5).
///
/// Logging never waits for the disk: lines go through a bounded queue to a thread of the log's own.
public final class RotatingLog: LogSink {
    /// What a log is like.
    public struct Limits: Hashable, Sendable {
        /// Bytes of the file before it is put aside. The original's.
        public var size: Int
        /// Old files that are kept. The original's.
        public var oldFiles: Int

        /// Of the audit: what somebody did is looked for weeks later.
        public static let audit = Limits(size: 4 << 20, oldFiles: 10)

        /// Of the history: a day's.
        public static let history = Limits(size: 4 << 20, oldFiles: 1)

        public init(size: Int = 1 << 20, oldFiles: Int = 5) {
            self.size = size
            self.oldFiles = oldFiles
        }
    }

    private let queue = LogQueue()
    private let file: LogFile
    private let path: String
    /// Where the file system has it.
    private let place: String

    /// - Parameter path: of the newest file, below the root. It and its directory are made when the first line comes.
    public init(path: String, root: HostRoot = HostRoot(), limits: Limits = Limits()) {
        self.path = path
        place = root.file(path)
        file = LogFile(path: place, limits: limits, queue: queue)
    }

    /// Opens the file once, before the daemon starts: somebody is there then who can be told that `logfile` is wrong.
    ///
    /// - Throws: why it cannot be written. A full disk is no reason: it may have room again, and a log that was cut says so.
    public func check() throws(FileError) {
        do throws(FileError) {
            try attempt("write the log", path) {
                try Blocking.makeDirectory(FilePath(place).removingLastComponent().string)
                try Blocking.withFile(place, .writeOnly, [.create, .append]) { _ in }
            }
        } catch {
            guard error.reason == .noSpace else { throw error }
        }
    }

    public func append(_ line: any LogEntry) {
        if queue.append(line) { file.emptySoon() }
    }

    public func newest(limit: Int) async -> [UInt8] {
        await file.newest(limit: limit)
    }

    /// Returns when every line taken so far is in the file: before the daemon ends.
    public func flush() async {
        await file.empty()
    }
}
