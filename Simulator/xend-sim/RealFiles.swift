import Glibc
import HostInterface
import LinuxHost
import SimulatedHost

/// What the simulation asks of real files without waiting.
enum RealFiles {
    /// The size of a regular file; nil when there is none.
    static func size(_ path: String) -> UInt64? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return UInt64(status.st_size)
    }

    /// Which file it is; nil when there is none.
    static func identity(_ path: String) -> FileIdentity? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return FileIdentity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    }

    /// Makes a directory and those above it, where they are missing; a failure shows when they are used.
    static func makeDirectories(_ path: String) {
        var end = path.startIndex
        while end < path.endIndex {
            end = path[path.index(after: end)...].firstIndex(of: "/") ?? path.endIndex
            mkdir(String(path[..<end]), 0o755)
        }
    }

    /// The contents of a file, which is made with these, for its owner alone, if it is not there.
    /// - Throws: why it can be neither read nor made.
    static func makeOnce(_ path: String, _ content: [UInt8]) throws(ScenarioFileError) -> [UInt8] {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor >= 0 {
            defer { close(descriptor) }
            // So few bytes are written at once.
            if Glibc.write(descriptor, content, content.count) == content.count { return content }
        } else if errno == EEXIST, let found = bytes(path, limit: 4096) {
            return Array(found.prefix { $0 != UInt8(ascii: "\n") })
        }
        throw ScenarioFileError(description: "\(path): \(String(cString: strerror(errno)))")
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// The text of a configuration, which is a page: a megabyte is none.
    /// - Throws: why it cannot be read.
    static func text(_ path: String) throws(ScenarioFileError) -> String {
        guard let bytes = bytes(path, limit: 1 << 20) else {
            throw ScenarioFileError(description: "cannot read \(path): \(String(cString: strerror(errno)))")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The first `limit` bytes of a file, or a little more; nil, with errno set, when it cannot be read.
    static func bytes(_ path: String, limit: Int) -> [UInt8]? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while bytes.count < limit {
            let count = fread(&piece, 1, piece.count, file)
            if count == 0 { break }
            bytes += piece.prefix(count)
        }
        return bytes
    }

    /// Writes a file, with the directories above it; a failure shows when it is used.
    static func write(_ path: String, _ bytes: [UInt8]) {
        if let slash = path.lastIndex(of: "/") { makeDirectories(String(path[..<slash])) }
        guard let file = fopen(path, "w") else { return }
        defer { fclose(file) }
        _ = fwrite(bytes, 1, bytes.count, file)
    }
}

/// The files under a root, for scenarios that look at them.
struct RootedContents: RealContents {
    let root: HostRoot
    /// Images of large domains are not what a scenario looks at.
    private static let limit = 64 << 20

    func contents(_ path: String) -> [UInt8]? { RealFiles.bytes(root.file(path), limit: Self.limit) }
    func install(_ path: String, _ bytes: [UInt8]) { RealFiles.write(root.file(path), bytes) }
}

struct ScenarioFileError: Error, CustomStringConvertible { var description: String }

/// Files on a real disk; virtual time stands still while they work.
struct CountingFiles: FileStore {
    private let inner: any FileStore
    private let pacemaker: Pacemaker

    init(_ inner: any FileStore, _ pacemaker: Pacemaker) {
        self.inner = inner
        self.pacemaker = pacemaker
    }

    private func counted<Value>(
        _ body: () async throws(FileError) -> Value
    ) async throws(FileError) -> Value {
        pacemaker.diskBegan()
        defer { pacemaker.diskEnded() }
        return try await body()
    }

    func read(_ path: String, limit: Int) async throws(FileError) -> [UInt8] {
        try await counted { () async throws(FileError) in try await inner.read(path, limit: limit) }
    }
    func write(_ path: String, _ bytes: [UInt8]) async throws(FileError) {
        try await counted { () async throws(FileError) in try await inner.write(path, bytes) }
    }
    func sync(_ path: String) async throws(FileError) {
        try await counted { () async throws(FileError) in try await inner.sync(path) }
    }
    func rename(_ path: String, to target: String) async throws(FileError) {
        try await counted { () async throws(FileError) in try await inner.rename(path, to: target) }
    }
    func syncDirectory(_ path: String) async throws(FileError) {
        try await counted { () async throws(FileError) in try await inner.syncDirectory(path) }
    }
    func remove(_ path: String) async throws(FileError) {
        try await counted { () async throws(FileError) in try await inner.remove(path) }
    }
    func makeDirectory(_ path: String) async throws(FileError) {
        try await counted { () async throws(FileError) in try await inner.makeDirectory(path) }
    }
    func list(_ path: String) async throws(FileError) -> [String] {
        try await counted { () async throws(FileError) in try await inner.list(path) }
    }
    func information(_ path: String) async throws(FileError) -> FileInformation? {
        try await counted { () async throws(FileError) in try await inner.information(path) }
    }
    func openForAppending(_ path: String) async throws(FileError) -> any AppendableFile {
        CountingFile(
            try await counted { () async throws(FileError) in try await inner.openForAppending(path) }, pacemaker)
    }
    func openForWriting(_ path: String) async throws(FileError) -> any WritableFile {
        try await counted { () async throws(FileError) in try await inner.openForWriting(path) }
    }
    func openForReading(_ path: String) async throws(FileError) -> any ReadableFile {
        try await counted { () async throws(FileError) in try await inner.openForReading(path) }
    }
}

/// The journal on a real disk.
private struct CountingFile: AppendableFile {
    private let inner: any AppendableFile
    private let pacemaker: Pacemaker

    init(_ inner: any AppendableFile, _ pacemaker: Pacemaker) {
        self.inner = inner
        self.pacemaker = pacemaker
    }

    func append(_ bytes: [UInt8]) async throws(FileError) {
        pacemaker.diskBegan()
        defer { pacemaker.diskEnded() }
        try await inner.append(bytes)
    }
    func sync() async throws(FileError) {
        pacemaker.diskBegan()
        defer { pacemaker.diskEnded() }
        try await inner.sync()
    }
    func truncate(to length: Int) async throws(FileError) {
        pacemaker.diskBegan()
        defer { pacemaker.diskEnded() }
        try await inner.truncate(to: length)
    }
    func close() async { await inner.close() }
}
