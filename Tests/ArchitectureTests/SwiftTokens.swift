/// The names and marks of Swift's text, each with its line; comments, strings and regular expressions are passed over.
struct SwiftTokens {
    struct Token {
        /// A name with its dots, or one mark.
        var text: String
        var line: Int
        var isName: Bool { text.first.map { $0.isLetter || $0 == "_" || $0 == "`" } ?? false }
    }
    private let bytes: [UInt8]
    private var index = 0
    private var line = 1

    init(_ text: String) { bytes = Array(text.utf8) }

    mutating func next() -> Token? {
        while index < bytes.count {
            if isAt("//") {
                while index < bytes.count, bytes[index] != UInt8(ascii: "\n") { index += 1 }
            } else if isAt("/*") {
                skipComment()
            } else if let marks = openingOfLiteral() {
                skipLiteral(marks)
            } else if Self.isName(bytes[index]) {
                return name()
            } else {
                let byte = bytes[index]
                step()
                // `==`, `<=` and `->` are no `=`; what is left of other operators says nothing.
                if byte > UInt8(ascii: " ") { return Token(text: String(decoding: [byte], as: UTF8.self), line: line) }
            }
        }
        return nil
    }

    private static func isName(_ byte: UInt8) -> Bool {
        byte >= 0x80 || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "`")
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    /// A name, with the names after its dots where it begins with a capital: `Outer.Inner`.
    private mutating func name() -> Token {
        let start = index
        let isType = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(bytes[start])
        while index < bytes.count,
            Self.isName(bytes[index])
                || (isType && isAt(".") && index + 1 < bytes.count && Self.isName(bytes[index + 1]))
        { index += 1 }
        return Token(text: String(decoding: bytes[start..<index], as: UTF8.self), line: line)
    }

    private mutating func step() {
        if bytes[index] == UInt8(ascii: "\n") { line += 1 }
        index += 1
    }

    private func isAt(_ text: StaticString, plus: Int = 0) -> Bool {
        let length = text.utf8CodeUnitCount
        guard index + plus + length <= bytes.count else { return false }
        return text.withUTF8Buffer { $0.elementsEqual(bytes[index + plus..<index + plus + length]) }
    }

    private mutating func skipComment() {
        var depth = 0
        repeat {
            if isAt("/*") {
                depth += 1
                index += 2
            } else if isAt("*/") {
                depth -= 1
                index += 2
            } else {
                step()
            }
        } while depth > 0 && index < bytes.count
    }

    // MARK: Literals

    private struct Marks {
        var hashes: Int
        /// `"`, `"""` or `/`.
        var quote: [UInt8]
        var isText: Bool { quote[0] == UInt8(ascii: "\"") }
        var closing: [UInt8] { quote + Array(repeating: UInt8(ascii: "#"), count: hashes) }
    }

    private func openingOfLiteral() -> Marks? {
        var hashes = 0
        while index + hashes < bytes.count, bytes[index + hashes] == UInt8(ascii: "#") { hashes += 1 }
        if isAt("\"\"\"", plus: hashes) { return Marks(hashes: hashes, quote: Array("\"\"\"".utf8)) }
        if isAt("\"", plus: hashes) { return Marks(hashes: hashes, quote: Array("\"".utf8)) }
        if hashes > 0, isAt("/", plus: hashes) { return Marks(hashes: hashes, quote: Array("/".utf8)) }
        return nil
    }

    private mutating func skipLiteral(_ marks: Marks) {
        index += marks.hashes + marks.quote.count
        let escape = [UInt8(ascii: "\\")] + Array(repeating: UInt8(ascii: "#"), count: marks.isText ? marks.hashes : 0)
        while index < bytes.count, !bytes[index...].starts(with: marks.closing) {
            guard bytes[index...].starts(with: escape) else {
                step()
                continue
            }
            index += escape.count
            if marks.isText, isAt("(") { skipInterpolation() } else { step() }
        }
        index += marks.closing.count
    }

    private mutating func skipInterpolation() {
        var depth = 0
        repeat {
            guard let token = next() else { return }
            if token.text == "(" { depth += 1 }
            if token.text == ")" { depth -= 1 }
        } while depth > 0
    }
}
