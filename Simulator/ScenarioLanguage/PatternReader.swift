import SExpressions

/// Reads what is expected of a value.
struct PatternReader {
    /// The name of what is read, for errors.
    let file: String

    /// A list is an element when it begins with a word and all that follows are lists: then its fields may stand in any order.
    func pattern(_ value: LocatedSExpression) throws(ScenarioError) -> Pattern {
        switch value.kind {
        case .atom(_, quoted: true): return .text(Template(value))
        case .atom("_", quoted: false): return .anything
        case .atom("...", quoted: false): return .rest
        case .atom(let text, quoted: false):
            let pieces = Template.pieces(of: text)
            if pieces.count == 1, case .name(let name) = pieces[0] { return .variable(name) }
            return .text(Template(value))
        case .list(let members):
            if let pattern = try comparison(members, in: value) { return pattern }
            var patterns: [Pattern] = []
            for member in members { patterns.append(try pattern(member)) }
            guard members.count > 1, members[0].atom != nil, case .text(let name) = patterns[0],
                zip(members, patterns).dropFirst().allSatisfy({ $0.list != nil && $1.isStructure })
            else { return .list(patterns) }
            return .element(name, Array(patterns.dropFirst()))
        }
    }

    /// `(~ R)`, `(< N)`, `(> N)`, `(! P)`, `(| P…)`, `(& P…)`.
    private func comparison(
        _ members: [LocatedSExpression], in value: LocatedSExpression
    ) throws(ScenarioError) -> Pattern? {
        guard let head = members.first, case .atom(let name, quoted: false) = head.kind,
            ["~", "<", ">", "!", "|", "&"].contains(name)
        else { return nil }
        let place = ScenarioPlace(file: file, position: value.position)
        guard name == "|" || name == "&" || members.count == 2 else {
            throw ScenarioError(place, "(\(name) …) has one value behind the sign; quote what has blanks or brackets")
        }
        switch name {
        case "~": return .regex(try regularExpression(members[1]))
        case "<": return .less(try bound(members[1]))
        case ">": return .greater(try bound(members[1]))
        case "!": return .not(try pattern(members[1]))
        default:
            var patterns: [Pattern] = []
            for member in members.dropFirst() { patterns.append(try pattern(member)) }
            return name == "|" ? .either(patterns) : .all(patterns)
        }
    }

    private func bound(_ value: LocatedSExpression) throws(ScenarioError) -> Template {
        let template = Template(value)
        if let literal = template.literal, Double(literal) == nil { throw noNumber(value) }
        guard value.atom != nil else { throw noNumber(value) }
        return template
    }

    private func noNumber(_ value: LocatedSExpression) -> ScenarioError {
        ScenarioError(
            ScenarioPlace(file: file, position: value.position),
            "only numbers are compared with < and >, not \(value.value)")
    }

    private func regularExpression(_ value: LocatedSExpression) throws(ScenarioError) -> RegularExpression {
        let place = ScenarioPlace(file: file, position: value.position)
        guard let text = value.atom else {
            throw ScenarioError(place, "a regular expression is a word or a string, not \(value.value)")
        }
        do {
            return try RegularExpression(text)
        } catch {
            throw ScenarioError(place, "the regular expression \(value.value) cannot be read: \(error)")
        }
    }
}

extension Pattern {
    /// Whether this is the pattern of a list, so that it can be a field.
    package var isStructure: Bool {
        switch self {
        case .list, .element: true
        case .not(let inner): inner.isStructure
        case .either(let patterns), .all(let patterns): patterns.allSatisfy(\.isStructure)
        case .anything, .rest, .text, .variable, .regex, .less, .greater: false
        }
    }
}
