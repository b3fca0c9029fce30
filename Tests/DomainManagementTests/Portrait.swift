import DomainLifecycle
import DomainModel
import SExpressions

/// All that a value consists of, a line each, by reflection: a field that a reader forgets is a line that is missing.
///
/// What is nil, empty, false or 0 gets no line, so that a new field which old files do not have changes nothing.
enum Portrait {
    /// Fields that repeat, as they were written, what others say, and the places of entries in their file.
    private static let skipped: Set<String> = ["entry", "numbers"]

    static func text(of value: Any) -> String { lines("", value, depth: 0).joined(separator: "\n") + "\n" }

    private static func lines(_ label: String, _ value: Any, depth: Int) -> [String] {
        if let expression = value as? SExpression { return leaf(label, "\(expression)", depth) }
        // A field that is kept as a reference is called `_NAME` by reflection.
        if let boxed = value as? Boxed<DomainConfig?> {
            return lines("config", boxed.wrappedValue as Any, depth: depth)
        }
        let mirror = Mirror(reflecting: value)
        switch mirror.displayStyle {
        case .optional: return mirror.children.first.map { lines(label, $0.value, depth: depth) } ?? []
        case .collection:
            return block(label, mirror.children.enumerated().map { ("\($0.offset)", $0.element.value) }, depth)
        case .set: return block(label, mirror.children.map { ("\($0.value)", true) }.sorted { $0.0 < $1.0 }, depth)
        case .dictionary:
            let pairs = mirror.children.compactMap { Array(Mirror(reflecting: $0.value).children) }
            return block(label, pairs.map { ("\($0[0].value)", $0[1].value) }.sorted { $0.0 < $1.0 }, depth)
        case .enum where !mirror.children.isEmpty:
            return block(label, mirror.children.map { ($0.label ?? "", $0.value) }, depth)
        case .struct where !(value is any CustomStringConvertible), .tuple:
            return block(label, mirror.children.map { ($0.label ?? "", $0.value) }, depth)
        default: return leaf(label, "\(value)", depth)
        }
    }

    private static func block(_ label: String, _ fields: [(String, Any)], _ depth: Int) -> [String] {
        let inner = fields.filter { !skipped.contains($0.0) }
            .flatMap { lines($0.0, $0.1, depth: label.isEmpty ? depth : depth + 1) }
        guard !label.isEmpty, !inner.isEmpty else { return inner }
        return [indent(depth) + label + ":"] + inner
    }

    private static func leaf(_ label: String, _ text: String, _ depth: Int) -> [String] {
        ["", "0", "0.0", "false"].contains(text) ? [] : [indent(depth) + "\(label): \(text)"]
    }

    private static func indent(_ depth: Int) -> String { String(repeating: "  ", count: depth) }
}
