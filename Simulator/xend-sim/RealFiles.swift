import Glibc
import HostInterface

/// What the simulation asks of real files without waiting.
enum RealFiles {
    /// The size of a regular file; nil when there is none.
    static func size(_ path: String) -> UInt64? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return UInt64(status.st_size)
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// The text of a file.
    /// - Throws: why it cannot be read.
    static func text(_ path: String) throws(ScenarioFileError) -> String {
        guard let file = fopen(path, "r") else {
            throw ScenarioFileError(description: "cannot read \(path): \(String(cString: strerror(errno)))")
        }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        // A configuration is a page; a megabyte is no configuration.
        while bytes.count < 1 << 20 {
            let count = fread(&piece, 1, piece.count, file)
            if count == 0 { break }
            bytes += piece.prefix(count)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
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
        CountingFile(try await counted { () async throws(FileError) in try await inner.openForAppending(path) }, pacemaker)
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
