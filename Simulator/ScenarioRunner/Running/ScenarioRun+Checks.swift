import SExpressions
import ScenarioLanguage
import XendTesting

extension ScenarioRun {
    /// Whether a step did what it should: its expectations hold, or without any it succeeded.
    func judge(_ step: ScenarioStep, _ outcome: ExchangeOutcome) throws(StepFailure) {
        if let expectation = step.expectation { return try check(expectation, of: step, answer: outcome) }
        guard let error = outcome.error else { return }
        let status = outcome.answer.map { "\($0.status) " } ?? ""
        throw failure(step, ["expected success, saw \(status)\(SExpression.atom(error))"])
    }

    /// Checks, and tells.
    /// - Parameter answer: what `status`, `sxp` and their like look at; nil: the last answer.
    func check(_ checks: [Check], of step: ScenarioStep, answer: ExchangeOutcome?) throws(StepFailure) {
        let outcome = answer ?? lastOutcome
        for check in checks {
            let reasons = self.reasons(check, host: step.host, outcome, aloud: true)
            if !reasons.isEmpty { throw failure(step, reasons, at: check) }
        }
    }

    /// Whether checks hold, without telling anybody and without binding names.
    package func holds(_ checks: [Check], host: String?) -> Bool {
        let before = bindings
        defer { bindings = before }
        return checks.allSatisfy { reasons($0, host: host, lastOutcome, aloud: false).isEmpty }
    }

    /// Why a check does not hold; empty when it does.
    private func reasons(_ check: Check, host: String?, _ outcome: ExchangeOutcome, aloud: Bool) -> [String] {
        let host = check.host ?? host ?? scenario.setup.hosts[0].name
        do throws(ScenarioFailure) {
            if let reasons = try answerReasons(check.kind, outcome) { return reasons }
            if let reasons = try daemonReasons(check.kind, host, aloud: aloud) { return reasons }
            if case .not(let inner) = check.kind {
                let held = reasons(inner, host: host, outcome, aloud: aloud).isEmpty
                return held ? ["expected the contrary"] : []
            }
            return try machineReasons(check.kind, host, isEverywhere: check.host == nil)
        } catch {
            return [error.description]
        }
    }

    private func compare(_ pattern: Pattern, _ value: SExpression, _ mode: Pattern.Mode = .equal) -> [String] {
        var matcher = PatternMatcher(bindings)
        if matcher.matches(pattern, value, mode) {
            bindings = matcher.bindings
            return []
        }
        return matcher.differences(pattern, value, mode)
    }

    // MARK: The last answer

    /// nil when the check is about something else.
    private func answerReasons(_ kind: Check.Kind, _ outcome: ExchangeOutcome) throws(ScenarioFailure) -> [String]? {
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

    private func reasons(_ kind: Check.Kind, _ answer: Answer) throws(ScenarioFailure) -> [String] {
        switch kind {
        case .status(let pattern):
            let found = compare(pattern, .atom(String(answer.status)))
            return found.isEmpty ? [] : ["expected status \(pattern), saw \(answer.status) \(Self.excerpt(answer))"]
        case .header(let name, let pattern):
            guard let value = answer.header(name) else { return ["expected a header \(name), there is none"] }
            return compare(pattern, .atom(value), .contained)
        case .text(let pattern): return compare(pattern, .atom(answer.text), .contained)
        case .sxp(let pattern):
            guard let value = answer.expression else {
                return [
                    "expected SXP, saw \(answer.status) \(answer.header("content-type") ?? "") \(Self.excerpt(answer))"
                ]
            }
            return compare(pattern, value)
        case .xpath(let expression, let pattern): return xpath(expression, pattern, answer)
        default: return []
        }
    }

    private static func excerpt(_ answer: Answer) -> String {
        let text = answer.error ?? answer.text
        return text.count > 500 ? "\(text.prefix(500))…" : text
    }

    private func xpath(_ expression: String, _ pattern: Pattern?, _ answer: Answer) -> [String] {
        let found = HTMLDocument(answer.body)?.evaluate(expression) ?? []
        guard let pattern else { return found.isEmpty ? ["\(expression) finds nothing in the page"] : [] }
        for text in found where compare(pattern, .atom(text)).isEmpty { return [] }
        return [
            "expected \(expression) to be \(pattern), saw \(found.map { SExpression.atom($0).description }.joined(separator: ", "))"
        ]
    }

    // MARK: Asked anew over HTTP

    private func daemonReasons(_ kind: Check.Kind, _ host: String, aloud: Bool) throws(ScenarioFailure) -> [String]? {
        switch kind {
        case .domain(let domain, let fields): return try domainReasons(domain, fields, host, aloud)
        case .noDomain(let domain):
            let name = try domain.text(bindings)
            let answer = try ask(WireRequest.path(ofDomain: name), host: host, aloud: aloud)
            guard answer.status == 404 else { return ["expected no domain \(name), saw \(Self.excerpt(answer))"] }
            return []
        case .domains(let patterns): return try domainsReasons(patterns, host, aloud)
        case .events(let patterns, let exactly):
            let events = uncheckedEvents(host)
            let reasons = eventReasons(patterns, events, exactly: exactly)
            // Looking ahead must not swallow what a later check is about.
            if aloud { eventsAreChecked(host) }
            return reasons
        case .task(let domain, let pattern): return try taskReasons(domain, pattern, host, aloud)
        default: return nil
        }
    }

    private func domainReasons(
        _ domain: Template, _ fields: [Pattern], _ host: String, _ aloud: Bool
    ) throws(ScenarioFailure) -> [String] {
        let name = try domain.text(bindings)
        let answer = try ask(WireRequest.path(ofDomain: name), host: host, aloud: aloud)
        guard let value = answer.expression, value.isElement("domain") else {
            return ["there is no domain \(name) on \(host): \(Self.excerpt(answer))"]
        }
        var matcher = PatternMatcher(bindings)
        if matcher.matchFields(fields, value.children(), of: "domain") {
            bindings = matcher.bindings
            return []
        }
        let found = matcher.fieldDifferences(fields, value.children(), of: "domain")
        return found.isEmpty ? ["expected \(fields), saw \(value)"] : found
    }

    /// The exact set of names; Domain-0, which is always there, only when it is named.
    private func domainsReasons(_ patterns: [Pattern], _ host: String, _ aloud: Bool) throws(ScenarioFailure)
        -> [String]
    {
        let answer = try ask("/xend/domain", host: host, aloud: aloud)
        guard var names = answer.expression?.list else { return ["no list of domains: \(Self.excerpt(answer))"] }
        let namesZero = patterns.contains { $0.fieldName == "Domain-0" }
        if !namesZero { names.removeAll { $0.atom == "Domain-0" } }
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

    /// Events of a list; as a subsequence, or all of them.
    private func eventReasons(_ patterns: [Pattern], _ events: [SExpression], exactly: Bool) -> [String] {
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

    /// The newest task of a domain.
    private func taskReasons(
        _ domain: Template, _ pattern: Pattern, _ host: String, _ aloud: Bool
    ) throws(ScenarioFailure) -> [String] {
        let name = try domain.text(bindings)
        let answer = try ask("/xend/task?detail=1", host: host, aloud: false)
        let tasks = (answer.expression?.list ?? []).filter {
            $0.childText("domain") == name || $0.childText("domid") == name
        }
        guard let task = tasks.last else { return ["there is no task for \(name) on \(host)"] }
        if case .list(let fields) = pattern, fields.allSatisfy(\.isStructure) {
            var matcher = PatternMatcher(bindings)
            return matcher.matchFields(fields, task.children(), of: "task")
                ? [] : matcher.fieldDifferences(fields, task.children(), of: "task")
        }
        if case .text = pattern { return compare(pattern, .atom(task.childText("state") ?? "")) }
        guard case .element(let head, _) = pattern, head.literal != "task" else { return compare(pattern, task) }
        // One field alone.
        var matcher = PatternMatcher(bindings)
        return matcher.matchFields([pattern], task.children(), of: "task")
            ? [] : matcher.fieldDifferences([pattern], task.children(), of: "task")
    }

    // MARK: The machine itself

    private func machineReasons(_ kind: Check.Kind, _ host: String, isEverywhere: Bool) throws(ScenarioFailure)
        -> [String]
    {
        switch kind {
        case .runningOn(let host, let domain):
            let name = try domain.text(bindings)
            let answer = try target.runs(name, on: host)
            return answer == "running" ? [] : ["expected \(name) to run on \(host): \(answer)"]
        case .memoryFree(let pattern): return compare(pattern, .atom(String(try target.memoryFree(host))))
        case .noLeaks: return try target.leaks(isEverywhere ? nil : host)
        case .scriptCalls(let path, let patterns):
            let calls = try target.scriptCalls(path, host: host)
            return scriptReasons(patterns, calls)
        case .log(let pattern):
            let log = try target.log(host)
            let found = compare(pattern, .atom(log), .contained)
            return found.isEmpty ? [] : ["expected \(pattern) in the log, which ends with\n\(log.suffix(800))"]
        case .file(let path, let pattern):
            let name = try path.text(bindings)
            guard let text = try target.file(name, host: host) else { return ["there is no file \(name) on \(host)"] }
            return compare(pattern, .atom(text), .contained)
        case .received(let receiver, let patterns):
            let bodies = try target.received(receiver)
            let events = bodies.map { (try? SExpression.parseFirst($0)) ?? .atom(SXPText.string(decoding: $0)) }
            return eventReasons(patterns, events, exactly: false)
        case .open(let name):
            guard let connection = connections[name] else { return ["there is no connection \(name)"] }
            return connection.stream.isEnded ? ["the connection \(name) has ended"] : []
        case .closed(let name):
            guard let connection = connections[name] else { return ["there is no connection \(name)"] }
            return connection.stream.isEnded ? [] : ["the connection \(name) is open"]
        default: return []
        }
    }

    /// Calls in this order, others between them. A word alone is the first argument, or the whole call.
    private func scriptReasons(_ patterns: [Pattern], _ calls: [[String]]) -> [String] {
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

    private func matchesCall(_ pattern: Pattern, _ call: [String]) -> Bool {
        let values: [SExpression]
        if case .list = pattern {
            values = [.list(call.map(SExpression.atom))]
        } else {
            values = [.atom(call.first ?? ""), .atom(call.joined(separator: " "))]
        }
        return values.contains { compare(pattern, $0).isEmpty }
    }
}
