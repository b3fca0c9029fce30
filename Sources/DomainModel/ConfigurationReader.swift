import SExpressions

/// Reads the fields of one configuration element: the first occurrence counts, an absent or empty one is nil.
struct ConfigurationReader {
    let element: SExpression

    init(_ element: SExpression) { self.element = element }

    func text(_ field: String) -> String? { element.childText(field) }

    /// Every value of a field that repeats, also `(ip a b)`.
    func texts(_ field: String) -> [String] {
        element.children(field).flatMap { $0.children().compactMap(\.atom) }
    }

    func integer(
        _ field: String, in range: ClosedRange<Int>, error: String, allowed: String? = nil
    ) throws(ConfigurationError) -> Int? {
        guard let text = text(field), !text.isEmpty else { return nil }
        guard let value = Int(trimming: text), range.contains(value) else {
            throw ConfigurationError(
                error, field: field, value: text,
                allowed: allowed ?? "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    func choice<Choice: RawRepresentable & CaseIterable>(
        _ field: String, _: Choice.Type, error: (String) -> String
    ) throws(ConfigurationError) -> Choice? where Choice.RawValue == String {
        guard let text = text(field), !text.isEmpty else { return nil }
        guard let value = Choice(rawValue: text) else {
            throw ConfigurationError(
                error(text), field: field, value: text,
                allowed: Choice.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return value
    }
}

extension Int {
    /// A decimal integer; blanks around it and a sign are allowed (reference/http-api.md §4.2).
    public init?(trimming text: some StringProtocol) {
        let blanks: Set<Character> = [" ", "\t", "\n", "\r"]
        var text = text[...]
        while let first = text.first, blanks.contains(first) { text = text.dropFirst() }
        while let last = text.last, blanks.contains(last) { text = text.dropLast() }
        self.init(text, radix: 10)
    }
}

extension SExpression {
    /// The element with `field` holding just `value`: replaced where it stands first, else appended.
    public func setting(_ field: String, to value: SExpression) -> SExpression {
        setting(field, toAll: [value])
    }

    /// The element with one `(field value)` for each of `values`, in place of all it had.
    public func setting(_ field: String, toAll values: [SExpression]) -> SExpression {
        guard case .list(let members) = self else { return self }
        let new = values.map { SExpression.element(field, $0) }
        let isField = { (member: SExpression) in member.isElement(field) }
        guard let place = members.firstIndex(where: isField) else { return .list(members + new) }
        let rest = members[place...].filter { !isField($0) }
        return .list(members[..<place] + new + rest)
    }
}
