import Glibc
import HostInterface
import SystemPackage

/// A file being written front to back, with holes, on a thread of its own.
actor LinuxWritableFile: WritableFile {
    private let thread = BlockingThread()
    private let path: String
    private var file: FileDescriptor?
    /// Zeroes skipped since the last write: they become a hole, or the file's end.
    private var skipped = 0

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    init(_ path: String, _ file: FileDescriptor) {
        self.path = path
        self.file = file
    }

    deinit { try? file?.close() }

    func write(_ bytes: [UInt8]) async throws(FileError) {
        guard !bytes.isEmpty else { return }
        try perform("write") { file in
            try passSkipped(file)
            _ = try file.writeAll(bytes)
        }
    }

    func skip(_ count: Int) async throws(FileError) {
        try perform("write") { _ in skipped += count }
    }

    func write(_ pieces: [FilePiece]) async throws(FileError) {
        try perform("write") { file in
            for piece in pieces {
                switch piece {
                case .bytes(let bytes):
                    try passSkipped(file)
                    _ = try file.writeAll(bytes)
                case .zeroes(let count): skipped += count
                }
            }
        }
    }

    func sync() async throws(FileError) {
        try perform("sync") { file in
            try passSkipped(file)
            try check { fsync(file.rawValue) }
        }
    }

    /// Closes the file. Holes at its end are kept; an error is seen by `sync` only.
    func close() async {
        guard let file else { return }
        try? passSkipped(file)
        try? file.close()
        self.file = nil
    }

    private func perform(_ action: String, _ body: (FileDescriptor) throws -> Void) throws(FileError) {
        guard let file else { throw FileError.closed(action, path) }
        try attempt(action, path) { try body(file) }
    }

    private func passSkipped(_ file: FileDescriptor) throws {
        guard skipped > 0 else { return }
        if try Blocking.status(file).st_mode & S_IFMT == S_IFREG {
            let end = try file.seek(offset: Int64(skipped), from: .current)
            try check { ftruncate(file.rawValue, Int(end)) }
        } else {
            try writeZeroes(file)
        }
        skipped = 0
    }

    /// A block device has no holes: what was there before would shine through.
    private func writeZeroes(_ file: FileDescriptor) throws {
        let zeroes = [UInt8](repeating: 0, count: 1 << 20)
        var left = skipped
        while left > 0 {
            left -= try file.writeAll(zeroes.prefix(left))
        }
    }
}
