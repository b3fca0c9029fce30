import SExpressions

// Parsed forms back as text, for the control resource.

extension SExpression {
    /// An atom in quotes, so that nothing in it is taken for a name.
    package var quoted: String {
        guard let atom, !atom.isEmpty, description == atom else { return description }
        return "'\(atom)'"
    }
}

extension LocatedSExpression {
    /// The value as text, its quoted words quoted.
    package var literalText: String {
        switch kind {
        case .atom(let text, quoted: true): SExpression.atom(text).quoted
        case .atom(let text, quoted: false): text
        case .list(let members): "(" + members.map(\.literalText).joined(separator: " ") + ")"
        }
    }
}
