import DomainModel
import HostInterface
import SExpressions
import ScenarioLanguage
import SimulatedHost
import SimulatedHypervisor

/// What a scenario does to the machines of a world and sees of them, without time passing.
public struct WorldActs {
    /// In which the hosts are.
    public let world: SimulatedWorld
    /// All that there are at the moment.
    public let hosts: () -> [RunningHost]

    public init(world: SimulatedWorld, hosts: @escaping () -> [RunningHost]) {
        self.world = world
        self.hosts = hosts
    }

    /// The host of this name.
    /// - Throws: when there is none.
    public func find(_ name: String) throws(ScenarioFailure) -> RunningHost {
        let hosts = hosts()
        guard let host = hosts.first(where: { $0.name == name }) else {
            throw ScenarioFailure("there is no host \(name); hosts are \(hosts.map(\.name).joined(separator: ", "))")
        }
        return host
    }

    /// Does something to a machine that takes no time. What takes some, `ScenarioWorld.perform` does.
    ///
    /// - Parameters:
    ///   - act: what is done.
    ///   - host: where, unless the act names hosts itself.
    /// - Throws: why it cannot be done there.
    public func perform(_ act: MachineAct, on host: String) throws(ScenarioFailure) {
        switch act {
        case .guest(let domain, let acts): for act in acts { try guest(act, domain: try domain.text([:]), host: host) }
        case .fault(let rule): try fault(rule, host: host)
        case .heal: heal()
        case .healAt(let pattern): try heal(pattern, host: host)
        case .xl(let act): try xl(act, host: host)
        case .clock(let offset): try find(host).host.jumpClock(by: offset)
        case .copy(let path, let from, let to): try copy(try path.text([:]), from: from, to: to)
        case .write(let path, let text): try write(try path.text([:]), try text.text([:]), host: host)
        case .corrupt(let path): try corrupt(try path.text([:]), host: host)
        case .change(let item): try change(item)
        case .life: throw ScenarioFailure("\(act.form(on: host)) takes time: the world performs it")
        }
    }

    // MARK: Setup

    /// Puts something on the hosts.
    public func change(_ item: SetupItem) throws(ScenarioFailure) {
        if let host = item.host { _ = try find(host) }
        if case .receiver(let name, let behaviour) = item.kind {
            world.network.receivers.add(name, manner(behaviour))
            return
        }
        for host in hosts() where item.host == nil || item.host == host.name { Fitting.apply(item.kind, to: host.host) }
    }

    private func manner(_ behaviour: ReceiverBehaviour) -> Receivers.Manner {
        switch behaviour {
        case .answers: .answers(200)
        case .hangs: .hangs
        case .refuses: .refuses
        }
    }

    // MARK: Guests and faults

    /// The guest of a domain does something by itself, at once.
    /// - Throws: when there is no such domain or host.
    public func guest(_ act: GuestAct, domain: String, host: String) throws(ScenarioFailure) {
        let running = try find(host)
        let machine = running.host.machine
        guard let id = running.host.domainID(named: domain) else {
            throw ScenarioFailure("there is no domain \(domain) on \(host)")
        }
        let done =
            switch act {
            case .shutdown(let reason): machine.guestShutdown(id, .named(reason))
            case .crash: machine.guestCrash(id)
            case .hang: machine.guestHang(id)
            case .prints(let text): machine.guestPrint(id, text)
            case .dirties(let rate, let within): machine.guestDirty(id, rate: rate, range: within)
            case .hostile(let act): machine.guestMisbehaves(id, act)
            }
        guard done else { throw ScenarioFailure("the guest in \(domain) on \(host) does not run") }
    }

    /// What another toolstack does behind the daemon's back.
    package func xl(_ act: XLAct, host: String) throws(ScenarioFailure) {
        let running = try find(host)
        let machine = running.host.machine
        do {
            switch act {
            case .create(let domain, let mebibytes, let kernel):
                try machine.createElsewhere(name: domain, kernel: kernel, memory: MemorySize(mebibytes: mebibytes))
            case .destroy(let domain):
                guard let id = running.host.domainID(named: domain) else {
                    throw ScenarioFailure("there is no domain \(domain) on \(host)")
                }
                try machine.destroyElsewhere(id)
            }
        } catch let failure as ScenarioFailure {
            throw failure
        } catch {
            throw ScenarioFailure("xl cannot \(act.form): \(error)")
        }
    }

    /// Adds a fault. A guest in it may be named by its domain, a script as the daemon's configuration would.
    public func fault(_ rule: FaultRule, host: String) throws(ScenarioFailure) {
        var rule = rule
        let running = try find(rule.pattern.kind == .network ? rule.pattern.name : host)
        rule.pattern = resolved(rule.pattern, on: running)
        running.host.faults.add(rule)
    }

    /// As the points themselves are called.
    private func resolved(_ pattern: FaultPattern, on running: RunningHost) -> FaultPattern {
        var pattern = pattern
        if pattern.kind == .guest, let id = running.host.domainID(named: pattern.name) { pattern.name = id.description }
        if pattern.kind == .script { pattern.name = Self.scriptPath(pattern.name) }
        return pattern
    }

    /// What goes wrong there goes right again; what hangs because of it goes on.
    /// - Throws: when nothing of the kind goes wrong.
    public func heal(_ pattern: FaultPattern, host: String) throws(ScenarioFailure) {
        let running = try find(pattern.kind == .network ? pattern.name : host)
        guard running.host.faults.heal(resolved(pattern, on: running)) else {
            let there = Set(running.host.faults.rules.map(\.pattern.form)).sorted().joined(separator: ", ")
            throw ScenarioFailure(
                "nothing goes wrong at \(pattern.form) on \(running.name); there is \(there.isEmpty ? "no fault" : there)"
            )
        }
    }

    private static func scriptPath(_ name: String) -> String { name.hasPrefix("/") ? name : "/etc/xen/" + name }

    /// Every machine behaves again; what hangs goes on.
    public func heal() {
        for host in hosts() { host.host.faults.heal() }
        world.network.heal()
    }

    // MARK: Files

    /// Copies a file from one host to another.
    /// - Throws: when it is not there.
    public func copy(_ path: String, from: String, to: String) throws(ScenarioFailure) {
        guard let bytes = try find(from).host.contents(path) else {
            throw ScenarioFailure("there is no file \(path) on \(from)")
        }
        try find(to).host.install(path, bytes)
    }

    /// Writes a file on a host, in place of one that is there.
    public func write(_ path: String, _ text: String, host: String) throws(ScenarioFailure) {
        try find(host).host.install(path, SXPText.bytes(of: text))
    }

    /// Turns the bits of the middle third around, so that neither the beginning nor the length gives it away.
    public func corrupt(_ path: String, host: String) throws(ScenarioFailure) {
        let place = try find(host).host
        guard var bytes = place.contents(path) else { throw ScenarioFailure("there is no file \(path) on \(host)") }
        for index in bytes.count / 3..<max(bytes.count / 3 + 1, bytes.count * 2 / 3) where index < bytes.count {
            bytes[index] = ~bytes[index]
        }
        place.install(path, bytes.isEmpty ? [0xFF] : bytes)
    }

    /// The contents of a file; nil when there is none.
    public func file(_ path: String, host: String) throws(ScenarioFailure) -> String? {
        let running = try find(host)
        if let bytes = running.host.contents(path) { return SXPText.string(decoding: bytes) }
        return path == Self.logPath ? (running.surroundings.log as? MemoryLog)?.text : nil
    }

    // MARK: Looking

    /// All of xend's log on a host, through restarts of xend.
    public func log(_ host: String) throws(ScenarioFailure) -> String {
        try file(Self.logPath, host: host) ?? ""
    }

    private static let logPath = "/var/log/xen/xend.log"

    /// MiB.
    public func memoryFree(_ host: String) throws(ScenarioFailure) -> Int {
        Int(try find(host).host.machine.freeMemory.mebibytes)
    }

    /// What is left over, each as a sentence. nil: on every host that is on.
    public func leaks(_ host: String?) throws(ScenarioFailure) -> [String] {
        if let host { _ = try find(host) }
        return hosts().filter { (host == nil || $0.name == host) && $0.host.isOn }.flatMap { running in
            running.host.leaks().map { "\(running.name): \($0)" }
        }
    }

    /// "running" when the machine runs the domain, and no other does; else why not.
    public func runs(_ domain: String, on host: String) throws(ScenarioFailure) -> String {
        let running = try find(host)
        guard running.host.isOn else { return "\(host) is off" }
        guard let id = running.host.domainID(named: domain), let report = running.host.machine.report(of: id) else {
            return "there is no domain \(domain) on \(host)"
        }
        if report.isDying { return "it is dying" }
        if report.isPaused { return "it is paused" }
        if let reason = report.shutdownReason { return "it has shut down (\(reason))" }
        for other in hosts() where other.name != host && other.host.isOn {
            let twin = other.host.machine.reports.first { $0.uuid == report.uuid && !$0.isDying }
            if let twin, !twin.isPaused, twin.shutdownReason == nil { return "it runs on \(other.name) too" }
        }
        return "running"
    }

    /// The arguments of each call of a script, in order.
    public func scriptCalls(_ path: String, host: String) throws(ScenarioFailure) -> [[String]] {
        let path = Self.scriptPath(path)
        return try find(host).host.scripts.calls.filter { $0.path == path }.map(\.arguments)
    }

    /// What a receiver was sent.
    public func received(_ receiver: String) -> [[UInt8]] { world.network.receivers.received(receiver) }
}

extension SimulatedHost {
    /// The id of a domain by its name in xenstore, or by id; one that is dying only when there is no other.
    package func domainID(named name: String) -> DomainID? {
        if let id = DomainID(text: name), machine.report(of: id) != nil { return id }
        var dying: DomainID?
        let names = Dictionary(machine.inspection.storeContents.map { ($0.path, $0.value) }) { first, _ in first }
        for report in machine.reports where names["/local/domain/\(report.id)/name"] == name {
            if !report.isDying { return report.id }
            dying = report.id
        }
        return dying
    }
}
