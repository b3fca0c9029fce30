import DomainLifecycle
import SimulatedHost

/// Watches a run in which things may go wrong. Steps may fail then; but what must hold is looked at all the while, whoever is down is
/// started again after each step, and at the end the faults stop and everything must come right.
final class Watch {
    private let target: SimulatedTarget
    private let run: ScenarioRun
    private var orders: [String: EventOrder] = [:]
    /// Ids and names of domains that ended by themselves since the present step began.
    private var ended: Set<String> = []
    private var before: [String: [DomainInformation]] = [:]
    /// Which daemon ran when the present step began, and which told something last, by host.
    private var lives: [String: Int] = [:]
    private var tellers: [String: Int] = [:]
    private var saved: [(host: String, path: String)] = []
    private var restarts: RestartTimes
    private(set) var violations: [Violation] = []

    /// When domains were restarted, and what their host's minimum is (manual L6).
    private struct RestartTimes {
        private var minimums: [String: Duration] = [:]
        /// Begun, and of those that succeeded the last; by host and id.
        private var begun: [String: Duration] = [:]
        private var last: [String: Duration] = [:]

        init(_ scenario: Scenario) {
            // Whoever sets the clock decides what time it is.
            if scenario.steps.contains(where: { $0.source.name == "clock" }) { return }
            for host in scenario.setup.hosts {
                let entry = host.config.first { $0.source.name == "xend-min-restart-time" }
                minimums[host.name] = .seconds(entry.flatMap { $0.source.list?.last?.atom }.flatMap { Int($0) } ?? 20)
            }
        }

        mutating func begin(_ domain: String, _ id: String, on host: String, at now: Duration) -> String? {
            let key = "\(host) \(id)"
            begun[key] = now
            guard let minimum = minimums[host], let last = last[key], now - last < minimum else { return nil }
            return "\(domain) on \(host) is restarted \(TimeText.text(now - last)) after its last restart; the minimum is \(TimeText.text(minimum))"
        }

        func isBuilding(_ id: String, on host: String) -> Bool { begun["\(host) \(id)"] != nil }

        mutating func success(_ id: String, on host: String) {
            last["\(host) \(id)"] = begun.removeValue(forKey: "\(host) \(id)")
        }

        /// Another domain has the id, or the host another boot.
        mutating func forget(_ id: String, on host: String) { last["\(host) \(id)"] = nil }
    }

    /// What stands first is reported; what follows from it fills no memory.
    private static let limit = 100

    /// Must be made before the run begins.
    init(_ run: ScenarioRun, _ target: SimulatedTarget) {
        self.run = run
        self.target = target
        restarts = RestartTimes(run.scenario)
        run.isTolerant = true
        // Whether somebody listens must not make two runs of one story different.
        if target.onDeed == nil { target.onDeed = { _, _, _ in } }
        target.onEvent = { [unowned self] host, event in take(event, of: host) }
        run.onAnswer = { [unowned self] request, answer in
            if let problem = AnswerOracle.problem(answer, to: request) { note(.answerForm, problem) }
        }
        run.beforeStep = { [unowned self] step in begin(step) }
        run.afterStep = { [unowned self] step in end(step) }
        run.onStepFailure = { [unowned self] failure in
            // A (when …) whose check never holds waits for what the fault has prevented, and for no answer.
            if failure.kind == .unanswered { note(.answered, "\(failure)") }
        }
    }

    private func note(_ oracle: Violation.Oracle, _ text: String) {
        let violation = Violation(oracle, text)
        guard violations.count < Self.limit, !violations.contains(violation) else { return }
        violations.append(violation)
    }

    // MARK: Events

    private func take(_ event: NumberedEvent, of host: RunningHost) {
        let life = host.host.incarnation?.number ?? 0
        // A new daemon counts and tells anew.
        if tellers[host.name] != life { orders[host.name]?.forget() }
        tellers[host.name] = life
        if let problem = orders[host.name, default: EventOrder()].take(event) { note(.eventOrder, "on \(host.name): \(problem)") }
        let name = event.event.name
        guard name.hasPrefix("xend.domain."), let value = event.event.value.list, value.count >= 2, let domain = value[0].atom,
            let id = value[1].atom
        else { return }
        if ["xend.domain.exit", "xend.domain.died", "xend.domain.restart", "xend.domain.suspended", "xend.domain.create"].contains(name) { ended.insert(domain) }
        if value.count > 2, name == "xend.domain.restart", value[2].atom == "begin" {
            if let problem = restarts.begin(domain, id, on: host.name, at: target.now) { note(.restartTime, problem) }
        }
        if name == "xend.domain.create", !restarts.isBuilding(id, on: host.name) { restarts.forget(id, on: host.name) }
        if name == "xend.domain.restart", value.count > 2, value[2].atom == "success" {
            restarts.success(id, on: host.name)
        }
        if name == "xend.domain.died", host.host.machine.reports.contains(where: { "\($0.id)" == id }) {
            note(.eventOrder, "on \(host.name): (xend.domain.died (\(domain) \(id))) while Xen still has domain \(id)")
        }
    }

    // MARK: Steps

    private func begin(_ step: Step) {
        for host in target.world.hosts { lives[host.name] = host.host.incarnation?.number ?? 0 }
        ended = []
        before = [:]
        guard operation(of: step) != nil else { return }
        for host in target.world.hosts where host.state == .up { before[host.name] = target.knownDomains(of: host) }
    }

    private func end(_ step: Step) {
        judge(step)
        for host in target.world.hosts where host.state == .up { lookForUntoldEnds(on: host) }
        for twin in EndOracles.twins(target)() { note(.oneOwner, twin) }
        for host in target.world.hosts where host.host.isOn {
            for corruption in host.host.machine.corruptions { note(.pages, "on \(host.name): \(corruption)") }
            if let lost = host.host.machine.unaccountedPages { note(.memory, "on \(host.name): \(lost)") }
        }
        target.revive()
    }

    /// A domain that xend told of does not go without a word.
    private func lookForUntoldEnds(on host: RunningHost) {
        // What another daemon told is not known to this one.
        guard tellers[host.name] == host.host.incarnation?.number, let told = orders[host.name]?.alive, !told.isEmpty else { return }
        let known = Set(target.knownDomains(of: host).map { "\($0.id)" })
        for id in told where !known.contains(id) {
            note(.eventOrder, "on \(host.name): domain \(id) has gone, and no event said that it died")
        }
    }

    /// The operation that a step is, and the domain it is about, if it is one request.
    private func operation(of step: Step) -> (name: String, domain: String)? {
        guard case .request(let request) = step.action, request.isOperation, let name = step.source.name else { return nil }
        guard let domain = request.domain?.literal else { return name == "restore" ? (name, "") : nil }
        return (name, domain)
    }

    private func judge(_ step: Step) {
        let host = run.host(of: step)
        guard let (name, domain) = operation(of: step), let answer = run.lastOutcome.answer, let known = before[host],
            let running = target.world.host(host), running.state == .up, lives[host] == running.host.incarnation?.number
        else { return }
        let after = target.knownDomains(of: running)
        let id = after.first { $0.name == domain }?.id
        let report = id.flatMap { running.host.machine.report(of: $0) }
        let view = DomainModelOracle.View(
            before: known, after: after, isPaused: report?.isPaused, isSuspended: report?.shutdownReason == .suspend, ended: ended)
        if let problem = DomainModelOracle.problem(name, domain, error: answer.error, view) { note(.answerTrue, "on \(host): \(problem)") }
        if name == "save", answer.error == nil, let path = Self.savedFile(step) {
            saved.removeAll { $0 == (host, path) }
            saved.append((host, path))
            if !running.host.files.exists(path) { note(.answerTrue, "on \(host): the save succeeds, but there is no \(path)") }
        }
    }

    private static func savedFile(_ step: Step) -> String? {
        guard case .request(let request) = step.action, case .form(let fields) = request.body else { return nil }
        return fields.first { $0.name.literal == "file" }?.value.literal
    }

    // MARK: The end

    /// Lets the faults stop and looks whether everything comes right.
    /// - Returns: what is wrong, what was seen first first; empty when all is well.
    func finish() -> [Violation] {
        for violation in EndOracles(target, saved: saved).violations() { note(violation.oracle, violation.text) }
        if target.foreignJobs > 0 { note(.repeatable, "\(target.foreignJobs) jobs came from other threads") }
        return violations
    }
}
