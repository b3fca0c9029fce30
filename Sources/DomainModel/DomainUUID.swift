/// The identity of a domain over all its lives: 16 bytes, Xen's domain handle.
public struct DomainUUID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The bytes in two numbers, the first byte highest: as the key of every table it must not have memory of its own.
    private let high: UInt64
    private let low: UInt64

    /// All 16, in the order in which they are written.
    public var bytes: [UInt8] {
        [high, low].flatMap { half in (0..<8).map { UInt8(truncatingIfNeeded: half >> (56 - 8 * $0)) } }
    }

    /// - Precondition: 16 bytes.
    public init(bytes: [UInt8]) {
        precondition(bytes.count == 16, "a uuid has 16 bytes")
        let number = { (half: ArraySlice<UInt8>) in half.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
        high = number(bytes[..<8])
        low = number(bytes[8...])
    }

    /// A random uuid (RFC 4122, version 4) from 16 random bytes.
    public init(random: [UInt8]) {
        var bytes = random
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        self.init(bytes: bytes)
    }

    /// The canonical text form, `8-4-4-4-12` hexadecimal digits in either case.
    public init?(text: some StringProtocol) { self.init(text: String(text)) }

    /// The canonical text form, `8-4-4-4-12` hexadecimal digits in either case.
    public init?(text: String) {
        // Nearly all that is looked up so is a name: what has not the length of a uuid is none.
        guard text.utf8.count == Self.length else { return nil }
        var halves: (high: UInt64, low: UInt64) = (0, 0)
        var place = 0
        var digits = 0
        for byte in text.utf8 {
            defer { place += 1 }
            if place == 8 || place == 13 || place == 18 || place == 23 {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            guard let value = hexadecimalValue(byte) else { return nil }
            if digits < 16 {
                halves.high = halves.high << 4 | UInt64(value)
            } else {
                halves.low = halves.low << 4 | UInt64(value)
            }
            digits += 1
        }
        (high, low) = halves
    }

    private static let length = 36

    /// As numbers are looked up in the standard library's tables, in a third of the instructions that its hasher takes for what it does
    /// not know: of 185 times for a domain made and destroyed that is a hundredth of all. One half after the other, as clients choose
    /// uuids: put together in any other way they could be chosen to meet.
    public func _rawHashValue(seed: Int) -> Int { low._rawHashValue(seed: high._rawHashValue(seed: seed)) }

    /// By the bytes.
    public static func < (left: DomainUUID, right: DomainUUID) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }

    public var description: String {
        String(unsafeUninitializedCapacity: 36) { text in
            var place = 0
            func write(_ half: UInt64, _ bytes: Range<Int>) {
                for byte in bytes {
                    let value = UInt8(truncatingIfNeeded: half >> (56 - 8 * UInt64(byte)))
                    text[place] = hexadecimalDigit(value >> 4)
                    text[place + 1] = hexadecimalDigit(value & 15)
                    place += 2
                }
            }
            func dash() {
                text[place] = UInt8(ascii: "-")
                place += 1
            }
            write(high, 0..<4)
            dash()
            write(high, 4..<6)
            dash()
            write(high, 6..<8)
            dash()
            write(low, 0..<2)
            dash()
            write(low, 2..<8)
            return place
        }
    }
}

/// The value of one hexadecimal digit.
func hexadecimalValue(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
}

/// The lower-case hexadecimal digit of a value below 16.
private func hexadecimalDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
}

/// Two lower-case hexadecimal digits.
func hexadecimal(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16)
}
