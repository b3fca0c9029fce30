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
            if let reasons = try comparison.answerReasons(check.kind, outcome) { return reasons }
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

    /// What is compared may bind names, which later checks and steps use.
    private var comparison: Comparison {
        get { Comparison(bindings) }
        set { bindings = newValue.bindings }
    }

    // MARK: Asked anew over HTTP

    private func daemonReasons(_ kind: Check.Kind, _ host: String, aloud: Bool) throws(ScenarioFailure) -> [String]? {
        switch kind {
        case .domain(let domain, let fields):
            let name = try domain.text(bindings)
            let answer = try ask(WireRequest.path(ofDomain: name), host: host, aloud: aloud)
            guard let value = answer.expression, value.isElement("domain") else {
                return ["there is no domain \(name) on \(host): \(answer.excerpt)"]
            }
            return comparison.domainReasons(fields, value)
        case .noDomain(let domain):
            let name = try domain.text(bindings)
            let answer = try ask(WireRequest.path(ofDomain: name), host: host, aloud: aloud)
            guard answer.status == 404 else { return ["expected no domain \(name), saw \(answer.excerpt)"] }
            return []
        case .domains(let patterns):
            let answer = try ask("/xend/domain", host: host, aloud: aloud)
            guard let names = answer.expression?.list else { return ["no list of domains: \(answer.excerpt)"] }
            return comparison.domainsReasons(patterns, names)
        case .events(let patterns, let exactly):
            let events = uncheckedEvents(host)
            let reasons = comparison.eventReasons(patterns, events, exactly: exactly)
            // Looking ahead must not swallow what a later check is about.
            if aloud { eventsAreChecked(host) }
            return reasons
        case .task(let domain, let pattern):
            let name = try domain.text(bindings)
            let answer = try ask("/xend/task?detail=1", host: host, aloud: false)
            let tasks = (answer.expression?.list ?? []).filter {
                $0.childText("domain") == name || $0.childText("domid") == name
            }
            // The newest one.
            guard let task = tasks.last else { return ["there is no task for \(name) on \(host)"] }
            return comparison.taskReasons(pattern, task)
        default: return nil
        }
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
        case .memoryFree(let pattern): return comparison.compare(pattern, .atom(String(try target.memoryFree(host))))
        case .noLeaks: return try target.leaks(isEverywhere ? nil : host)
        case .scriptCalls(let path, let patterns):
            let calls = try target.scriptCalls(path, host: host)
            return comparison.scriptReasons(patterns, calls)
        case .log(let pattern):
            let log = try target.log(host)
            let found = comparison.compare(pattern, .atom(log), .contained)
            return found.isEmpty ? [] : ["expected \(pattern) in the log, which ends with\n\(log.suffix(800))"]
        case .file(let path, let pattern):
            let name = try path.text(bindings)
            guard let text = try target.file(name, host: host) else { return ["there is no file \(name) on \(host)"] }
            return comparison.compare(pattern, .atom(text), .contained)
        case .received(let receiver, let patterns):
            let bodies = try target.received(receiver)
            let events = bodies.map { (try? SExpression.parseFirst($0)) ?? .atom(SXPText.string(decoding: $0)) }
            return comparison.eventReasons(patterns, events, exactly: false)
        case .open(let name):
            guard let connection = connections[name] else { return ["there is no connection \(name)"] }
            return connection.stream.isEnded ? ["the connection \(name) has ended"] : []
        case .closed(let name):
            guard let connection = connections[name] else { return ["there is no connection \(name)"] }
            return connection.stream.isEnded ? [] : ["the connection \(name) is open"]
        default: return []
        }
    }
}
