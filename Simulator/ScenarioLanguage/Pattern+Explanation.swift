import SExpressions

/// Why a pattern does not match, in the words of someone who has to find out.
extension PatternMatcher {
    /// What differs; empty when nothing does.
    public func differences(_ pattern: Pattern, _ value: SExpression, _ mode: Pattern.Mode = .equal) -> [String] {
        var matcher = self
        if matcher.matches(pattern, value, mode) { return [] }
        guard case .element(let name, let fields) = pattern, let head = value.list?.first else {
            return ["expected \(describe(pattern)), saw \(value)"]
        }
        guard matcher.matches(.text(name), head) else { return ["expected \(describe(pattern)), saw \(value)"] }
        let found = fieldDifferences(fields, value.list.map { Array($0.dropFirst()) } ?? [], of: head.atom)
        return found.isEmpty ? ["expected \(describe(pattern)), saw \(value)"] : found
    }

    /// The fields that are missing or different; empty when each alone can be found.
    public func fieldDifferences(_ fields: [Pattern], _ values: [SExpression], of element: String?) -> [String] {
        fields.flatMap { field -> [String] in
            var matcher = self
            if matcher.matchFields([field], values, of: element) { return [] }
            if case .not(let unwanted) = field { return ["expected no \(describe(unwanted)), but there is one"] }
            let alike = values.filter { $0.name != nil && $0.name == field.fieldName }
            let inner = alike.count == 1 ? nestedDifferences(field, alike[0]) : []
            if !inner.isEmpty { return inner.map { "in \(field.fieldName ?? "?"): \($0)" } }
            let seen =
                alike.isEmpty
                ? "there is no \(field.fieldName ?? "such field")"
                : "saw \(alike.map(\.description).joined(separator: " "))"
            return ["expected \(describe(field)), \(seen)"]
        }
    }

    private func nestedDifferences(_ field: Pattern, _ value: SExpression) -> [String] {
        guard case .element = field else { return [] }
        return differences(field, value)
    }

    /// The pattern with what its names are bound to.
    private func describe(_ pattern: Pattern) -> String {
        guard case .variable(let name) = pattern, let bound = bindings[name] else { return pattern.description }
        return "$\(name) = \(bound)"
    }
}

extension Pattern {
    /// The name of the field that this is a pattern of.
    package var fieldName: String? {
        switch self {
        case .element(let name, _): name.literal
        case .list(let members):
            if case .text(let template)? = members.first { template.literal } else { nil }
        case .text(let template): template.literal
        case .anything, .rest, .variable, .regex, .less, .greater, .not, .either, .all: nil
        }
    }
}
