import SExpressions

/// What an answer should look like.
public indirect enum Pattern: Hashable, Sendable {
    /// `_`
    case anything
    /// `...`: the rest of a list.
    case rest
    /// A word, with `$NAME` replaced inside it; or a quoted string.
    case text(Template)
    /// `$NAME`: what it is bound to; the first use binds it.
    case variable(String)
    /// `(~ REGEX)`
    case regex(RegularExpression)
    /// `(< N)`, `(> N)`
    case less(Template)
    /// `(> N)`
    case greater(Template)
    /// `(! P)`: anything else; among fields: no field is like this.
    case not(Pattern)
    /// `(| P…)`: one of them.
    case either([Pattern])
    /// `(& P…)`: all of them; of numbers, a range.
    case all([Pattern])
    /// A list whose members stand in this order.
    case list([Pattern])
    /// `(NAME FIELD…)`, every field a list: fields in any order, others may be present.
    case element(Template, [Pattern])

    /// How a plain word compares with a text.
    public enum Mode: Sendable { case equal, contained }
}

extension Pattern: CustomStringConvertible {
    public var description: String {
        switch self {
        case .anything: "_"
        case .rest: "..."
        case .text(let template): template.source.value.description
        case .variable(let name): "$\(name)"
        case .regex(let expression): "(~ \(SExpression.atom(expression.description)))"
        case .less(let bound): "(< \(bound.source.value))"
        case .greater(let bound): "(> \(bound.source.value))"
        case .not(let pattern): "(! \(pattern))"
        case .either(let patterns): "(| \(patterns.map(\.description).joined(separator: " ")))"
        case .all(let patterns): "(& \(patterns.map(\.description).joined(separator: " ")))"
        case .list(let members): "(\(members.map(\.description).joined(separator: " ")))"
        case .element(let name, let fields):
            "(\(([name.source.value.description] + fields.map(\.description)).joined(separator: " ")))"
        }
    }
}
