import WebText

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
        case .string(let text), .literal(let text): return WebText.json(text)
        case .number(let number): return String(number)
        case .array(let members):
            if members.isEmpty { return "[\n\n\(outer)]" }
            let lines = members.map { inner + $0.text(indentation: indentation + 1) }
            return "[\n" + lines.joined(separator: ",\n") + "\n\(outer)]"
        case .object(let members):
            if members.isEmpty { return "{\n\n\(outer)}" }
            let lines = members.map { "\(inner)\(WebText.json($0.0)): \($0.1.text(indentation: indentation + 1))" }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(outer)}"
        }
    }
}
