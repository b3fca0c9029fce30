import Digests
import DomainModel
import HostInterface
import HypervisorInterface
import SExpressions

/// Writes a save file beside its target and puts it in place when it is complete and synced. Zero pages become holes.
///
/// ```
/// open ─→ begin ─→ write … ─→ commit        the target is the new file
///   └───────┴──────────┴─────→ abandon       there is no new file, and the target is as it was
/// ```
public actor SaveFileWriter: ImageOutput {
    /// As which it will be there once it is complete; until then it is `PATH.part`.
    public nonisolated let path: String
    private let files: any FileStore
    private let file: any WritableFile
    private let head: (bytes: [UInt8], digest: [UInt8])
    private var validator: ImageValidator
    private var digest = XXHash64()
    private var isOpen = true
    private var layout = SparseLayout()

    /// Where the file stands while it is being written.
    public static func temporaryPath(of path: String) -> String { path + ".part" }

    /// Opens the file beside the target, a new one: somebody may still have one of an earlier save open, on a disk that hung.
    /// Nothing is in it before `begin`.
    public init(path: String, header: SaveFileHeader, files: any FileStore) async throws(SaveFileError) {
        self.path = path
        self.files = files
        validator = ImageValidator(kind: header.kind)
        var bytes: [UInt8] = []
        header.expression.write(into: &bytes)
        guard bytes.count <= SaveFileLayout.maximumHeader else {
            throw SaveFileError(
                path, .damaged("the configuration is longer than \(SaveFileLayout.maximumHeader) bytes"))
        }
        head = SaveFileLayout.head(bytes)
        do {
            try await files.removeIfPresent(Self.temporaryPath(of: path))
            file = try await files.openForWriting(Self.temporaryPath(of: path))
        } catch {
            throw SaveFileError(path, .file(error))
        }
    }

    /// Writes what stands before the image.
    public func begin() async throws(SaveFileError) {
        do {
            try await file.write(head.bytes)
        } catch {
            throw SaveFileError(path, .file(error))
        }
    }

    /// Takes the next bytes of the image.
    /// - Throws: `SaveFileError`, when they cannot be written, or when they are no image.
    public func write(_ bytes: [UInt8]) async throws {
        do {
            guard try validator.feed(bytes) == bytes.count else {
                throw SaveFileError(path, .damaged("the image goes on behind its end"))
            }
        } catch let error as ImageError {
            throw SaveFileError(path, .damaged(error.description))
        }
        digest.update(bytes)
        do {
            try await file.write(layout.pieces(of: bytes))
        } catch {
            throw SaveFileError(path, .file(error))
        }
    }

    /// What has been written.
    public var summary: ImageSummary { validator.summary }

    /// Makes the file complete and durable, and puts it in place.
    /// - Throws: then nothing has been put in place; `abandon` it.
    public func commit() async throws(SaveFileError) {
        do {
            try validator.finish()
        } catch {
            throw SaveFileError(path, .damaged(error.description))
        }
        let trailer = SaveFileLayout.trailer(
            length: validator.summary.bytes, imageDigest: digest.finish(), headDigest: head.digest)
        do {
            try await file.write(trailer)
            try await file.sync()
            await close()
            try await files.rename(Self.temporaryPath(of: path), to: path)
            try await Self.keepInPlace(path, files)
        } catch {
            throw SaveFileError(path, .file(error))
        }
    }

    /// Makes it durable that a file has come into its place.
    /// - Throws: then it has been taken away again, for the domain in it runs on. A file that can be neither made durable nor
    ///   removed stays, and is the domain.
    public static func keepInPlace(_ path: String, _ files: any FileStore) async throws(FileError) {
        do {
            try await files.syncDirectory(files.directory(of: path))
        } catch {
            guard (try? await files.removeIfPresent(path)) != nil else { return }
            throw error
        }
    }

    /// Removes what has been written. Idempotent.
    /// - Throws: when it stays.
    public func abandon() async throws(FileError) {
        await close()
        try await files.removeIfPresent(Self.temporaryPath(of: path))
    }

    private func close() async {
        guard isOpen else { return }
        isOpen = false
        await file.close()
    }
}
