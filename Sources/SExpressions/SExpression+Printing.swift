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
    /// - Parameter lead: what stands before it.
    static func write(_ text: String, after lead: AtomLead = .none, into bytes: inout [UInt8]) {
        // Copied and looked at in one pass, into room that is asked for once: lists of domains consist of some hundred thousand
        // atoms, and of what a creation writes down this was a tenth.
        var contiguous = text
        var isWritten = true
        contiguous.withUTF8 { text in
            bytes.append(addingCapacity: text.count + 4) { output in
                lead.write(to: &output)
                if !writeBare(text, to: &output) { isWritten = writePlainlyQuoted(text, to: &output) }
            }
        }
        if !isWritten { writeQuoted(SXPText.bytes(of: text), into: &bytes) }
    }

    /// - Returns: whether it could be; if not, nothing is written.
    private static func writeBare(_ text: UnsafeBufferPointer<UInt8>, to output: inout OutputSpan<UInt8>) -> Bool {
        guard !text.isEmpty else { return false }
        for (place, byte) in text.enumerated() {
            guard Ascii.isPlain(byte) || (byte == UInt8(ascii: "@") && text.count == 1) else {
                output.removeLast(place)
                return false
            }
            output.append(byte)
        }
        return true
    }

    private static func writePlainlyQuoted(
        _ text: UnsafeBufferPointer<UInt8>, to output: inout OutputSpan<UInt8>
    ) -> Bool {
        output.append(Ascii.singleQuote)
        for (place, byte) in text.enumerated() {
            guard Ascii.isUnescaped(byte) else {
                output.removeLast(place + 1)
                return false
            }
            output.append(byte)
        }
        output.append(Ascii.singleQuote)
        return true
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

/// What stands before an atom.
enum AtomLead {
    case none, space
    /// It is the first of a list; with what stands before that.
    case list, spaceAndList

    fileprivate func write(to output: inout OutputSpan<UInt8>) {
        switch self {
        case .none: break
        case .space: output.append(Ascii.space)
        case .list: output.append(Ascii.open)
        case .spaceAndList:
            output.append(Ascii.space)
            output.append(Ascii.open)
        }
    }
}
