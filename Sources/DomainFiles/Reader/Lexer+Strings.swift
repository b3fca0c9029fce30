// String literals: all forms of quotes, prefixes and escapes of Python 2 and 3.

import SExpressions

extension Lexer {
    /// Reads a string whose prefix (`r`, `u`, `b`, or two of them) has been taken already.
    mutating func readString(prefix: String, from start: SourcePosition) throws(Fault) {
        guard ["", "r", "u", "b", "ur", "br", "rb"].contains(prefix) else {
            throw Fault(start, Lexer.refusal(ofPrefix: prefix))
        }
        let quote = take()
        let triple = current == quote && peek(1) == quote
        if triple {
            take()
            take()
        }
        var reader = StringReader(quote: quote, triple: triple, raw: prefix.contains("r"), start: start)
        let content = try reader.read(&self)
        append(.string(SXPText.string(decoding: content)), at: start)
    }

    private static func refusal(ofPrefix prefix: String) -> String {
        prefix.contains("f")
            ? "strings with an f before the quote are not supported: use \"text %s\" % value"
            : "\"\(prefix)\" before a string is not supported"
    }
}

/// Reads the inside of one string literal.
private struct StringReader {
    let quote: UInt8
    let triple: Bool
    let raw: Bool
    let start: SourcePosition
    var content: [UInt8] = []

    init(quote: UInt8, triple: Bool, raw: Bool, start: SourcePosition) {
        self.quote = quote
        self.triple = triple
        self.raw = raw
        self.start = start
    }

    mutating func read(_ lexer: inout Lexer) throws(Fault) -> [UInt8] {
        while let byte = lexer.current {
            guard content.count < ConfigLimits.stringSize else {
                throw Fault(start, "the string is longer than \(ConfigLimits.stringSize) bytes")
            }
            if closes(lexer) { return finish(&lexer) }
            if byte == UInt8(ascii: "\n") && !triple { break }
            if byte == UInt8(ascii: "\r") && lexer.peek(1) == UInt8(ascii: "\n") {
                lexer.take()
            } else if byte == UInt8(ascii: "\\") {
                try readEscape(&lexer)
            } else {
                content.append(lexer.take())
            }
        }
        throw Fault(start, "the string is never closed" + (triple ? "" : " on its line"))
    }

    private func closes(_ lexer: Lexer) -> Bool {
        lexer.current == quote && (!triple || (lexer.peek(1) == quote && lexer.peek(2) == quote))
    }

    private func finish(_ lexer: inout Lexer) -> [UInt8] {
        for _ in 0..<(triple ? 3 : 1) { lexer.take() }
        return content
    }

    private mutating func readEscape(_ lexer: inout Lexer) throws(Fault) {
        let place = lexer.position
        lexer.take()
        guard let byte = lexer.current else { return }
        if raw {
            content += [UInt8(ascii: "\\"), lexer.take()]
            return
        }
        if byte == UInt8(ascii: "\r") && lexer.peek(1) == UInt8(ascii: "\n") { lexer.take() }
        lexer.take()
        switch byte {
        case UInt8(ascii: "\n"), UInt8(ascii: "\r"): break
        case UInt8(ascii: "x"): content.append(UInt8(try readHexadecimal(2, &lexer, place)))
        case UInt8(ascii: "u"): try readScalar(4, &lexer, place)
        case UInt8(ascii: "U"): try readScalar(8, &lexer, place)
        case UInt8(ascii: "0")...UInt8(ascii: "7"): readOctal(first: byte, &lexer)
        default:
            // As in Python, an unknown escape keeps its backslash.
            content += StringReader.simple(byte).map { [$0] } ?? [UInt8(ascii: "\\"), byte]
        }
    }

    private static func simple(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "t"): 0x09
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "a"): 0x07
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "v"): 0x0B
        case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): byte
        default: nil
        }
    }

    private mutating func readOctal(first: UInt8, _ lexer: inout Lexer) {
        var value = Int(first - UInt8(ascii: "0"))
        for _ in 0..<2 {
            guard let byte = lexer.current, (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(byte) else { break }
            value = value * 8 + Int(lexer.take() - UInt8(ascii: "0"))
        }
        content.append(UInt8(truncatingIfNeeded: value))
    }

    private func readHexadecimal(_ digits: Int, _ lexer: inout Lexer, _ place: SourcePosition) throws(Fault) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<digits {
            guard let byte = lexer.current, let digit = Character(UnicodeScalar(byte)).hexDigitValue else {
                throw Fault(place, "this escape needs \(digits) hexadecimal digits")
            }
            lexer.take()
            value = value * 16 + UInt32(digit)
        }
        return value
    }

    private mutating func readScalar(_ digits: Int, _ lexer: inout Lexer, _ place: SourcePosition) throws(Fault) {
        guard let scalar = UnicodeScalar(try readHexadecimal(digits, &lexer, place)) else {
            throw Fault(place, "this escape names no character")
        }
        content += Array(String(Character(scalar)).utf8)
    }
}
