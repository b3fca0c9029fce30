import DomainLifecycle
import HostInterface
import SExpressions
import ScenarioLanguage
import SimulatedHost
import Simulation
import XendServer
import XendTesting

/// The resource `/simulator`, and the pages below it: forms of the scenario language, posted one after the other, act on the machines; some ask.
///
///     curl -A '' --data-urlencode 'forms=(kernel /boot/web (boots-in 2s)) (advance 5s)' http://localhost:8000/simulator
///
/// No production binary has it.
///
/// `@unchecked Sendable`: works on the simulation's executor, like everything it touches.
public final class SimulatorControl: @unchecked Sendable {
    let world: SimulatedWorld
    let hosts: () -> [RunningHost]
    /// What has been done so far.
    public let story: Story
    /// How fast real time goes.
    let pacer: Pacer
    /// Adds a host while the simulation runs.
    public var addHost: ((HostSetup) -> RunningHost)?
    /// Takes away a host that was added.
    public var removeHost: (RunningHost) -> Void = { _ in }
    /// Returns when nothing outside the simulation is under way that virtual time must wait for.
    public var quiet: () async -> Void = {}
    /// Lets time come so far, where somebody else moves it; nil: whoever is asked for time lets it pass.
    package var moveTime: ((Instant) async throws -> Void)?
    /// What a client needs to reach a host.
    public var url: (RunningHost) -> String? = { _ in nil }

    /// What the story of it should say above itself.
    public var remarks: [String] = []

    private var resets = 0
    private var isResetting = false
    /// What ends or begins soon: the host, and what happens to it.
    var coming: [String: String] = [:]

    /// What happens to the daemon that serves this very request waits until the answer is on its way.
    private static let afterAnswer = Duration.milliseconds(50)
    private static let settleLimit = Duration.seconds(3600)

    /// - Parameters:
    ///   - world: whose time it moves.
    ///   - hosts: all that there are at the moment, the first one first.
    public init(world: SimulatedWorld, hosts: @escaping () -> [RunningHost]) {
        self.world = world
        self.hosts = hosts
        let executor = world.executor
        story = Story { executor.now }
        pacer = Pacer(executor)
    }

    /// A host has come: the story has it from its beginning.
    public func note(_ setup: HostSetup) { story.add(host: setup.form) }

    /// Takes down what the daemon of a host is asked for.
    public func watcher(of host: String) -> any RequestWatcher {
        StoryWatcher(story: story, host: host) { [self] uuid in
            let domains = await hosts().first { $0.name == host }?.daemon?.domains() ?? []
            return domains.first { $0.uuid.description == uuid }?.name
        } underWay: { [pacer] isUnderWay in
            pacer.note(isUnderWay)
        }
    }

    var acts: WorldActs { WorldActs(world: world, hosts: hosts) }

    // MARK: What it is

    /// `(simulator (time S) (mode virtual) (host (name N) (url U) (daemon up) (memory-free MB) …)… (open PHRASE…))`
    func state() async -> SExpression {
        var fields: [SExpression] = [
            ["time", .number(world.executor.now.nanoseconds.seconds)],
            .element("mode", world.executor.mode == .virtual ? "virtual" : "real"),
        ]
        if world.executor.mode == .real { fields.append(["pace", .number(pacer.pace)]) }
        for host in hosts() { fields.append(await state(of: host)) }
        fields.append(.element("resets", .atom("\(resets)")))
        if isResetting { fields.append(["resetting"]) }
        let open = await openWork()
        fields.append(.element("open", open.map(SExpression.atom)))
        return .element("simulator", fields)
    }

    func state(of host: RunningHost) async -> SExpression {
        var fields: [SExpression] = [.element("name", .atom(host.name))]
        if let url = url(host) { fields.append(.element("url", .atom(url))) }
        if let port = await host.daemon?.debugPort { fields.append(.element("debug-port", .atom("\(port)"))) }
        fields.append(.element("power", host.host.isOn ? "on" : "off"))
        fields.append(.element("daemon", .atom("\(host.state)")))
        fields.append(.element("boots", .atom("\(host.host.bootCount)")))
        fields.append(["wall", .number(host.host.wallTime.seconds)])
        fields.append(.element("cpus", .atom("\(host.host.configuration.cpus)")))
        fields.append(.element("memory", .atom("\(host.host.configuration.memory.mebibytes)")))
        fields.append(.element("memory-free", .atom("\(host.host.machine.freeMemory.mebibytes)")))
        return .element("host", fields)
    }

    func openWork() async -> [String] {
        var work: [String] = []
        for host in hosts() {
            work += host.openMachineWork()
            work += await host.openOperations()
        }
        return work
    }

    // MARK: Doing

    /// Performs forms, and answers the values of those that ask: `(ok VALUE…)`.
    func perform(_ text: String) async throws(Failure) -> SExpression {
        var values: [SExpression] = []
        do {
            let forms = try LocatedSExpression.parseAll(text)
            guard !forms.isEmpty else { throw ScenarioFailure("nothing to do; post forms of the scenario language") }
            try checkOrder(forms)
            for form in forms {
                if let value = try await perform(form) { values.append(value) }
            }
        } catch {
            throw Failure(OperationError(.invalid, "simulator: \(error)"))
        }
        return .element("ok", values)
    }

    /// What ends the daemon that answers happens after the answer: nothing can come behind it.
    private func checkOrder(_ forms: [LocatedSExpression]) throws(ScenarioFailure) {
        for form in forms {
            guard let name = form.name, Self.verbs.contains(name) else {
                let hint = Suggestion.phrase(for: form.name ?? "", among: Self.verbs)
                throw ScenarioFailure(
                    "\(form.value) is nothing the simulator does\(hint); it knows " + Self.verbs.joined(separator: ", ")
                )
            }
        }
        for form in forms.dropLast() {
            let ends =
                switch form.name {
                case "reset", "power-loss", "host-reboot": true
                case "daemon": form.list?.last?.value.atom != "start"
                default: false
                }
            guard !ends else {
                throw ScenarioFailure(
                    "\(form.value) may end the daemon that answers: it must be the last form of a request")
            }
        }
    }

    private static let verbs =
        ScenarioReader.loneSetupForms + Vocabulary.acts.map(\.name) + [
            "advance", "next", "settle", "reset", "leaks", "memory-free",
            "runs", "script-calls", "contents", "received", "log", "state", "pace", "jump",
        ]

    private func perform(_ form: LocatedSExpression) async throws -> SExpression? {
        switch form.list?.count == 1 ? form.name : nil {
        case "reset":
            reset()
            return nil
        case "next":
            if world.executor.mode == .virtual {
                await quiet()
                if let next = world.executor.nextTimer { await world.executor.passTime(until: next) }
                await quiet()
            }
            return nil
        default: break
        }
        if let passage = try TimeForm(form) {
            try await perform(passage)
            return nil
        }
        if let value = try await question(form) { return value }
        if let setup = try ScenarioReader.setup(form, file: "simulator") {
            switch setup {
            case .host(let host): return try await add(host)
            case .item(let item):
                try acts.change(item)
                story.add(act: form.literalText)
                if case .receiver(let name, _) = item.kind { return .atom(world.network.receivers.url(name)) }
                return nil
            }
        }
        return try await perform(try ScenarioReader.step(form, file: "simulator"))
    }

    private func add(_ setup: HostSetup) async throws -> SExpression {
        guard !hosts().contains(where: { $0.name == setup.name }) else {
            throw ScenarioFailure("there is a host \(setup.name) already")
        }
        guard let host = addHost?(setup) else { throw ScenarioFailure("this simulation cannot have more hosts") }
        note(setup)
        try await start(host)
        return await state(of: host)
    }

    private func start(_ host: RunningHost) async throws {
        host.start()
        while host.state == .starting { try await rest(.milliseconds(1)) }
        if let failure = host.startFailure { throw ScenarioFailure("xend cannot start on \(host.name): \(failure)") }
    }

    private func perform(_ step: ScenarioStep) async throws -> SExpression? {
        let host = step.host ?? hosts()[0].name
        switch step.action {
        case .machine(.life(let act)):
            try await begin(act, on: host)
            story.add(act: step.source.literalText, after: act == .daemon(.start) ? .zero : Self.afterAnswer)
        case .machine(let act):
            try acts.perform(act, on: host)
            story.add(act: step.source.literalText)
        case .advance(let time): try await pass(to: world.executor.now + time)
        case .settle: try await settle()
        default: throw ScenarioFailure("(\(step.source.name ?? "") …) is nothing the simulator does")
        }
        return nil
    }

    /// A machine as at the beginning: ids from 1, nothing on it but what it always has, no faults, no further hosts; the daemon is
    /// started anew.
    private func reset() {
        isResetting = true
        story.beginAnew()
        later(hosts()[0], "begins anew") { [self] first in
            world.spawn { [self] in
                for host in hosts().dropFirst() { removeHost(host) }
                await reset(first)
                resets += 1
                isResetting = false
            }
        }
        world.network.heal()
    }

    private func reset(_ host: RunningHost) async {
        while host.state == .starting { try? await rest(.milliseconds(10)) }
        host.stop()
        while host.state == .stopping { try? await rest(.milliseconds(10)) }
        host.kill()
        Fitting.reset(host.host)
        host.host.losePower()
        host.host.powerOn()
        host.start()
        while host.state == .starting { try? await rest(.milliseconds(10)) }
    }

    private func begin(_ act: LifeAct, on host: String) async throws {
        switch act {
        case .daemon(.start):
            let host = try acts.find(host)
            guard host.state == .down else { throw ScenarioFailure("the daemon of \(host.name) runs already") }
            try await start(host)
        case .daemon(.stop): later(try acts.find(host), "stops") { $0.stop() }
        case .daemon(.kill): later(try acts.find(host), "is killed") { $0.kill() }
        case .daemon(.restart):
            later(try acts.find(host), "starts anew") { [self] host in
                host.stop()
                world.spawn { [self] in
                    while host.state != .down { try? await rest(.milliseconds(10)) }
                    host.start()
                }
            }
        case .powerLoss(let name): later(try acts.find(name), "loses its power") { $0.losePower() }
        case .hostReboot(let name): later(try acts.find(name), "reboots") { $0.shutDown(reboot: true) }
        }
    }

    /// - Parameter what: what happens then, for the page on which it is asked for.
    private func later(_ host: RunningHost, _ what: String, _ act: @escaping @Sendable (RunningHost) -> Void) {
        coming[host.name] = what
        // Where time stands still nothing would happen later.
        pacer.note(true)
        world.executor.schedule(at: world.executor.now + Self.afterAnswer) { [self] in
            pacer.note(false)
            coming[host.name] = nil
            act(host)
        }
    }

    // MARK: Time

    /// Lets time pass: in virtual time at once, in real time by waiting.
    func pass(to end: Instant) async throws {
        if let moveTime { return try await moveTime(end) }
        switch world.executor.mode {
        case .virtual:
            await quiet()
            while let next = world.executor.nextTimer, next < end {
                await world.executor.passTime(until: next)
                await quiet()
            }
            await world.executor.passTime(until: end)
            await quiet()
        case .real where pacer.pace == 0: await world.executor.passTime(until: end)
        case .real: try await world.executor.sleep(until: end)
        }
    }

    private func perform(_ form: TimeForm) async throws {
        switch form {
        case .pace(let pace): try pacer.set(pace)
        case .jump(let time):
            if world.executor.mode == .virtual { return try await pass(to: world.executor.now + time) }
            await world.executor.passTime(until: world.executor.now + time)
        }
    }

    private func rest(_ time: Duration) async throws { try await pass(to: world.executor.now + time) }

    private func settle() async throws {
        let end = world.executor.now + Self.settleLimit
        var quiet = 0
        while quiet < 2 {
            let open = await openWork()
            quiet = open.isEmpty ? quiet + 1 : 0
            guard world.executor.now < end else {
                throw ScenarioFailure("after an hour still open: " + open.joined(separator: "; "))
            }
            try await pass(to: open.isEmpty ? world.executor.now + ScenarioWorld.quietTime : nextMoment(end))
        }
    }

    /// When something may have changed: at the next timer; in real time soon, since timers are not all that happens.
    private func nextMoment(_ end: Instant) -> Instant {
        switch world.executor.mode {
        case .virtual: max(world.executor.nextTimer ?? end, world.executor.now)
        case .real: world.executor.now + .milliseconds(5)
        }
    }

    // MARK: Asking

    private func question(_ form: LocatedSExpression) async throws(ScenarioFailure) -> SExpression? {
        guard let name = form.list?.first?.atom, let members = form.list else { return nil }
        var arguments = members.dropFirst().map(\.value)
        var host = hosts()[0].name
        var isEverywhere = true
        if let on = arguments.first, on.isElement("on"), let named = on.child(at: 0)?.atom {
            host = named
            isEverywhere = false
            arguments.removeFirst()
        }
        let argument = arguments.first?.atom ?? ""
        switch name {
        case "leaks": return .element("leaks", try acts.leaks(isEverywhere ? nil : host).map(SExpression.atom))
        case "memory-free": return .element("memory-free", .atom("\(try acts.memoryFree(host))"))
        case "runs": return .element("runs", .atom(try acts.runs(argument, on: host)))
        case "script-calls":
            return .element(
                "script-calls", try acts.scriptCalls(argument, host: host).map { .list($0.map(SExpression.atom)) })
        case "contents":
            return .element("contents", try acts.file(argument, host: host).map { [.atom($0)] } ?? [])
        case "received":
            return .element("received", acts.received(argument).map { .atom(SXPText.string(decoding: $0)) })
        case "log": return .element("log", .atom(try acts.log(host)))
        case "state": return await state(of: try acts.find(host))
        default: return nil
        }
    }
}

extension Int64 {
    /// Nanoseconds as seconds.
    fileprivate var seconds: Double { Double(self) / 1e9 }
}
