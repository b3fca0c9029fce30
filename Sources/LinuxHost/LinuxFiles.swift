import Glibc
import HostInterface
import SystemPackage

/// The files of a Linux host, below a root.
///
/// Single calls run on a pool of threads; an open file has a thread of its own, so that a save to a dead disk does not
/// hold up the journal.
public final class LinuxFiles: FileStore {
    /// Files hold configurations and guest memory: root's alone.
    static let permissions: FilePermissions = [.ownerReadWrite]

    private let root: HostRoot
    private let pool = BlockingPool()

    public init(root: HostRoot = HostRoot()) { self.root = root }

    public func read(_ path: String, limit: Int) async throws(FileError) -> [UInt8] {
        try await onFile("read", path) { try Blocking.read($0, limit: limit) }
    }

    public func write(_ path: String, _ bytes: [UInt8]) async throws(FileError) {
        try await onFile("write", path) { real in
            try Blocking.withFile(real, .writeOnly, [.create, .truncate]) { _ = try $0.writeAll(bytes) }
        }
    }

    public func sync(_ path: String) async throws(FileError) {
        try await onFile("sync", path) { real in
            try Blocking.withFile(real, .readOnly, []) { file in try check { fsync(file.rawValue) } }
        }
    }

    public func rename(_ path: String, to target: String) async throws(FileError) {
        let realTarget = root.file(target)
        try await onFile("rename", path) { real in try check { Glibc.rename(real, realTarget) } }
    }

    public func syncDirectory(_ path: String) async throws(FileError) {
        try await onFile("sync", path) { try Blocking.syncDirectory($0) }
    }

    public func remove(_ path: String) async throws(FileError) {
        try await onFile("remove", path) { real in try check { unlink(real) } }
    }

    public func makeDirectory(_ path: String) async throws(FileError) {
        try await onFile("make directory", path) { try Blocking.makeDirectory($0) }
    }

    public func list(_ path: String) async throws(FileError) -> [String] {
        try await onFile("list", path) { try Blocking.list($0) }
    }

    public func information(_ path: String) async throws(FileError) -> FileInformation? {
        let root = root
        return try await onFile("look at", path) { try FileInformation(ofFile: $0, root: root) }
    }

    public func openForAppending(_ path: String) async throws(FileError) -> any AppendableFile {
        let file = try await open("open", path, .writeOnly, [.create, .append])
        return LinuxAppendableFile(path, file, syncing: pool)
    }

    public func openForWriting(_ path: String) async throws(FileError) -> any WritableFile {
        let file = try await open("open", path, .writeOnly, [.create, .truncate])
        return LinuxWritableFile(path, file)
    }

    public func openForReading(_ path: String) async throws(FileError) -> any ReadableFile {
        let file = try await open("open", path, .readOnly, [])
        return LinuxReadableFile(path, file)
    }

    private func open(
        _ action: String, _ path: String, _ mode: FileDescriptor.AccessMode, _ options: FileDescriptor.OpenOptions
    ) async throws(FileError) -> FileDescriptor {
        try await onFile(action, path) { try Blocking.open($0, mode, options) }
    }

    /// Runs a blocking body with the real path; errors name the path as the daemon knows it.
    @discardableResult
    private func onFile<Value: Sendable>(
        _ action: String, _ path: String, _ body: @escaping @Sendable (String) throws -> Value
    ) async throws(FileError) -> Value {
        guard !path.utf8.contains(0) else {
            throw FileError(action, path, .system(errno: EINVAL, text: "a path cannot contain a NUL byte"))
        }
        let real = root.file(path)
        return try await pool.run { () throws(FileError) in try attempt(action, path) { try body(real) } }
    }
}
