/// Writes JSON (RFC 8259) into bytes.
struct JSONWriter {
    var bytes: [UInt8] = []

    mutating func raw(_ text: String) { bytes.append(contentsOf: text.utf8) }

    mutating func array<Element>(_ elements: [Element], _ write: (inout JSONWriter, Element) -> Void) {
        raw("[")
        for (index, element) in elements.enumerated() {
            if index > 0 { raw(",") }
            write(&self, element)
        }
        raw("]")
    }

    mutating func object<Value>(_ members: [(String, Value)], _ write: (inout JSONWriter, Value) -> Void) {
        raw("{")
        for (index, (name, value)) in members.enumerated() {
            if index > 0 { raw(",") }
            string(name)
            raw(":")
            write(&self, value)
        }
        raw("}")
    }

    mutating func string(_ text: String) {
        raw("\"")
        for byte in Displayable.text(text).utf8 {
            switch byte {
            case UInt8(ascii: "\""): raw("\\\"")
            case UInt8(ascii: "\\"): raw("\\\\")
            case UInt8(ascii: "\n"): raw("\\n")
            case UInt8(ascii: "\r"): raw("\\r")
            case UInt8(ascii: "\t"): raw("\\t")
            case 0..<0x20: raw((byte < 16 ? "\\u000" : "\\u00") + String(byte, radix: 16))
            default: bytes.append(byte)
            }
        }
        raw("\"")
    }

    /// A number as JSON writes it, without exponent, and exact in a double: at most 15 digits.
    static func isNumber(_ text: String) -> Bool {
        let parts = (text.hasPrefix("-") ? text.dropFirst() : text[...])
            .split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), text.utf8.count <= 17, parts.reduce(0, { $0 + $1.utf8.count }) <= 15
        else { return false }
        let isDigits = { (part: Substring) in
            !part.isEmpty && part.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        }
        return parts.allSatisfy(isDigits) && (parts[0] == "0" || !parts[0].hasPrefix("0"))
    }
}

/// Text for readers who need valid Unicode.
enum Displayable {
    /// Bytes that were no UTF-8 (`SXPText` carries them as the last private-use scalars) become U+FFFD.
    static func text(_ text: String) -> String {
        guard text.utf8.contains(0xF4) else { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { result.append(scalar.value >= 0x10FF80 ? "\u{FFFD}" : scalar) }
        return String(result)
    }
}
