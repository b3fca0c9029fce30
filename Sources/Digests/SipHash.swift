/// SipHash-2-4 with a result of 128 bits (Aumasson and Bernstein): the codes that authenticate each frame of a migration, with a key of
/// the session. Five to ten times as fast as SHA-256 without special instructions.
public struct SipHash: Sendable {
    /// Bytes of a result.
    public static let size = 16

    private var v0, v1, v2, v3: UInt64
    /// Bytes that do not fill a word yet, the first in the lowest place.
    private var rest: UInt64 = 0
    private var restCount: UInt64 = 0
    private var length: UInt64 = 0

    /// - Parameter key: 16 bytes.
    public init(key: [UInt8]) {
        precondition(key.count == 16, "a key of SipHash has 16 bytes")
        let (k0, k1) = key.withUnsafeBytes { bytes in
            (
                bytes.loadUnaligned(as: UInt64.self).littleEndian,
                bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self).littleEndian
            )
        }
        v0 = k0 ^ 0x736F_6D65_7073_6575
        // The 0xEE tells the form of 128 bits from that of 64.
        v1 = k1 ^ 0x646F_7261_6E64_6F6D ^ 0xEE
        v2 = k0 ^ 0x6C79_6765_6E65_7261
        v3 = k1 ^ 0x7465_6462_7974_6573
    }

    /// Goes on with these bytes.
    public mutating func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }
    /// Goes on with these bytes, without copying them.
    public mutating func update(_ bytes: ArraySlice<UInt8>) { bytes.withUnsafeBytes { update($0) } }

    /// Goes on with these bytes, without copying them.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        length &+= UInt64(bytes.count)
        var place = 0
        while restCount > 0, place < bytes.count {
            append(bytes[place])
            place += 1
        }
        // A copy in registers: the compiler cannot know that `bytes` does not overlap us.
        var hash = self
        while place + 8 <= bytes.count {
            hash.compress(bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self).littleEndian)
            place += 8
        }
        self = hash
        while place < bytes.count {
            append(bytes[place])
            place += 1
        }
    }

    private mutating func append(_ byte: UInt8) {
        rest |= UInt64(byte) << (8 * restCount)
        restCount += 1
        guard restCount == 8 else { return }
        compress(rest)
        (rest, restCount) = (0, 0)
    }

    /// The hash of everything up to now, 16 bytes.
    public consuming func finish() -> [UInt8] {
        compress(rest | length << 56)
        v2 ^= 0xEE
        for _ in 0..<4 { round() }
        let first = v0 ^ v1 ^ v2 ^ v3
        v1 ^= 0xDD
        for _ in 0..<4 { round() }
        let second = v0 ^ v1 ^ v2 ^ v3
        return [first, second].flatMap { word in withUnsafeBytes(of: word.littleEndian, Array.init) }
    }

    @inline(__always)
    private mutating func compress(_ word: UInt64) {
        v3 ^= word
        round()
        round()
        v0 ^= word
    }

    @inline(__always)
    private mutating func round() {
        v0 &+= v1
        v1 = v1 << 13 | v1 >> 51
        v1 ^= v0
        v0 = v0 << 32 | v0 >> 32
        v2 &+= v3
        v3 = v3 << 16 | v3 >> 48
        v3 ^= v2
        v0 &+= v3
        v3 = v3 << 21 | v3 >> 43
        v3 ^= v0
        v2 &+= v1
        v1 = v1 << 17 | v1 >> 47
        v1 ^= v2
        v2 = v2 << 32 | v2 >> 32
    }
}

/// Bytes as lower-case hexadecimal digits.
public func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    var digits = ""
    for byte in bytes { digits += (byte < 16 ? "0" : "") + String(byte, radix: 16) }
    return digits
}

/// The bytes that hexadecimal digits stand for; nil when they are none, or an odd number.
public func bytes(hexadecimal text: String) -> [UInt8]? {
    let digits = Array(text.utf8)
    guard digits.count % 2 == 0 else { return nil }
    var bytes: [UInt8] = []
    for place in stride(from: 0, to: digits.count, by: 2) {
        guard let high = digit(digits[place]), let low = digit(digits[place + 1]) else { return nil }
        bytes.append(high << 4 | low)
    }
    return bytes
}

private func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
}
