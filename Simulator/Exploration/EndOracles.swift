import DomainLifecycle
import DomainModel
import HostInterface
import SExpressions
import ScenarioLanguage
import ScenarioRunner
import SimulatedHost
import XendTesting

/// What must hold when faults have stopped, whatever happened before (the daemon's invariants).
struct EndOracles {
    let target: SimulatedTarget
    /// Files that a save was said to have written.
    private let saved: [(host: String, path: String)]

    /// Names of domains whose guests have exited since the last step.
    private let exited: () -> Set<String>
    /// What is wrong with domains that had exited, when everything has settled.
    private let overdue: () -> [String]

    init(
        _ target: SimulatedTarget, saved: [(host: String, path: String)] = [],
        exited: @escaping () -> Set<String> = { [] },
        overdue: @escaping () -> [String] = { [] }
    ) {
        self.target = target
        self.saved = saved
        self.exited = exited
        self.overdue = overdue
    }

    /// Lets everything settle and looks. Destroys what is there.
    /// - Returns: what is wrong, the first kind of it; empty when all is well.
    func violations() -> [Violation] {
        try? target.perform(.heal, on: "")
        let checks: [(Violation.Oracle, () -> [String])] = [
            (.revival, revived), (.liveness, settled), (.restartMode, overdue), (.durable, isDurable),
            (.agreement, agrees), (.oneOwner, Self.twins(target)),
            (.consoles, consolesReach), (.persistence, survivesRestart), (.leaks, nothingLeaks),
            (.ends, everythingCanGo),
        ]
        for (oracle, check) in checks {
            let found = check()
            if !found.isEmpty { return found.map { Violation(oracle, $0) } }
        }
        return []
    }

    private func revived() -> [String] {
        // What had struck when the faults stopped may still have its effect, as a kill after something that takes time.
        _ = target.world.settle()
        target.revive()
        return target.world.hosts.filter { $0.state != .up }.map {
            "xend does not come back on \($0.name): \($0.startFailure ?? "it has ended again")"
        }
    }

    private func settled() -> [String] {
        var open = target.world.settle()
        if !open.isEmpty, wasJournalMisread {
            decideByHand()
            open = target.world.settle()
        }
        return open.map { "after the faults have stopped still open: \($0)" }
    }

    /// What two hosts had agreed upon may have stood in what came back wrong from the disk of one.
    private var wasJournalMisread: Bool {
        target.world.hosts.contains { host in
            host.host.faults.history.contains { Optional($0.action).isDamage && $0.point.detail.hasSuffix("/journal") }
        }
    }

    /// Decides about copies in doubt as people would: it is kept where it is unless another host has one.
    private func decideByHand() {
        for host in target.world.hosts {
            for domain in target.domains(of: host) where !domain.held.isEmpty {
                let others = target.world.hosts.filter { $0.name != host.name && $0.host.isOn }
                let isElsewhere = others.contains { $0.host.machine.reports.contains { $0.uuid == domain.uuid } }
                _ = post("resolve", [("decision", isElsewhere ? "drop" : "keep")], to: domain.name, on: host.name)
            }
        }
    }

    /// Nothing waits to be written any more: a power cut would take nothing away that was promised. A slow disk may still be at
    /// it.
    private func isDurable() -> [String] {
        _ = target.world.run(until: { damagedByPowerCut().isEmpty }, limit: Self.slowDisk)
        return damagedByPowerCut()
    }

    /// Longer than any delay of a sweep or a story.
    private static let slowDisk = Duration.seconds(60)

    private func damagedByPowerCut() -> [String] {
        let journals = target.world.hosts.map { (host: $0.name, path: "/var/xen/xend-db/2/journal") }
        return (journals + saved).compactMap { host, path in
            guard let files = target.world.host(host)?.host.files, files.exists(path), !files.isDurable(path) else {
                return nil
            }
            return "a power cut on \(host) would now damage \(path)"
        }
    }

    // MARK: Agreement

    /// What daemon, machine and xenstore say of the domains.
    private func agrees() -> [String] {
        target.world.hosts.flatMap { host -> [String] in
            let known = target.domains(of: host)
            var wrong: [String] = []
            let names = known.map(\.name)
            for name in Set(names).sorted() where names.count(where: { $0 == name }) > 1 {
                wrong.append("two domains of \(host.name) are called \(name)")
            }
            let machine = host.host.machine.reports.filter { !$0.isDying }
            for report in machine where !known.contains(where: { $0.id == report.id }) {
                wrong.append("Xen has a domain \(report.id) on \(host.name) that xend does not know")
            }
            for domain in known where domain.restartState == nil && !machine.contains(where: { $0.id == domain.id }) {
                wrong.append("xend lists \(domain.name) on \(host.name), which Xen does not have")
            }
            let live = known.filter { $0.id != .zero && $0.restartState == nil && $0.held.isEmpty && $0.config != nil }
            return wrong + live.flatMap { agrees($0, host) } + known.flatMap { answers(about: $0, host) }
                + listensForNobody(host, known) + ignoredCancels(host)
        }
    }

    /// A restart of xend would hide it.
    private func listensForNobody(_ host: RunningHost, _ known: [DomainInformation]) -> [String] {
        let ports = Set(known.compactMap { $0.console?.port })
        return target.world.world.network.listeningPorts(of: host.name).filter {
            Self.consolePorts.contains($0) && !ports.contains($0)
        }
        .map { "\(host.name) listens on port \($0), a console's, for no domain" }
    }

    /// Whom it was told that his task is being cancelled, does not see it done.
    private func ignoredCancels(_ host: RunningHost) -> [String] {
        target.tasks(of: host).filter { host.cancelled.contains($0.id) && $0.outcome == .done }
            .map { "\(host.name) has cancelled task \($0.id), \($0.operation) of \($0.domain), and has done it" }
    }

    private func agrees(_ domain: DomainInformation, _ host: RunningHost) -> [String] {
        let machine = host.host.machine
        let title = "\(domain.name) (\(domain.id)) on \(host.name)"
        var wrong: [String] = []
        if let name = machine.inspection.storeValue("/local/domain/\(domain.id)/name"), name != domain.name {
            wrong.append("\(title) is called \(name) in xenstore")
        }
        if machine.inspection.storeValue("/local/domain/\(domain.id)/name") == nil {
            wrong.append("\(title) is not in xenstore")
        }
        for type in DeviceType.split {
            let known = domain.devices.count { $0.type == type }
            // Back-ends: what stands in its own part of xenstore is the guest's affair.
            let there = machine.inspection.storeChildren("/local/domain").reduce(0) { sum, owner in
                let backends = "/local/domain/\(owner)/backend/\(type.rawValue)/\(domain.id)"
                return sum + machine.inspection.storeChildren(backends).count
            }
            if known != there {
                wrong.append("\(title) has \(known) \(type.rawValue)s for xend and \(there) in xenstore")
            }
        }
        let wanted = domain.config?.children().count { $0.name == "device" } ?? 0
        if wanted != domain.devices.count {
            wrong.append("\(title) has \(domain.devices.count) devices, its configuration \(wanted)")
        }
        switch domain.console?.status {
        case .listening?, .connected?: break
        case let status: wrong.append("the console of \(title) is \(status.map { "\($0)" } ?? "not there")")
        }
        return wrong
    }

    /// What a guest prints comes out of the port of its console.
    private func consolesReach() -> [String] {
        letRun()
            + target.world.hosts.flatMap { host in
                target.domains(of: host).filter { $0.id != .zero && $0.held.isEmpty && $0.config != nil }.compactMap {
                    domain in
                    guard let port = domain.console?.port, let report = host.host.machine.report(of: domain.id),
                        !report.isPaused,
                        report.shutdownReason == nil, host.host.machine.guestPrint(domain.id, Self.mark)
                    else { return nil }
                    guard let stream = try? target.openTCP(host.name, port: port, from: nil) else {
                        return "port \(port) of \(host.name), the console of \(domain.name), refuses connections"
                    }
                    let mark = Array(Self.mark.utf8)
                    let isHeard = target.run(
                        until: { stream.received.contains(mark) }, limit: Self.consolePatience)
                    stream.close()
                    return isHeard
                        ? nil : "what \(domain.name) on \(host.name) prints does not come out of port \(port)"
                }
            }
    }

    /// Who is paused and has a console is let run, and heard.
    private func letRun() -> [String] {
        target.world.hosts.flatMap { host in
            target.domains(of: host).filter { $0.isQuiet && $0.state.isPaused }.compactMap { domain in
                post("unpause", [], to: domain.name, on: host.name)
                    .map { "\(domain.name) on \(host.name) cannot be unpaused: \($0)" }
            }
        }
    }

    private static let mark = "is anybody there?"
    private static let consolePatience = Duration.seconds(10)

    /// Domains that run on two hosts.
    static func twins(_ target: SimulatedTarget) -> () -> [String] {
        {
            var owners: [DomainUUID: [String]] = [:]
            for host in target.world.hosts where host.host.isOn {
                for report in host.host.machine.reports
                where report.id != .zero && !report.isDying && !report.isPaused && report.shutdownReason == nil {
                    owners[report.uuid, default: []].append(host.name)
                }
            }
            return owners.filter { $0.value.count > 1 }.map {
                "domain \($0.key) runs on \($0.value.joined(separator: " and "))"
            }.sorted()
        }
    }

    // MARK: Persistence

    private func survivesRestart() -> [String] {
        var wrong: [String] = []
        for host in target.world.hosts {
            var before = target.domains(of: host)
            let url = target.notificationURL(of: host)
            do throws(ScenarioFailure) {
                try target.perform(.life(.daemon(.restart)), on: host.name)
            } catch {
                return ["xend cannot be restarted on \(host.name): \(error)"]
            }
            _ = target.world.settle()
            var after = target.domains(of: host)
            // What guests do meanwhile is their affair.
            let exited = exited()
            before.removeAll { exited.contains($0.name) }
            after.removeAll { exited.contains($0.name) }
            for (was, now) in zip(before.map(Self.durable), after.map(Self.durable)) where was != now {
                wrong.append("a restart of xend on \(host.name) makes of \(was) \(now)")
            }
            if target.notificationURL(of: host) != url {
                wrong.append("a restart of xend on \(host.name) forgets the notification url \(url ?? "")")
            }
            if before.count != after.count {
                wrong.append("a restart of xend on \(host.name) makes of \(before.count) domains \(after.count)")
            }
        }
        return wrong
    }

    /// What xend must remember of a domain, as text.
    private static func durable(_ domain: DomainInformation) -> String {
        var fields: [SExpression] = [
            .element("name", domain.name), .element("id", domain.id), .element("uuid", domain.uuid),
            .element("devices", domain.devices.map { SExpression.atom("\($0.type.rawValue) \($0.idx)") }),
        ]
        if domain.id != .zero, domain.config != nil { fields.append(.element("console", domain.console?.port ?? 0)) }
        if let state = domain.restartState { fields.append(.element("restart", state.rawValue)) }
        if let time = domain.restartTime { fields.append(.element("restarted", Int(time))) }
        if let config = domain.config { fields.append(config) }
        return SExpression.element("domain", fields).description
    }

    // MARK: The end

    private func nothingLeaks() -> [String] { (try? target.leaks(nil)) ?? [] }

    private func everythingCanGo() -> [String] {
        for host in target.world.hosts {
            for domain in target.domains(of: host) where domain.id != .zero {
                if let problem = destroy(domain.name, on: host.name) { return [problem] }
            }
        }
        let open = settled()
        guard open.isEmpty else { return open }
        var wrong = (try? target.leaks(nil)) ?? []
        for host in target.world.hosts {
            let left = target.domains(of: host).map(\.name).filter { $0 != "Domain-0" }
            if !left.isEmpty {
                wrong.append("after everything was destroyed \(host.name) still has \(left.joined(separator: ", "))")
            }
            for port in target.world.world.network.listeningPorts(of: host.name)
            where (Self.consolePorts).contains(port) {
                wrong.append("after everything was destroyed \(host.name) still listens on port \(port), a console's")
            }
            let configuration = host.host.configuration
            let free = configuration.memory - configuration.domainZeroMemory
            if host.host.machine.freeMemory != free {
                wrong.append(
                    "after everything was destroyed \(host.name) has \(host.host.machine.freeMemory.mebibytes) MB free of \(free.mebibytes)"
                )
            }
        }
        return wrong
    }

    /// Where consoles listen: 9600 and the domain's id, which do not reach a thousand in a story.
    private static let consolePorts: Range<UInt16> = 9600..<10_600

    private func destroy(_ name: String, on host: String) -> String? {
        post("destroy", [("reason", "halt")], to: name, on: host).map {
            "\(name) on \(host) cannot be destroyed: \($0)"
        }
    }

    // MARK: Asking

    /// - Returns: why it failed; nil when it succeeded.
    private func post(
        _ operation: String, _ fields: [(name: String, value: String)], to name: String, on host: String
    ) -> String? {
        do throws(ScenarioFailure) {
            return try ask(.post(WireRequest.path(ofDomain: name), [("op", operation)] + fields), host).error
        } catch {
            return "\(error)"
        }
    }

    func ask(_ request: WireRequest, _ host: String) throws(ScenarioFailure) -> Answer {
        let exchange = try HTTPExchange(request, host: host, target)
        guard target.run(until: { exchange.poll() }, limit: ScenarioRun.patience) else {
            throw ScenarioFailure("no answer within an hour")
        }
        guard let answer = exchange.answer else { throw ScenarioFailure(exchange.problem ?? "no answer") }
        return answer
    }
}
