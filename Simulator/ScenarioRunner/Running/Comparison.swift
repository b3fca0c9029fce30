import SExpressions
import ScenarioLanguage
import XendTesting

/// Compares what is expected with what has come, and binds the names in it. Each comparison says why it fails; nothing where it holds.
struct Comparison {
    private(set) var bindings: Bindings

    init(_ bindings: Bindings) { self.bindings = bindings }

    mutating func compare(_ pattern: Pattern, _ value: SExpression, _ mode: Pattern.Mode = .equal) -> [String] {
        var matcher = PatternMatcher(bindings)
        if matcher.matches(pattern, value, mode) {
            bindings = matcher.bindings
            return []
        }
        return matcher.differences(pattern, value, mode)
    }

    // MARK: An answer

    /// nil when the check is about something else.
    mutating func answerReasons(_ kind: Check.Kind, _ outcome: ExchangeOutcome) throws(ScenarioFailure) -> [String]? {
        switch kind {
        case .anything: return []
        case .error(let pattern):
            guard let error = outcome.error else {
                return ["expected the error \(pattern), but it succeeded"]
            }
            return compare(pattern, .atom(error), .contained)
        case .status, .header, .text, .sxp, .xpath:
            guard let answer = outcome.answer else { return [outcome.problem ?? "there is no answer"] }
            return try reasons(kind, answer)
        default: return nil
        }
    }

    private mutating func reasons(_ kind: Check.Kind, _ answer: Answer) throws(ScenarioFailure) -> [String] {
        switch kind {
        case .status(let pattern):
            let found = compare(pattern, .atom(String(answer.status)))
            return found.isEmpty ? [] : ["expected status \(pattern), saw \(answer.status) \(answer.excerpt)"]
        case .header(let name, let pattern):
            guard let value = answer.header(name) else { return ["expected a header \(name), there is none"] }
            return compare(pattern, .atom(value), .contained)
        case .text(let pattern): return compare(pattern, .atom(answer.text), .contained)
        case .sxp(let pattern):
            guard let value = answer.expression else {
                return [
                    "expected SXP, saw \(answer.status) \(answer.header("content-type") ?? "") \(answer.excerpt)"
                ]
            }
            return compare(pattern, value)
        case .xpath(let expression, let pattern): return xpath(expression, pattern, answer)
        default: return []
        }
    }

    private mutating func xpath(_ expression: String, _ pattern: Pattern?, _ answer: Answer) -> [String] {
        let found = HTMLDocument(answer.body)?.evaluate(expression) ?? []
        guard let pattern else { return found.isEmpty ? ["\(expression) finds nothing in the page"] : [] }
        for text in found where compare(pattern, .atom(text)).isEmpty { return [] }
        return [
            "expected \(expression) to be \(pattern), saw \(found.map { SExpression.atom($0).description }.joined(separator: ", "))"
        ]
    }

    // MARK: Domains and tasks

    /// Fields of a domain, in any order.
    mutating func domainReasons(_ fields: [Pattern], _ domain: SExpression) -> [String] {
        let found = fieldReasons(fields, of: domain, "domain")
        return found.map { $0.isEmpty ? ["expected \(fields), saw \(domain)"] : $0 } ?? []
    }

    /// What differs, which may be nothing that can be told; nil when the fields are there.
    private mutating func fieldReasons(_ fields: [Pattern], of value: SExpression, _ name: String) -> [String]? {
        var matcher = PatternMatcher(bindings)
        guard matcher.matchFields(fields, value.children(), of: name) else {
            return matcher.fieldDifferences(fields, value.children(), of: name)
        }
        bindings = matcher.bindings
        return nil
    }

    /// The exact set of names; Domain-0, which is always there, only when it is named.
    mutating func domainsReasons(_ patterns: [Pattern], _ all: [SExpression]) -> [String] {
        let namesZero = patterns.contains { $0.fieldName == "Domain-0" }
        let names = namesZero ? all : all.filter { $0.atom != "Domain-0" }
        let isOpen = patterns.contains { if case .rest = $0 { true } else { false } }
        var matcher = PatternMatcher(bindings)
        let wanted = patterns.filter { if case .rest = $0 { false } else { true } }
        guard isOpen || wanted.count == names.count, matcher.matchFields(wanted, names, of: nil) else {
            let expected = patterns.isEmpty ? "none" : patterns.map(\.description).joined(separator: " ")
            return [
                "expected the domains \(expected), saw \(names.isEmpty ? "none" : names.map(\.description).joined(separator: " "))"
            ]
        }
        bindings = matcher.bindings
        return []
    }

    /// A task: some fields of it, its state, all of it, or one field alone.
    mutating func taskReasons(_ pattern: Pattern, _ task: SExpression) -> [String] {
        if case .list(let fields) = pattern, fields.allSatisfy(\.isStructure) {
            return fieldReasons(fields, of: task, "task") ?? []
        }
        if case .text = pattern { return compare(pattern, .atom(task.childText("state") ?? "")) }
        guard case .element(let head, _) = pattern, head.literal != "task" else { return compare(pattern, task) }
        return fieldReasons([pattern], of: task, "task") ?? []
    }

    // MARK: Events and calls

    /// Events of a list; as a subsequence, or all of them.
    mutating func eventReasons(_ patterns: [Pattern], _ events: [SExpression], exactly: Bool) -> [String] {
        let separated = exactly ? patterns : patterns.flatMap { [.rest, $0] } + [.rest]
        var matcher = PatternMatcher(bindings)
        if matcher.matches(.list(separated), .list(events)) {
            bindings = matcher.bindings
            return []
        }
        let seen = events.isEmpty ? "none" : events.map(\.description).joined(separator: "\n")
        if exactly {
            return ["expected exactly \(patterns.map(\.description).joined(separator: " ")), saw\n\(seen)"]
        }
        let missing = firstMissing(patterns, events)
        return ["expected the event \(missing) (in this order), saw\n\(seen)"]
    }

    private func firstMissing(_ patterns: [Pattern], _ events: [SExpression]) -> String {
        for count in 1...max(1, patterns.count) {
            let part = patterns.prefix(count).flatMap { [.rest, $0] } + [Pattern.rest]
            var matcher = PatternMatcher(bindings)
            if !matcher.matches(.list(part), .list(events)) { return patterns[count - 1].description }
        }
        return patterns.last?.description ?? "_"
    }

    /// Calls in this order, others between them. A word alone is the first argument, or the whole call.
    mutating func scriptReasons(_ patterns: [Pattern], _ calls: [[String]]) -> [String] {
        var index = 0
        for pattern in patterns {
            var found = false
            while index < calls.count, !found {
                found = matchesCall(pattern, calls[index])
                index += 1
            }
            guard found else {
                let seen =
                    calls.isEmpty
                    ? "none"
                    : calls.map { SExpression.list($0.map(SExpression.atom)).description }.joined(separator: "\n")
                return ["expected the call \(pattern) (in this order), saw\n\(seen)"]
            }
        }
        return []
    }

    private mutating func matchesCall(_ pattern: Pattern, _ call: [String]) -> Bool {
        let values: [SExpression]
        if case .list = pattern {
            values = [.list(call.map(SExpression.atom))]
        } else {
            values = [.atom(call.first ?? ""), .atom(call.joined(separator: " "))]
        }
        return values.contains { compare(pattern, $0).isEmpty }
    }
}

extension Answer {
    /// What there is to see of it in one message.
    var excerpt: String {
        let text = error ?? self.text
        return text.count > 500 ? "\(text.prefix(500))…" : text
    }
}
