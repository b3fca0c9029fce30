/// Printing on one line.
extension SExpression: CustomStringConvertible {
    /// The value on one line, ASCII only.
    public var description: String {
        var bytes: [UInt8] = []
        write(into: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the value on one line, ASCII only.
    ///
    /// An atom of letters, digits and `. - _ : / ~` is bare, as is `@` alone; any other is quoted and escaped as
    /// Python's `repr` does it, which is what clients of xend 2.0 were given.
    public func write(into bytes: inout [UInt8]) {
        switch self {
        case .atom(let text):
            AtomText.write(text, into: &bytes)
        case .list(let members):
            bytes.append(Ascii.open)
            for (index, member) in members.enumerated() {
                if index > 0 { bytes.append(Ascii.space) }
                member.write(into: &bytes)
            }
            bytes.append(Ascii.close)
        }
    }
}

/// How an atom is written.
enum AtomText {
    static func write(_ text: String, into bytes: inout [UInt8]) {
        // Looked at and copied as one piece of memory: lists of domains consist of some hundred thousand atoms.
        var contiguous = text
        let isWritten = contiguous.withUTF8 { text in
            if isBare(text) {
                bytes.append(contentsOf: text)
                return true
            }
            guard text.allSatisfy(Ascii.isUnescaped) else { return false }
            bytes.append(Ascii.singleQuote)
            bytes.append(contentsOf: text)
            bytes.append(Ascii.singleQuote)
            return true
        }
        if !isWritten { writeQuoted(SXPText.bytes(of: text), into: &bytes) }
    }

    private static func isBare(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        if text.count == 1, text[0] == UInt8(ascii: "@") { return true }
        return !text.isEmpty && text.allSatisfy(Ascii.isPlain)
    }

    private static func writeQuoted(_ text: [UInt8], into bytes: inout [UInt8]) {
        let single = !text.contains(Ascii.singleQuote) || text.contains(Ascii.doubleQuote)
        let quote = single ? Ascii.singleQuote : Ascii.doubleQuote
        bytes.append(quote)
        for byte in text {
            switch byte {
            case quote, Ascii.backslash: bytes += [Ascii.backslash, byte]
            case Ascii.lineFeed: bytes += [Ascii.backslash, UInt8(ascii: "n")]
            case Ascii.carriageReturn: bytes += [Ascii.backslash, UInt8(ascii: "r")]
            case Ascii.tab: bytes += [Ascii.backslash, UInt8(ascii: "t")]
            case 0x20..<0x7F: bytes.append(byte)
            default: bytes += [Ascii.backslash, UInt8(ascii: "x"), hexDigit(byte >> 4), hexDigit(byte & 15)]
            }
        }
        bytes.append(quote)
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}
