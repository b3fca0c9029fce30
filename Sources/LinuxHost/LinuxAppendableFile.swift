import Glibc
import HostInterface
import SystemPackage

/// A file open for appending, on a thread of its own. A sync takes seconds on a disk that is busy: it has another, so that what is
/// appended meanwhile does not wait for it.
actor LinuxAppendableFile: AppendableFile {
    private let thread = BlockingThread()
    private let syncing: BlockingPool
    private let path: String
    private var file: FileDescriptor?

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    init(_ path: String, _ file: FileDescriptor, syncing: BlockingPool) {
        self.path = path
        self.file = file
        self.syncing = syncing
    }

    deinit { try? file?.close() }

    /// Appends all of `bytes` or, when the disk is full, none of them: a torn record would hide those after it.
    func append(_ bytes: [UInt8]) async throws(FileError) {
        let file = try self.opened("append to")
        try attempt("append to", path) {
            let length = try Blocking.status(file).st_size
            do {
                _ = try file.writeAll(bytes)
            } catch {
                _ = ftruncate(file.rawValue, length)
                throw error
            }
        }
    }

    func sync() async throws(FileError) {
        let path = path
        // Its own, lest the file be closed, and the number given to another, before the sync begins.
        let file = try self.opened("sync")
        let copy = try attempt("sync", path) {
            FileDescriptor(rawValue: try check { fcntl(file.rawValue, F_DUPFD_CLOEXEC, 0) })
        }
        try await syncing.run { () throws(FileError) in
            defer { try? copy.close() }
            try attempt("sync", path) { try check { fdatasync(copy.rawValue) } }
        }
    }

    func truncate(to length: Int) async throws(FileError) {
        let file = try self.opened("truncate")
        try attempt("truncate", path) { try check { ftruncate(file.rawValue, length) } }
    }

    func close() async {
        try? file?.close()
        file = nil
    }

    private func opened(_ action: String) throws(FileError) -> FileDescriptor {
        guard let file else { throw FileError.closed(action, path) }
        return file
    }
}
