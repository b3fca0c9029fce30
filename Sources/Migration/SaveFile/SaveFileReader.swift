import DomainModel
import HostInterface
import HypervisorInterface
import SExpressions

/// Reads a save file: its head at once, its image front to back. Never changes it.
///
/// Reading to the end checks the structure of the image and the digest of the trailer, so that a first pass
/// (`verify`) finds all
/// damage before anything is made of the file, and a second one hands the image to the hypervisor.
public actor SaveFileReader: ImageInput {
    /// Bytes read at a time.
    private static let pieceSize = 1024 * 1024

    public nonisolated let path: String
    public nonisolated let header: SaveFileHeader
    private let file: any ReadableFile
    private let headDigest: [UInt8]
    private var validator: ImageValidator
    private var digest = SipHash()
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

    public func read(_ count: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(min(count, Self.pieceSize))
        while bytes.count < count {
            let piece = try await take(count - bytes.count)
            guard !piece.isEmpty else { throw SaveFileError(path, .damaged("the image is shorter than Xen expects")) }
            bytes += piece
        }
        return bytes
    }

    /// As `next`, without copying: all of a domain's memory passes here twice.
    private func take(_ limit: Int) async throws(SaveFileError) -> ArraySlice<UInt8> {
        if validator.isComplete { return [] }
        if buffer.isEmpty { buffer = try await readMore()[...] }
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

    public var summary: ImageSummary { validator.summary }

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

/// The front of a save file.
private struct SaveFileHead {
    let header: SaveFileHeader
    let digest: [UInt8]

    /// Reads up to the image.
    init(path: String, file: any ReadableFile) async throws(SaveFileError) {
        let preamble = try await Self.read(SaveFileLayout.preambleSize, path, file)
        guard preamble.starts(with: SaveFileLayout.magic) else {
            throw SaveFileError(path, .foreign(Self.guess(preamble)))
        }
        guard preamble.count == SaveFileLayout.preambleSize else {
            throw SaveFileError(path, .damaged("it ends in its header"))
        }
        let version = UInt32(SaveFileLayout.number(preamble, at: 8, size: 4))
        guard version <= SaveFileLayout.version else { throw SaveFileError(path, .newerVersion(version)) }
        let length = Int(SaveFileLayout.number(preamble, at: 12, size: 4))
        let offset = SaveFileLayout.number(preamble, at: 16, size: 8)
        guard version == SaveFileLayout.version, length <= SaveFileLayout.maximumHeader,
            offset % UInt64(SaveFileLayout.alignment) == 0, offset >= UInt64(SaveFileLayout.preambleSize + length),
            offset < UInt64(SaveFileLayout.preambleSize + length + SaveFileLayout.alignment)
        else { throw SaveFileError(path, .damaged("its first bytes contradict each other")) }
        let rest = try await Self.read(Int(offset) - SaveFileLayout.preambleSize, path, file)
        guard rest.count == Int(offset) - SaveFileLayout.preambleSize else {
            throw SaveFileError(path, .damaged("it ends in its header"))
        }
        digest = SHA256.digest(preamble[..<32] + rest[..<length])
        guard digest.elementsEqual(preamble[32...]), rest[length...].allSatisfy({ $0 == 0 }) else {
            throw SaveFileError(path, .damaged("the header does not match its digest"))
        }
        guard let expression = try? SExpression.parseFirst(rest[..<length]),
            let header = SaveFileHeader(expression)
        else { throw SaveFileError(path, .damaged("the header cannot be understood")) }
        self.header = header
    }

    /// Up to `count` bytes; fewer at the end of the file.
    private static func read(
        _ count: Int, _ path: String, _ file: any ReadableFile
    ) async throws(SaveFileError) -> [UInt8] {
        var bytes: [UInt8] = []
        do {
            while bytes.count < count {
                let piece = try await file.read(count - bytes.count)
                if piece.isEmpty { break }
                bytes += piece
            }
        } catch {
            throw SaveFileError(path, .file(error))
        }
        return bytes
    }

    /// Which other toolstack's file it could be.
    private static func guess(_ bytes: [UInt8]) -> String {
        if bytes.starts(with: "Xen saved domain, xl format".utf8) { return "xl wrote it, and can restore it" }
        if bytes.starts(with: "LinuxGuestRecord".utf8) {
            return "it is of the xend of 2004, whose domains no Xen of today runs"
        }
        if bytes.count >= 8, bytes.prefix(8).allSatisfy({ $0 == 0xFF }) {
            return "it is a bare libxc migration stream, without a configuration"
        }
        return bytes.isEmpty ? "it is empty" : "it begins with other bytes"
    }
}
