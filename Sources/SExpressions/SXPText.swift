/// Bytes to `String` and back without loss.
///
/// SXP is bytes, mostly UTF-8. A byte from 0x80 to 0xFF that is no part of valid UTF-8 becomes one of the last 128
/// scalars of the last private-use plane, U+10FF80 … U+10FFFF. Where these scalars themselves occur in the input, their
/// four bytes are treated as undecodable ones, so every sequence of bytes comes back as it was.
public enum SXPText {
    /// The text for `bytes`. Bytes that are not UTF-8 are kept as described above.
    public static func string(decoding bytes: some Sequence<UInt8>) -> String {
        let bytes = Array(bytes)
        if bytes.allSatisfy({ $0 < 0x80 }) { return String(decoding: bytes, as: UTF8.self) }
        return lossless(bytes)
    }

    /// The bytes `text` stands for.
    public static func bytes(of text: String) -> [UInt8] {
        // In UTF-8 a carrying scalar starts with F4, and hardly any text has that byte.
        guard text.utf8.contains(0xF4) else { return Array(text.utf8) }
        return text.unicodeScalars.flatMap { scalar in
            carriers.contains(scalar.value)
                ? [UInt8(scalar.value - carriers.lowerBound + 0x80)] : Array(scalar.utf8)
        }
    }

    /// The scalars that carry the bytes 0x80 … 0xFF.
    private static let carriers: ClosedRange<UInt32> = 0x10FF80...0x10FFFF

    private static func lossless(_ bytes: [UInt8]) -> String {
        var scalars = String.UnicodeScalarView()
        var parser = UTF8.ForwardParser()
        var input = bytes.makeIterator()
        var index = 0
        while true {
            let length: Int
            switch parser.parseScalar(from: &input) {
            case .emptyInput:
                return String(scalars)
            case .valid(let encoded):
                length = encoded.count
                let scalar = UTF8.decode(encoded)
                if !carriers.contains(scalar.value) {
                    scalars.append(scalar)
                    index += length
                    continue
                }
            case .error(let badLength):
                length = badLength
            }
            for byte in bytes[index..<index + length] { scalars.append(carrier(of: byte)) }
            index += length
        }
    }

    private static func carrier(of byte: UInt8) -> Unicode.Scalar {
        // Every value in `carriers` is a scalar: none is a surrogate, none is beyond U+10FFFF.
        Unicode.Scalar(carriers.lowerBound + UInt32(byte) - 0x80) ?? "\u{FFFD}"
    }
}
