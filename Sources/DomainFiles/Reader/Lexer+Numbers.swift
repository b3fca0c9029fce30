// Number literals: decimal, hexadecimal, octal in the spelling of Python 2 (017) and 3 (0o17), binary, floats.

extension Lexer {
    mutating func readNumber() throws(Fault) {
        let start = position
        var text = ""
        while let byte = current, continuesNumber(byte, after: text) {
            text.append(Character(UnicodeScalar(take())))
        }
        guard let kind = Lexer.number(text) else {
            throw Fault(start, "\"\(text)\" is not a number this reader knows (or it has more than 64 bits)")
        }
        append(kind, at: start)
    }

    private func continuesNumber(_ byte: UInt8, after text: String) -> Bool {
        if Lexer.startsName(byte) || Lexer.isDigit(byte) || byte == UInt8(ascii: ".") { return true }
        let sign = byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
        return sign && !text.lowercased().hasPrefix("0x") && (text.last == "e" || text.last == "E")
    }

    private static func number(_ text: String) -> Token.Kind? {
        var digits = text.lowercased()
        // The mark of a long integer in Python 2; there is only one kind of integer here.
        if digits.hasSuffix("l") { digits.removeLast() }
        for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where digits.hasPrefix(prefix) {
            return unsigned(digits.dropFirst(2), radix: radix)
        }
        if digits.allSatisfy({ $0.isASCII && $0.isNumber }) {
            let octal = digits.count > 1 && digits.hasPrefix("0")
            return unsigned(Substring(digits), radix: octal ? 8 : 10)
        }
        // `1.` and `.5` are floats in Python; Swift wants digits on both sides.
        guard !digits.contains("x"), !digits.contains("n"), !digits.contains("p"), !digits.contains("_") else {
            return nil
        }
        if digits.hasPrefix(".") { digits = "0" + digits }
        if digits.hasSuffix(".") { digits += "0" }
        digits = digits.replacingDot()
        return Double(digits).flatMap { $0.isFinite ? .float($0) : nil }
    }

    private static func unsigned(_ digits: Substring, radix: Int) -> Token.Kind? {
        guard let first = digits.first, first != "+", first != "-" else { return nil }
        return Int(digits, radix: radix).map { .int($0) }
    }
}

extension String {
    /// `1.e5` as `1.0e5`.
    fileprivate func replacingDot() -> String {
        guard let dot = firstIndex(of: "."), self[index(after: dot)...].first == "e" else { return self }
        return self[...dot] + "0" + self[index(after: dot)...]
    }
}
