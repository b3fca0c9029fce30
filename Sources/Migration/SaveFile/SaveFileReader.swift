import Digests
import DomainModel
import HostInterface
import HypervisorInterface
import SExpressions

/// Reads a save file: its head at once, its image front to back. Never changes it.
///
/// Reading to the end checks the structure of the image and the digest of the trailer, so that all damage is found (`verify`) before
/// anything is made of the file; `VerifiedImage` then hands the image to the hypervisor.
public actor SaveFileReader {
    /// Bytes read at a time.
    private static let pieceSize = 1024 * 1024

    /// For messages.
    public nonisolated let path: String
    /// Checked against its digest already.
    public nonisolated let header: SaveFileHeader
    private let file: any ReadableFile
    private let headDigest: [UInt8]
    private var validator: ImageValidator
    private var digest = XXHash64()
    private var buffer: ArraySlice<UInt8> = []
    private var isOpen = true

    /// Opens a save file and reads its head.
    public init(path: String, files: any FileStore) async throws(SaveFileError) {
        let file: any ReadableFile
        do {
            file = try await files.openForReading(path)
        } catch {
            throw SaveFileError(path, .file(error))
        }
        try await self.init(path: path, file: file)
    }

    /// Reads the head of a save file that is open. Closes it when that fails.
    public init(path: String, file: any ReadableFile) async throws(SaveFileError) {
        self.path = path
        self.file = file
        do {
            let head = try await SaveFileHead(path: path, file: file)
            (header, headDigest) = (head.header, head.digest)
            validator = ImageValidator(kind: head.header.kind)
        } catch {
            await file.close()
            throw error
        }
    }

    /// Reads the whole file and checks it, from where it stands.
    public func verify() async throws(SaveFileError) -> ImageSummary {
        while !validator.isComplete { _ = try await take(Self.pieceSize) }
        return validator.summary
    }

    /// The next piece of the image, at most `limit` bytes; empty at its end.
    ///
    /// The piece that ends the image is handed out when the trailer has been found right.
    public func next(limit: Int) async throws(SaveFileError) -> [UInt8] { Array(try await take(limit)) }

    /// As `next`, without copying: all of a domain's memory passes here.
    private func take(_ limit: Int) async throws(SaveFileError) -> ArraySlice<UInt8> {
        if validator.isComplete { return [] }
        if buffer.isEmpty {
            // So that the file has its memory again.
            buffer = []
            buffer = try await readMore()[...]
        }
        let piece = buffer.prefix(limit)
        let taken: Int
        do {
            taken = try validator.feed(piece)
        } catch {
            throw SaveFileError(path, .damaged(error.description))
        }
        buffer = buffer.dropFirst(taken)
        let image = piece.prefix(taken)
        digest.update(image)
        if validator.isComplete { try await checkTrailer() }
        return image
    }

    /// Of what has been read so far.
    public var summary: ImageSummary { validator.summary }

    /// Of the image as far as it has been read.
    var imageDigest: [UInt8] { digest.finish() }

    /// Idempotent.
    public func close() async {
        guard isOpen else { return }
        isOpen = false
        await file.close()
    }

    private func readMore() async throws(SaveFileError) -> [UInt8] {
        do {
            let bytes = try await file.read(Self.pieceSize)
            guard !bytes.isEmpty else { throw SaveFileError(path, .damaged("it ends in the middle")) }
            return bytes
        } catch let error as SaveFileError {
            throw error
        } catch let error as FileError {
            throw SaveFileError(path, .file(error))
        } catch {
            throw SaveFileError(path, .damaged("\(error)"))
        }
    }

    private func checkTrailer() async throws(SaveFileError) {
        while buffer.count < SaveFileLayout.trailerSize { buffer += try await readMore() }
        let expected = SaveFileLayout.trailer(
            length: validator.summary.bytes, imageDigest: digest.finish(), headDigest: headDigest)
        let trailer = Array(buffer.prefix(SaveFileLayout.trailerSize))
        guard trailer.starts(with: SaveFileLayout.trailerMagic) else {
            throw SaveFileError(path, .damaged("its trailer is missing"))
        }
        guard trailer == expected else {
            throw SaveFileError(path, .damaged("the image does not match the digest in its trailer"))
        }
        guard buffer.count == SaveFileLayout.trailerSize else {
            throw SaveFileError(path, .damaged("something stands behind its trailer"))
        }
    }
}
