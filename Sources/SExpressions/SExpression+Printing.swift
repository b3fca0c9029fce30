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
        // Copied and looked at in one pass, from memory to memory, into room that is asked for once: lists of domains consist of some
        // hundred thousand atoms, and a line of the history, of twenty, takes 6,000 instructions so and 22,000 by a tree of them.
        var contiguous = text
        var isWritten = true
        contiguous.withUTF8 { text in
            bytes.append(addingCapacity: text.count + longestFrame) { output in
                output.withUnsafeMutableBufferPointer { room, count in
                    guard let start = room.baseAddress else { return }
                    count = lead.write(to: start)
                    let length = writeBare(text, to: start + count) ?? writePlainlyQuoted(text, to: start + count)
                    count += length ?? 0
                    isWritten = length != nil
                }
            }
        }
        if !isWritten { writeQuoted(SXPText.bytes(of: text), into: &bytes) }
    }

    /// Writes what is known to need no quotes: half of the atoms of records and answers are names of their elements.
    /// - Parameter lead: what stands before it.
    static func writePlain(_ text: StaticString, after lead: AtomLead, into bytes: inout [UInt8]) {
        let text = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        assert(!text.isEmpty && text.allSatisfy(Ascii.isPlain), "an element's name needs no quotes")
        bytes.append(addingCapacity: text.count + longestFrame) { output in
            output.withUnsafeMutableBufferPointer { room, count in
                guard let start = room.baseAddress, let name = text.baseAddress else { return }
                let length = lead.write(to: start)
                (start + length).update(from: name, count: text.count)
                count = length + text.count
            }
        }
    }

    /// What stands before an atom and around it, at most. Bytes.
    private static let longestFrame = 4

    /// - Returns: how many bytes; nil: it cannot be written so.
    private static func writeBare(
        _ text: UnsafeBufferPointer<UInt8>, to room: UnsafeMutablePointer<UInt8>
    ) -> Int? {
        if text.count == 1, text[0] == UInt8(ascii: "@") {
            room[0] = text[0]
            return 1
        }
        for place in text.indices {
            let byte = text[place]
            guard Ascii.isPlain(byte) else { return nil }
            room[place] = byte
        }
        return text.isEmpty ? nil : text.count
    }

    private static func writePlainlyQuoted(
        _ text: UnsafeBufferPointer<UInt8>, to room: UnsafeMutablePointer<UInt8>
    ) -> Int? {
        room[0] = Ascii.singleQuote
        for place in text.indices {
            let byte = text[place]
            guard Ascii.isUnescaped(byte) else { return nil }
            room[1 + place] = byte
        }
        room[1 + text.count] = Ascii.singleQuote
        return text.count + 2
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

    /// - Returns: how many bytes.
    fileprivate func write(to room: UnsafeMutablePointer<UInt8>) -> Int {
        switch self {
        case .none: return 0
        case .space: room[0] = Ascii.space
        case .list: room[0] = Ascii.open
        case .spaceAndList:
            room[0] = Ascii.space
            room[1] = Ascii.open
            return 2
        }
        return 1
    }
}
