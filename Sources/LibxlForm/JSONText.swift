import SExpressions
import WebText

// The little JSON that xl's users read.

/// A JSON value with its members in order.
public indirect enum JSONText: Equatable {
    /// Text.
    case string(String)
    /// A whole number.
    case number(Int)
    /// A value in the spelling of another program; xl writes its three-valued truth as a string.
    case literal(String)
    /// Values.
    case array([JSONText])
    /// Members, in their order.
    case object([(String, JSONText)])

    /// The fields of an element, each with the numbers and words that stand in it.
    public init(fieldsOf element: SExpression, and more: [(String, JSONText)] = []) {
        let fields = element.children().compactMap { child in child.name.map { ($0, JSONText(valuesOf: child)) } }
        self = .object(more + fields)
    }

    private init(valuesOf element: SExpression) {
        let values = element.children()
        switch values.count {
        case 0: self = .string("")
        case 1 where values[0].atom != nil: self = JSONText(atom: values[0].atom ?? "")
        default:
            let areFields = values.allSatisfy { $0.name != nil && $0.list != nil }
            self =
                areFields
                ? JSONText(fieldsOf: element) : .array(values.map { JSONText(atom: $0.atom ?? $0.description) })
        }
    }

    private init(atom: String) {
        let isNumber = atom.wholeMatch(of: #/0|-?[1-9][0-9]{0,15}/#) != nil
        self = isNumber ? .number(Int(atom) ?? 0) : .string(atom)
    }

    /// An object of those members that there are.
    public static func object(some members: [(String, JSONText?)]) -> JSONText {
        .object(members.compactMap { name, value in value.map { (name, $0) } })
    }

    public static func == (left: JSONText, right: JSONText) -> Bool { left.text() == right.text() }

    /// The value on many lines, 4 columns per level, as xl's library lays it out.
    public func text(indentation: Int = 0) -> String {
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
