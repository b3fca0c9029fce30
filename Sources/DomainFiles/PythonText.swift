// How Python 2 writes values; the outputs and messages of 2004 were made by it.

import Glibc
import SExpressions

/// Python 2's text forms of numbers, strings and lists.
package enum PythonText {
    /// `str()` of a float: 12 significant digits, and always recognisable as a float.
    package static func float(_ value: Double) -> String { SExpression.number(value).atom ?? "" }

    /// `repr()` of a string: single quotes, unless only double ones avoid a backslash.
    package static func quoted(_ text: String) -> String {
        let quote: Character = text.contains("'") && !text.contains("\"") ? "\"" : "'"
        var result = String(quote)
        for byte in SXPText.bytes(of: text) { result += escaped(byte, quote: quote) }
        return result + String(quote)
    }

    private static func escaped(_ byte: UInt8, quote: Character) -> String {
        let character = Character(UnicodeScalar(byte))
        switch byte {
        case UInt8(ascii: "\\"): return "\\\\"
        case UInt8(ascii: "\n"): return "\\n"
        case UInt8(ascii: "\r"): return "\\r"
        case UInt8(ascii: "\t"): return "\\t"
        case 0x20..<0x7F: return character == quote ? "\\" + String(quote) : String(character)
        default:
            let digits = String(byte, radix: 16)
            return "\\x" + (digits.count == 1 ? "0" : "") + digits
        }
    }

    /// `str()` of a list of strings, as the original's messages show arguments.
    package static func list(_ texts: [String]) -> String {
        "[" + texts.map(quoted).joined(separator: ", ") + "]"
    }

    /// One double through C's `printf`, which rounds as Python does. `format` holds exactly one conversion of a
    /// double and is never text from outside.
    package static func printf(_ format: String, _ value: Double) -> String {
        withVaList([value]) { arguments in
            // The longest double has 309 digits before its point; precision is limited by the callers.
            var buffer = [CChar](repeating: 0, count: 1024)
            let length = vsnprintf(&buffer, buffer.count, format, arguments)
            let bytes = buffer.prefix(min(Int(length), buffer.count - 1)).map { UInt8(bitPattern: $0) }
            return String(decoding: bytes, as: UTF8.self)
        }
    }
}

// MARK: Reading

extension PythonText {
    /// `text.strip()`.
    package static func stripped(_ text: some StringProtocol) -> String {
        let blanks: Set<Character> = [" ", "\t", "\n", "\r", "\r\n", "\u{0B}", "\u{0C}"]
        var rest = Substring(text)
        while let first = rest.first, blanks.contains(first) { rest.removeFirst() }
        while let last = rest.last, blanks.contains(last) { rest.removeLast() }
        return String(rest)
    }

    /// `int(text)`: a decimal number with an optional sign and blanks around it.
    package static func integer(_ text: some StringProtocol) -> Int? { Int(stripped(text)) }

    /// `float(text)`, finite numbers only.
    package static func double(_ text: some StringProtocol) -> Double? {
        let text = stripped(text)
        guard !text.contains(where: { "xXpP_".contains($0) }) else { return nil }
        return Double(text).flatMap { $0.isFinite ? $0 : nil }
    }
}
