import WebText

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
        WebText.appendJSON(Displayable.text(text), to: &bytes)
    }

    /// A number as JSON writes it, without exponent, and exact in a double: at most 15 digits.
    static func isNumber(_ text: String) -> Bool {
        var rest = text.utf8[...]
        guard rest.count <= 17 else { return false }
        if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
        let isDigit = { (byte: UInt8) in (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
        let whole = rest.prefix(while: isDigit)
        guard !whole.isEmpty, whole.count == 1 || whole.first != UInt8(ascii: "0") else { return false }
        rest = rest[whole.endIndex...]
        guard !rest.isEmpty else { return whole.count <= 15 }
        let fraction = rest.dropFirst()
        return rest.first == UInt8(ascii: ".") && !fraction.isEmpty && fraction.allSatisfy(isDigit)
            && whole.count + fraction.count <= 15
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
