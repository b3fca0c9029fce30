import Digests

/// A save file, from the front:
///
/// | offset | bytes | contents |
/// |---|---|---|
/// | 0 | 8 | `XENDSAVE` |
/// | 8 | 4 | version of the format: 1 |
/// | 12 | 4 | length of the header |
/// | 16 | 8 | offset of the image, a multiple of 4096 |
/// | 24 | 8 | zero |
/// | 32 | 32 | SHA-256 of the first 32 bytes and the header |
/// | 64 | | the header: one s-expression |
/// | | | zeros up to the image |
/// | | | the image: a libxc migration stream, version 3 |
/// | | 64 | the trailer: `XENDTAIL`, length of the image (8), its XXH64 (8), zero (8), the 32 bytes of SHA-256 above |
///
/// Numbers are little-endian. What is only known at the end stands at the end: the file is written front to back.
enum SaveFileLayout {
    static let magic = Array("XENDSAVE".utf8)
    static let trailerMagic = Array("XENDTAIL".utf8)
    static let version: UInt32 = 1
    static let preambleSize = 64
    static let trailerSize = 64
    /// The image begins on a page, so that zero pages can be holes.
    static let alignment = 4096
    /// A configuration with 256 devices has some 100 KB.
    static let maximumHeader = 1 << 20

    /// Preamble, header and padding.
    static func head(_ header: [UInt8]) -> (bytes: [UInt8], digest: [UInt8]) {
        let offset = (preambleSize + header.count + alignment - 1) / alignment * alignment
        var bytes = magic
        append(version, to: &bytes)
        append(UInt32(header.count), to: &bytes)
        append(UInt64(offset), to: &bytes)
        append(UInt64(0), to: &bytes)
        let digest = SHA256.digest(bytes + header)
        bytes += digest + header
        bytes += [UInt8](repeating: 0, count: offset - bytes.count)
        return (bytes, digest)
    }

    static func trailer(length: UInt64, imageDigest: [UInt8], headDigest: [UInt8]) -> [UInt8] {
        var bytes = trailerMagic
        append(length, to: &bytes)
        bytes += imageDigest
        append(UInt64(0), to: &bytes)
        return bytes + headDigest
    }

    static func append(_ number: some FixedWidthInteger, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }

    static func number(_ bytes: [UInt8], at offset: Int, size: Int) -> UInt64 {
        bytes[offset..<offset + size].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
