// Text to tokens: lines, indentation, names and symbols. Strings and numbers stand in files of their own.

/// Splits the bytes of a configuration file into tokens, by Python's lexical rules.
///
/// Apart because only here lines, columns and indentation are counted; the parser sees tokens.
struct Lexer {
    private(set) var bytes: [UInt8]
    var index = 0
    private var line = 1
    private var column = 1
    private var brackets: [Token] = []
    private var indents = [0]
    private var tokens: [Token] = []

    /// Whether lines may be indented by any width at any place.
    private let looseIndentation: Bool

    /// Reads all tokens of a file; the last one is `.end`.
    static func tokens(of bytes: [UInt8], looseIndentation: Bool = false) throws(Fault) -> [Token] {
        var lexer = Lexer(bytes: bytes, looseIndentation: looseIndentation)
        return try lexer.run()
    }

    private init(bytes: [UInt8], looseIndentation: Bool) {
        self.bytes = bytes
        self.looseIndentation = looseIndentation
    }

    // MARK: What the other parts use

    var position: SourcePosition { SourcePosition(line: line, column: column) }

    var current: UInt8? { index < bytes.count ? bytes[index] : nil }

    func peek(_ distance: Int) -> UInt8? {
        index + distance < bytes.count ? bytes[index + distance] : nil
    }

    /// Takes one byte and keeps count of line and column.
    @discardableResult
    mutating func take() -> UInt8 {
        let byte = bytes[index]
        index += 1
        if byte == UInt8(ascii: "\n") {
            line += 1
            column = 1
        } else if byte & 0xC0 != 0x80 {
            column += 1
        }
        return byte
    }

    mutating func append(_ kind: Token.Kind, at position: SourcePosition) {
        tokens.append(Token(kind: kind, position: position))
    }

    // MARK: The walk

    private mutating func run() throws(Fault) -> [Token] {
        guard bytes.count <= ConfigLimits.fileSize else {
            throw Fault(position, "the file is larger than \(ConfigLimits.fileSize) bytes")
        }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
        try readIndentation()
        while current != nil { try readToken() }
        if let open = brackets.last {
            throw Fault(open.position, "\(open.kind.spoken) is never closed")
        }
        endLine(at: position)
        while indents.count > 1 {
            indents.removeLast()
            append(.dedent, at: position)
        }
        append(.end, at: position)
        return tokens
    }

    private mutating func readToken() throws(Fault) {
        guard let byte = current else { return }
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), 0x0C:
            take()
        case UInt8(ascii: "#"):
            while let next = current, next != UInt8(ascii: "\n") { take() }
        case UInt8(ascii: "\n"):
            try readLineBreak()
        case UInt8(ascii: "\\"):
            try readContinuation()
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            try readNumber()
        case UInt8(ascii: ".") where peek(1).map(Lexer.isDigit) == true:
            try readNumber()
        case UInt8(ascii: "'"), UInt8(ascii: "\""):
            try readString(prefix: "", from: position)
        case _ where Lexer.startsName(byte):
            try readName()
        default:
            try readSymbol()
        }
    }

    private mutating func readLineBreak() throws(Fault) {
        let start = position
        take()
        guard brackets.isEmpty else { return }
        endLine(at: start)
        try readIndentation()
    }

    /// Ends the logical line, unless it holds nothing.
    private mutating func endLine(at position: SourcePosition) {
        switch tokens.last?.kind {
        case nil, .newline, .indent, .dedent: break
        case .name, .int, .float, .string, .symbol, .end: append(.newline, at: position)
        }
    }

    private mutating func readContinuation() throws(Fault) {
        let start = position
        take()
        if current == UInt8(ascii: "\r") { take() }
        guard current == UInt8(ascii: "\n") else {
            throw Fault(start, "a \"\\\" outside a string must be the last character of its line")
        }
        take()
    }

    /// Measures the blanks at the start of a line that holds something.
    private mutating func readIndentation() throws(Fault) {
        var width = 0
        while let byte = current {
            if byte == UInt8(ascii: " ") {
                width += 1
            } else if byte == UInt8(ascii: "\t") {
                width = (width / 8 + 1) * 8
            } else if byte == 0x0C {
                width = 0
            } else {
                break
            }
            take()
        }
        switch current {
        case nil, UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "#"): return
        default: try setIndentation(width)
        }
    }

    private mutating func setIndentation(_ width: Int) throws(Fault) {
        if let innermost = indents.last, width > innermost {
            guard indents.count < ConfigLimits.nesting else {
                throw Fault(position, "more than \(ConfigLimits.nesting) blocks inside each other")
            }
            indents.append(width)
            append(.indent, at: position)
        }
        while let innermost = indents.last, width < innermost {
            indents.removeLast()
            append(.dedent, at: position)
        }
        if indents.last != width {
            if looseIndentation { return try setIndentation(width) }
            throw Fault(position, "this line is indented by \(width) columns, which no line before it is")
        }
    }

    private mutating func readName() throws(Fault) {
        let start = position
        var name: [UInt8] = []
        while let byte = current, Lexer.startsName(byte) || Lexer.isDigit(byte) { name.append(take()) }
        let text = String(decoding: name, as: UTF8.self)
        if let quote = current, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\""), text.count <= 2 {
            try readString(prefix: text.lowercased(), from: start)
        } else {
            append(.name(text), at: start)
        }
    }

    // MARK: Symbols

    private static let symbols = [
        "**=", "//=", "<<=", ">>=", "...", "**", "//", "<<", ">>", "<=", ">=", "==", "!=", "<>", "+=", "-=", "*=",
        "/=", "%=", "&=", "|=", "^=", "->", ":=", "(", ")", "[", "]", "{", "}", "=", "+", "-", "*", "/", "%", "<",
        ">", ",", ":", ";", ".", "&", "|", "^", "~", "@", "`",
    ]

    private mutating func readSymbol() throws(Fault) {
        let start = position
        let rest = bytes[index...].prefix(3)
        guard let symbol = Lexer.symbols.first(where: { rest.starts(with: $0.utf8) }) else {
            throw Fault(start, "unexpected character \(Lexer.spoken(bytes[index]))")
        }
        for _ in symbol.utf8 { take() }
        try countBrackets(symbol, at: start)
        append(.symbol(symbol), at: start)
    }

    private mutating func countBrackets(_ symbol: String, at start: SourcePosition) throws(Fault) {
        switch symbol {
        case "(", "[", "{":
            guard brackets.count < ConfigLimits.nesting else {
                throw Fault(start, "more than \(ConfigLimits.nesting) brackets inside each other")
            }
            brackets.append(Token(kind: .symbol(symbol), position: start))
        case ")", "]", "}":
            let partner = symbol == ")" ? "(" : symbol == "]" ? "[" : "{"
            guard let open = brackets.popLast() else { throw Fault(start, "\"\(symbol)\" closes nothing") }
            guard open.kind == .symbol(partner) else {
                throw Fault(start, "\"\(symbol)\" does not close the \(open.kind.spoken) of line \(open.position.line)")
            }
        default: break
        }
    }

    // MARK: Characters

    static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    static func startsName(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func spoken(_ byte: UInt8) -> String {
        (0x21..<0x7F).contains(byte) ? "\"\(Character(UnicodeScalar(byte)))\"" : "with code \(byte)"
    }
}
