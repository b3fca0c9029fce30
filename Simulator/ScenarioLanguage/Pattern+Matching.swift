import SExpressions

/// Compares patterns with values; remembers what names were bound to on the way.
///
/// A failed comparison leaves `bindings` as they were.
public struct PatternMatcher {
    /// What `$NAME` stands for; grows with the patterns that bind.
    public var bindings: Bindings
    /// Comparisons left: a pattern with many alike fields could otherwise try very many orders.
    private var budget = 200_000

    public init(_ bindings: Bindings) { self.bindings = bindings }

    /// Whether a value is like a pattern. Binds names only when it is.
    public mutating func matches(_ pattern: Pattern, _ value: SExpression, _ mode: Pattern.Mode = .equal) -> Bool {
        let before = bindings
        if match(pattern, value, mode) { return true }
        bindings = before
        return false
    }

    private mutating func match(_ pattern: Pattern, _ value: SExpression, _ mode: Pattern.Mode) -> Bool {
        guard budget > 0 else { return false }
        budget -= 1
        switch pattern {
        case .anything, .rest: return true
        case .text(let template):
            guard let expected = try? template.expand(bindings) else { return false }
            return equal(expected, value, mode)
        case .variable(let name):
            if let bound = bindings[name] { return equal(bound, value, mode) }
            bindings[name] = value
            return true
        case .regex(let expression): return expression.matches(Self.text(of: value))
        case .less(let bound): return compare(value, bound) { $0 < $1 }
        case .greater(let bound): return compare(value, bound) { $0 > $1 }
        case .not(let pattern):
            var inner = self
            return !inner.matches(pattern, value, mode)
        case .either(let patterns):
            for pattern in patterns where matches(pattern, value, mode) { return true }
            return false
        case .all(let patterns):
            return patterns.allSatisfy { matches($0, value, mode) }
        case .list(let members):
            guard let values = value.list else { return false }
            return match(members[...], values[...])
        case .element(let name, let fields):
            guard let values = value.list, let head = values.first, match(.text(name), head, .equal) else {
                return false
            }
            return matchFields(fields, values.dropFirst().map { $0 }, of: head.atom)
        }
    }

    private func equal(_ expected: SExpression, _ value: SExpression, _ mode: Pattern.Mode) -> Bool {
        guard mode == .contained, let word = expected.atom else { return expected == value }
        return Self.text(of: value).utf8Contains(word)
    }

    package static func text(of value: SExpression) -> String { value.atom ?? value.description }

    private func compare(_ value: SExpression, _ bound: Template, _ holds: (Double, Double) -> Bool) -> Bool {
        guard let left = value.atom.flatMap(Double.init), let text = try? bound.text(bindings),
            let right = Double(text)
        else { return false }
        return holds(left, right)
    }

    /// Members in order; `...` takes as many as it must.
    private mutating func match(_ patterns: ArraySlice<Pattern>, _ values: ArraySlice<SExpression>) -> Bool {
        guard let first = patterns.first else { return values.isEmpty }
        if case .rest = first {
            guard patterns.count > 1 else { return true }
            for start in values.startIndex...values.endIndex where attempt(patterns.dropFirst(), values[start...]) {
                return true
            }
            return false
        }
        guard let value = values.first, match(first, value, .equal) else { return false }
        return match(patterns.dropFirst(), values.dropFirst())
    }

    private mutating func attempt(_ patterns: ArraySlice<Pattern>, _ values: ArraySlice<SExpression>) -> Bool {
        let before = bindings
        if match(patterns, values) { return true }
        bindings = before
        return false
    }

    /// Fields in any order, each pattern with a field of its own. Those with `(! P)` must match none.
    public mutating func matchFields(_ patterns: [Pattern], _ values: [SExpression], of element: String?) -> Bool {
        var wanted: [Pattern] = []
        for pattern in patterns {
            guard case .not(let unwanted) = pattern else {
                wanted.append(pattern)
                continue
            }
            var inner = self
            if values.contains(where: { inner.matches(unwanted, $0) }) { return false }
        }
        return assign(wanted[...], Array(values.indices), values, element)
    }

    private mutating func assign(
        _ patterns: ArraySlice<Pattern>, _ free: [Int], _ values: [SExpression], _ element: String?
    ) -> Bool {
        guard let pattern = patterns.first else { return true }
        if case .rest = pattern { return assign(patterns.dropFirst(), free, values, element) }
        let before = bindings
        for (place, index) in free.enumerated() {
            var others = free
            others.remove(at: place)
            if matchField(pattern, values[index], element), assign(patterns.dropFirst(), others, values, element) {
                return true
            }
            bindings = before
        }
        return false
    }

    /// A domain that runs, waits or is runnable is *running*, whichever of the three it happens to be when asked.
    private mutating func matchField(_ pattern: Pattern, _ value: SExpression, _ element: String?) -> Bool {
        if element == "domain", value.isElement("state"), let state = value.child(at: 0)?.atom,
            DomainStates.running.contains(state)
        {
            for name in DomainStates.running where match(pattern, .element("state", name), .equal) { return true }
            return false
        }
        return match(pattern, value, .equal)
    }
}

/// The states that mean the same to a scenario.
package enum DomainStates {
    package static let running = ["r-----", "-b----", "------"]
}

extension String {
    /// Whether the bytes of `part` occur here; SXP knows no canonical equivalence.
    func utf8Contains(_ part: String) -> Bool {
        utf8Range(of: part, from: 0) != nil
    }

    /// The byte offset behind the first occurrence of `part` at or after `start`.
    package func utf8Range(of part: String, from start: Int) -> Int? {
        let text = Array(utf8)
        let wanted = Array(part.utf8)
        guard text.count - start >= wanted.count else { return nil }
        for index in start...(text.count - wanted.count)
        where text[index..<(index + wanted.count)].elementsEqual(wanted) {
            return index + wanted.count
        }
        return nil
    }
}
