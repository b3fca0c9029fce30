// The little JSON that xl's users read.

/// A JSON value with its members in order.
indirect enum JSONText: Equatable {
    case string(String)
    case number(Int)
    /// A value in the spelling of another program; xl writes its three-valued truth as a string.
    case literal(String)
    case array([JSONText])
    case object([(String, JSONText)])

    /// An object of those members that there are.
    static func object(some members: [(String, JSONText?)]) -> JSONText {
        .object(members.compactMap { name, value in value.map { (name, $0) } })
    }

    static func == (left: JSONText, right: JSONText) -> Bool { left.text() == right.text() }

    /// The value on many lines, 4 columns per level, as xl's library lays it out.
    func text(indentation: Int = 0) -> String {
        let outer = String(repeating: "    ", count: indentation)
        let inner = outer + "    "
        switch self {
        case .string(let text), .literal(let text): return JSONText.quoted(text)
        case .number(let number): return String(number)
        case .array(let members):
            if members.isEmpty { return "[\n\n\(outer)]" }
            let lines = members.map { inner + $0.text(indentation: indentation + 1) }
            return "[\n" + lines.joined(separator: ",\n") + "\n\(outer)]"
        case .object(let members):
            if members.isEmpty { return "{\n\n\(outer)}" }
            let lines = members.map { "\(inner)\(JSONText.quoted($0.0)): \($0.1.text(indentation: indentation + 1))" }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(outer)}"
        }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
