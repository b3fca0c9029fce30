import DomainLifecycle
import DomainManagement
import DomainModel
import ScenarioLanguage
import ScenarioRunner
import SimulatedHost
import XendTesting

/// Watches a run in which things may go wrong. Steps may fail then; but what must hold is looked at all the while, whoever is down is
/// started again after each step, and at the end the faults stop and everything must come right.
final class Watch: RunWatch {
    let target: SimulatedTarget
    let run: ScenarioRun
    private var orders: [String: EventOrder] = [:]
    /// Ids and names of domains that ended by themselves since the present step began.
    var ended: Set<String> = []
    var before: [String: [DomainInformation]] = [:]
    /// Which daemon ran when the present step began, and which told something last, by host.
    var lives: [String: Int] = [:]
    private var tellers: [String: Int] = [:]
    /// Which boot each host was in.
    private var boots: [String: Int] = [:]
    private var identities = DomainIdentities()
    private var restarts: RestartTimes
    private var fates = RestartFates()
    var keepsakes = Keepsakes()
    /// How often each event of a domain came in this step, by host, topic and name.
    var told: [String: [String: Int]] = [:]
    private var consoles = HeldConsoles()
    var settings = KeptSettings()
    /// Who has come from a file in the present step whose settings are known.
    var arrived: Set<DomainUUID> = []
    private var races = NameRaces()
    private var readers: [String: EventReader] = [:]
    private(set) var violations: [Violation] = []

    /// What stands first is reported; what follows from it fills no memory.
    private static let limit = 100

    /// Must be made before the run begins.
    init(_ run: ScenarioRun, _ target: SimulatedTarget) {
        self.run = run
        self.target = target
        restarts = RestartTimes(run.scenario)
        run.isTolerant = true
        // Whether somebody else listens must not make two runs of one story different.
        let listener = target.onDeed
        target.onDeed = { [unowned self] host, life, deed in
            fates.take(deed, on: host)
            listener?(host, life, deed)
        }
        target.onEvent = { [unowned self] host, event in take(event, of: host) }
        run.onAnswer = { [unowned self] request, answer, host in
            if let problem = AnswerOracle.problem(answer, to: request) { note(.answerForm, problem) }
            if let problem = races.take(request, answer, on: host, told[host] ?? [:]) { note(.oneName, problem) }
        }
        run.beforeStep = { [unowned self] step in begin(step) }
        run.afterStep = { [unowned self] step in end(step) }
        run.onStepFailure = { [unowned self] failure in
            // A (when …) whose check never holds waits for what the fault has prevented, and for no answer.
            if failure.kind == .unanswered { note(.answered, "\(failure)") }
        }
    }

    func note(_ oracle: Violation.Oracle, _ text: String) {
        let violation = Violation(oracle, text)
        guard violations.count < Self.limit, !violations.contains(violation) else { return }
        violations.append(violation)
    }

    // MARK: Events

    private func take(_ event: NumberedEvent, of host: RunningHost) {
        let life = host.host.incarnation?.number ?? 0
        // A new daemon counts and tells anew.
        if tellers[host.name] != life {
            orders[host.name]?.forget()
            fates.daemonChanged(on: host.name)
        }
        if boots[host.name] != host.host.bootCount { fates.powerLost(on: host.name) }
        boots[host.name] = host.host.bootCount
        tellers[host.name] = life
        reader(of: host).published(event.number)
        if let problem = orders[host.name, default: EventOrder()].take(event) {
            note(.eventOrder, "on \(host.name): \(problem)")
        }
        let topics = event.event.name.split(separator: ".")
        guard topics.count == 3, topics[1] == "domain", let value = event.event.value.list, value.count >= 2,
            let domain = value[0].atom,
            let id = value[1].atom
        else { return }
        take(String(topics[2]), value.count > 2 ? value[2].atom ?? "" : "", of: domain, id, on: host)
    }

    private func reader(of host: RunningHost) -> EventReader {
        if let reader = readers[host.name] { return reader }
        let reader = EventReader(host, target)
        readers[host.name] = reader
        return reader
    }

    private func take(_ topic: String, _ detail: String, of domain: String, _ id: String, on host: RunningHost) {
        told[host.name, default: [:]]["\(topic) \(domain)", default: 0] += 1
        // Not at the ends of steps alone: two copies may run for a moment.
        for twin in EndOracles.twins(target)() { note(.oneOwner, twin) }
        if ["exit", "died", "restart", "suspended", "create"].contains(topic) { ended.insert(domain) }
        let isRebuilt = topic == "create" && orders[host.name]?.isRebuilt(id) == true
        if topic == "create", !isRebuilt { identities.appeared(host.name, id) }
        if let problem = fates.take(topic, detail, of: domain, id, on: host.name) { note(.restartMode, problem) }
        let identity = identities.identity(host.name, id)
        switch (topic, detail) {
        case ("restart", "begin"):
            identities.isRebuilt(host.name, id)
            if let problem = restarts.begin(domain, identity, on: host.name, at: target.now) {
                note(.restartTime, problem)
            }
        case ("restart", "success"):
            restarts.success(identity)
            if let problem = consoles.problem(of: identity, host) { note(.consoles, problem) }
        case ("restart", "fail"):
            if let problem = restarts.refuse(domain, identity, on: host.name, at: target.now) {
                note(.restartTime, problem)
            }
        case ("died", _):
            if host.host.machine.reports.contains(where: { "\($0.id)" == id }) {
                note(
                    .eventOrder,
                    "on \(host.name): (xend.domain.died (\(domain) \(id))) while Xen still has domain \(id)")
            }
        default: break
        }
    }

    // MARK: Steps

    private func begin(_ step: ScenarioStep) {
        for host in target.world.hosts { lives[host.name] = host.host.incarnation?.number ?? 0 }
        ended = []
        told = [:]
        before = [:]
        let asked = AskedOperation.all(in: step)
        races = NameRaces(asked)
        for host in target.world.hosts where host.state == .up { before[host.name] = look(at: host) }
        for domain in before.values.joined()
        where asked.contains(where: { $0.domain == domain.name && KeptSettings.mayChange($0) }) {
            settings.forget(domain.uuid)
        }
    }

    /// What the daemon knows of its domains, and whether that can be.
    private func look(at host: RunningHost) -> [DomainInformation] {
        let domains = target.knownDomains(of: host)
        let (sights, problems) = identities.see(domains, on: host.name)
        for sight in sights {
            // Another's last restart is not this one's; a file has its own memory of it.
            if !sight.hasMoved { restarts.forget(sight.identity) }
            restarts.rename(sight.key, to: sight.identity)
        }
        for problem in problems { note(.answerTrue, problem) }
        fates.see(domains, on: host.name)
        return domains
    }

    private func end(_ step: ScenarioStep) {
        judge(step)
        if case .console(let console) = step.action { hold(console, run.host(of: step)) }
        for host in target.world.hosts where host.state == .up {
            let domains = look(at: host)
            compareSettings(of: domains, on: host)
            lookForNamesakes(among: domains, on: host)
            lookForUntoldEnds(on: host)
            if let problem = reader(of: host).look() { note(.eventsOnce, problem) }
        }
        for twin in EndOracles.twins(target)() { note(.oneOwner, twin) }
        for host in target.world.hosts where host.host.isOn {
            for corruption in host.host.machine.corruptions { note(.pages, "on \(host.name): \(corruption)") }
            for disk in host.host.contestedDisks() { note(.oneWriter, "on \(host.name): \(disk)") }
            if let lost = host.host.machine.inspection.unaccountedPages { note(.memory, "on \(host.name): \(lost)") }
        }
        target.revive()
    }

    /// A connection that stays open belongs to its domain from now on.
    private func hold(_ console: ConsoleStep, _ host: String) {
        guard let domain = console.domain.literal, let stream = run.connections[console.connection ?? domain]?.stream,
            let running = target.world.host(host),
            let known = target.knownDomains(of: running).first(where: { $0.name == domain })
        else { return }
        let isClosed = console.acts.contains { if case .disconnect = $0 { true } else { false } }
        consoles.hold(stream, of: known.uuid.description, running, isClosed: isClosed)
    }

    /// A domain that xend told of does not go without a word.
    private func lookForUntoldEnds(on host: RunningHost) {
        // What another daemon told is not known to this one.
        guard tellers[host.name] == host.host.incarnation?.number, let told = orders[host.name]?.alive, !told.isEmpty
        else { return }
        let known = Set(target.knownDomains(of: host).map { "\($0.id)" })
        for id in told where !known.contains(id) {
            note(.eventOrder, "on \(host.name): domain \(id) has gone, and no event said that it died")
        }
    }

    private func compareSettings(of domains: [DomainInformation], on host: RunningHost) {
        let known = Set(before.values.joined().map(\.uuid))
        for domain in domains where domain.isQuiet {
            guard let found = host.host.machine.inspection.settings(of: domain.id) else { continue }
            // Who comes from a file has what the file says; where that is not known, it is learned now.
            if !known.contains(domain.uuid), !arrived.contains(domain.uuid) { settings.forget(domain.uuid) }
            let cpus = host.host.machine.configuration.cpus
            if let problem = settings.see(found, of: domain.name, domain.uuid, on: host.name, cpus: cpus) {
                note(.kept, problem)
            }
        }
        arrived = []
    }

    private func lookForNamesakes(among domains: [DomainInformation], on host: RunningHost) {
        for (name, namesakes) in Dictionary(grouping: domains, by: \.name) where namesakes.count > 1 {
            note(.oneName, "on \(host.name): \(namesakes.count) domains are called \(name)")
        }
    }

    // MARK: The end

    /// Names of domains whose guests have exited since the last step.
    private var exited: Set<String> {
        Set(told.values.flatMap(\.keys).filter { $0.hasPrefix("exit ") }.map { String($0.dropFirst(5)) })
    }

    /// Domains that should have begun another life by now.
    private func overdue() -> [String] {
        // What another toolstack destroys is not restarted.
        guard !run.scenario.steps.contains(where: { $0.source.name == "xl" }) else { return [] }
        return target.world.hosts.flatMap { host in
            fates.overdue(Set(target.knownDomains(of: host).map { "\($0.id)" }), on: host.name)
        }
    }

    func violated() -> [String] { finish().map(\.description) }

    /// Lets the faults stop and looks whether everything comes right.
    /// - Returns: what is wrong, what was seen first first; empty when all is well.
    func finish() -> [Violation] {
        told = [:]
        for host in target.world.hosts {
            if let problem = reader(of: host).finish() { note(.eventsOnce, problem) }
        }
        let oracles = EndOracles(
            target, saved: keepsakes.files, exited: { [unowned self] in exited },
            overdue: { [unowned self] in overdue() })
        for violation in oracles.violations() { note(violation.oracle, violation.text) }
        if target.foreignJobs > 0 { note(.repeatable, "\(target.foreignJobs) jobs came from other threads") }
        return violations
    }
}

extension DomainInformation {
    /// One of xend's own that lives, and to which nothing is being done.
    var isQuiet: Bool {
        id != .zero && config != nil && operation == nil && held.isEmpty && restartState == nil && !isInDoubt
            && shutdownReason == nil
    }
}
