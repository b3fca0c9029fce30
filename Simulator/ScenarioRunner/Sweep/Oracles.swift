import DomainModel
import HostInterface
import SimulatedHost
import XendDaemon

/// What must hold when faults have stopped, whatever happened before (the daemon's invariants).
struct Oracles {
    private let target: SimulatedTarget

    init(_ target: SimulatedTarget) { self.target = target }

    /// Lets everything settle and looks. Destroys what is there.
    /// - Returns: what is wrong, the first kind of it; empty when all is well.
    func violations() -> [String] {
        target.heal()
        for check in [revived, settled, agrees, survivesRestart, nothingLeaks, everythingCanGo] {
            let found = check()
            if !found.isEmpty { return found }
        }
        return []
    }

    private func revived() -> [String] {
        target.revive()
        return target.world.hosts.filter { $0.state != .up }.map {
            "xend does not come back on \($0.name): \($0.startFailure ?? "it has ended again")"
        }
    }

    private func settled() -> [String] {
        target.world.settle().map { "after the faults have stopped still open: \($0)" }
    }

    /// What daemon and machine say of the domains.
    private func agrees() -> [String] {
        var wrong: [String] = []
        for host in target.world.hosts {
            let known = domains(of: host)
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
        }
        return wrong + twins()
    }

    /// A domain may run on one host only.
    private func twins() -> [String] {
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

    private func survivesRestart() -> [String] {
        var wrong: [String] = []
        for host in target.world.hosts {
            let before = domains(of: host).map { "\($0.name) \($0.id)" }.sorted()
            do throws(ScenarioFailure) {
                try target.daemon(.restart, host: host.name)
            } catch {
                return ["xend cannot be restarted on \(host.name): \(error)"]
            }
            _ = target.world.settle()
            let after = domains(of: host).map { "\($0.name) \($0.id)" }.sorted()
            if before != after { wrong.append("a restart of xend on \(host.name) makes of \(before) \(after)") }
        }
        return wrong
    }

    private func nothingLeaks() -> [String] { (try? target.leaks(nil)) ?? [] }

    private func everythingCanGo() -> [String] {
        for host in target.world.hosts {
            for domain in domains(of: host) where domain.id != .zero {
                if let problem = destroy(domain.name, on: host.name) { return [problem] }
            }
        }
        let open = settled()
        guard open.isEmpty else { return open }
        var wrong = (try? target.leaks(nil)) ?? []
        for host in target.world.hosts {
            let left = domains(of: host).map(\.name).filter { $0 != "Domain-0" }
            if !left.isEmpty {
                wrong.append("after everything was destroyed \(host.name) still has \(left.joined(separator: ", "))")
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

    private func destroy(_ name: String, on host: String) -> String? {
        let request = WireRequest.post("/xend/domain/\(URLText.encode(name))", [("op", "destroy"), ("reason", "halt")])
        do throws(ScenarioFailure) {
            let exchange = try HTTPExchange(request, host: host, target)
            guard target.run(until: { exchange.poll() }, limit: ScenarioRun.patience) else {
                return "\(name) on \(host) cannot be destroyed: no answer within an hour"
            }
            guard let error = exchange.answer?.error ?? exchange.problem else { return nil }
            return "\(name) on \(host) cannot be destroyed: \(error)"
        } catch {
            return "\(name) on \(host) cannot be destroyed: \(error)"
        }
    }

    /// The daemon's list.
    private func domains(of host: RunningHost) -> [(name: String, id: DomainID, restartState: String?)] {
        guard let daemon = host.daemon else { return [] }
        let box = Box<[(name: String, id: DomainID, restartState: String?)]>()
        target.world.world.spawn {
            box.value = await daemon.domains().map { ($0.name, $0.id, $0.restartState.map { "\($0)" }) }
        }
        _ = target.world.run(until: { box.value != nil }, limit: .seconds(60))
        return box.value ?? []
    }
}
