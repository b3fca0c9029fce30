import Digests

/// What is done with secrets: written down as digests, compared without telling where they differ.
enum Secret {
    /// SHA-256, in hex.
    static func digest(of secret: String) -> String { hex(SHA256.digest(secret.utf8)) }

    /// Bytes as text.
    static func hex(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// Takes as long wherever two texts differ.
    static func isSame(_ one: String, _ other: String) -> Bool {
        let (one, other) = (Array(one.utf8), Array(other.utf8))
        guard one.count == other.count else { return false }
        return zip(one, other).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
