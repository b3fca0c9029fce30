import HostInterface

/// Writes a core of a domain beside its target, as save files are written, and puts it in place when it is complete. What stands in it
/// is the hypervisor's affair.
public actor CoreFileWriter {
    /// As which it will be there once it is complete; until then it is `PATH.part`.
    public nonisolated let path: String
    private let files: any FileStore
    private let file: any WritableFile
    private var layout = SparseLayout()
    private var isOpen = true

    /// Opens the file beside the target.
    public init(path: String, files: any FileStore) async throws(FileError) {
        self.path = path
        self.files = files
        try await files.removeIfPresent(SaveFileWriter.temporaryPath(of: path))
        file = try await files.openForWriting(SaveFileWriter.temporaryPath(of: path))
    }

    /// Takes the next bytes.
    public func write(_ bytes: [UInt8]) async throws(FileError) { try await file.write(layout.pieces(of: bytes)) }

    /// Makes the file durable, and puts it in place.
    /// - Throws: then nothing has been put in place; `abandon` it.
    public func commit() async throws(FileError) {
        try await file.sync()
        await close()
        try await files.rename(SaveFileWriter.temporaryPath(of: path), to: path)
        try await SaveFileWriter.keepInPlace(path, files)
    }

    /// Removes what has been written. Idempotent.
    /// - Throws: when it stays.
    public func abandon() async throws(FileError) {
        await close()
        try await files.removeIfPresent(SaveFileWriter.temporaryPath(of: path))
    }

    private func close() async {
        guard isOpen else { return }
        isOpen = false
        await file.close()
    }
}
