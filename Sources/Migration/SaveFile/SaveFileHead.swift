import Digests
import HostInterface
import SExpressions

/// The front of a save file.
struct SaveFileHead {
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
