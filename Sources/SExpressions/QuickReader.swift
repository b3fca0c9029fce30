/// Reads what is plainly written: lists, bare words and quoted strings of ASCII. Nearly all that is sent and kept is that, and goes ten times
/// as fast without places, states and escapes: a creation reads its configuration twice.
///
/// Whatever is unusual, or wrong, is left to `SXPReader`, which decides alone what it means and says what is wrong with it.
struct QuickReader: ~Copyable {
    /// Deeper lists are unusual.
    private static let deepest = 24

    private let bytes: UnsafeBufferPointer<UInt8>
    private let depth: Int
    private var place = 0
    private var values = 0

    /// - Returns: nil: the other reader has to look.
    static func parseAll(_ bytes: UnsafeBufferPointer<UInt8>, limits: SXPLimits) -> [SExpression]? {
        guard bytes.count < limits.bytes else { return nil }
        var reader = QuickReader(bytes: bytes, depth: min(deepest, limits.depth))
        var found: [SExpression] = []
        guard reader.read(into: &found, 0), reader.values <= limits.values else { return nil }
        return found
    }

    private init(bytes: UnsafeBufferPointer<UInt8>, depth: Int) {
        self.bytes = bytes
        self.depth = depth
    }

    /// Reads until the list ends; where none is open, the input.
    /// - Returns: whether it could be.
    private mutating func read(into members: inout [SExpression], _ open: Int) -> Bool {
        while place < bytes.count {
            let byte = bytes[place]
            switch byte {
            case Ascii.open:
                place += 1
                var inner: [SExpression] = []
                // Most lists have no more: without, each grows twice.
                inner.reserveCapacity(4)
                guard open < depth, read(into: &inner, open + 1) else { return false }
                members.append(.list(inner))
            case Ascii.close:
                place += 1
                return open > 0
            case Ascii.singleQuote, Ascii.doubleQuote:
                guard let text = string(quote: byte) else { return false }
                members.append(.atom(text))
            case _ where Ascii.isSpace(byte):
                place += 1
                continue
            default:
                guard let text = word() else { return false }
                members.append(.atom(text))
            }
            values += 1
        }
        return open == 0
    }

    private mutating func string(quote: UInt8) -> String? {
        let start = place + 1
        var end = start
        while end < bytes.count, bytes[end] != quote {
            guard bytes[end] != Ascii.backslash, bytes[end] < 0x80 else { return nil }
            end += 1
        }
        guard end < bytes.count else { return nil }
        place = end + 1
        return String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<end]), as: UTF8.self)
    }

    private mutating func word() -> String? {
        let start = place
        while place < bytes.count, isInWord(bytes[place]) { place += 1 }
        // Something that is neither: a separator, a comment, a control character.
        guard place > start, place == bytes.count || endsWord(bytes[place]) else { return nil }
        return String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<place]), as: UTF8.self)
    }

    private func isInWord(_ byte: UInt8) -> Bool {
        Ascii.isPlain(byte) || (0x21...0x7e).contains(byte) && !Ascii.isSeparator(byte) && byte != Ascii.hash
    }

    private func endsWord(_ byte: UInt8) -> Bool {
        byte == Ascii.open || byte == Ascii.close || Ascii.isSpace(byte)
    }
}
