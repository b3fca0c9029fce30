import DomainLifecycle
import DomainManagement
import DomainModel
import Foundation
import SimulatedHost
import SimulatedHypervisor
import Testing

/// A save, a restore and a migration with something going wrong at each point in turn, on either host.
///
/// All points take minutes without optimisation: here every 53rd is tried, each kind of fault beginning with another
/// one, and all
/// of them with `XEND_SWEEP=all`.
@Suite("Transfers with a fault at every point")
struct TransferSweepTests {
    private static let stride = ProcessInfo.processInfo.environment["XEND_SWEEP"] == "all" ? 1 : 53
    private static let kinds = ["error", "kill before", "kill after", "power loss before", "power loss after"]

    private static func action(_ kind: String) -> FaultAction {
        switch kind {
        case "error": .error("EIO")
        case "kill before": .killDaemon(after: false)
        case "kill after": .killDaemon(after: true)
        case "power loss before": .powerLoss(after: false)
        default: .powerLoss(after: true)
        }
    }

    private static func migrate(_ hosts: TwoHosts) {
        _ = try? hosts.perform(
            .migrate(MigrationRequest(destination: "beta", live: true)), on: hosts.alpha, limit: .seconds(300))
    }

    /// The points that `host` passes while `story` is told.
    private static func points(_ host: KeyPath<TwoHosts, SimulatedHost>, _ story: (TwoHosts) -> Void) throws
        -> [FaultPoint]
    {
        let hosts = TwoHosts()
        try hosts.startBoth()
        try hosts.createRunning(memory: 8)
        hosts[keyPath: host].faults.startRecording()
        story(hosts)
        hosts[keyPath: host].faults.stopRecording()
        return hosts[keyPath: host].faults.recording
    }

    @Test(
        "Migration: never two; when all is healed one, or none where its host lost its power",
        arguments: ["alpha", "beta"], kinds)
    func migration(victim: String, kind: String) throws {
        let place: KeyPath<TwoHosts, SimulatedHost> = victim == "alpha" ? \.alpha : \.beta
        let points = try Self.points(place, Self.migrate)
        #expect(points.count > 50)
        var passages: [FaultPoint: Int] = [:]
        for (index, point) in points.enumerated() {
            passages[point, default: 0] += 1
            guard index % Self.stride == (Self.kinds.firstIndex(of: kind) ?? 0) % Self.stride else { continue }
            let passage = passages[point] ?? 1
            let what = "\(kind) on \(victim) at \(point), passage \(passage)"
            let hosts = TwoHosts()
            try hosts.startBoth()
            try hosts.createRunning(memory: 8)
            hosts[keyPath: place].faults.add(FaultRule(FaultPattern(exactly: point), .nth(passage), Self.action(kind)))
            Self.migrate(hosts)
            #expect(!hosts[keyPath: place].faults.history.isEmpty, "\(what): the fault was not reached")
            for _ in 0..<20 {
                hosts.advance(.milliseconds(100))
                #expect(hosts.runningCopies <= 1, "\(what)")
            }
            try Self.heal(hosts)
            for _ in 0..<80 {
                hosts.advance(.seconds(2))
                #expect(hosts.runningCopies <= 1, "\(what)")
            }
            let mayBeGone = kind.hasPrefix("power loss")
            #expect(hosts.runningCopies == 1 || mayBeGone, "\(what): \(Self.state(hosts))")
            #expect(hosts.copies == hosts.runningCopies, "\(what): a copy is left: \(Self.state(hosts))")
            #expect(hosts.alpha.leaks() == [] && hosts.beta.leaks() == [], "\(what)")
        }
    }

    private static func heal(_ hosts: TwoHosts) throws {
        for host in [hosts.alpha, hosts.beta] {
            host.faults.heal()
            if !host.isOn { host.powerOn() }
            if host.incarnation == nil { try hosts.start(host) }
        }
    }

    private static func state(_ hosts: TwoHosts) -> String {
        [hosts.alpha, hosts.beta].map { host in
            let domains = ((try? hosts.domains(host)) ?? []).map {
                "\($0.name) \($0.state) \($0.operation ?? "") \($0.held)"
            }
            let tasks = ((try? hosts.tasks(host)) ?? []).map { "\($0.operation) \($0.phase) \($0.outcome)" }
            return "\(host.name): \(domains) \(tasks)"
        }.joined(separator: "; ")
    }

    @Test("Save: the domain runs or the file is whole, never both, never neither", arguments: kinds)
    func saving(kind: String) throws {
        let path = "/tmp/web.img"
        let save: (TwoHosts) -> Void = { hosts in
            _ = try? hosts.perform(.save(path: path), on: hosts.alpha, limit: .seconds(300))
        }
        let points = try Self.points(\.alpha, save)
        #expect(points.count > 50)
        var passages: [FaultPoint: Int] = [:]
        for (index, point) in points.enumerated() {
            passages[point, default: 0] += 1
            guard index % Self.stride == (Self.kinds.firstIndex(of: kind) ?? 0) % Self.stride else { continue }
            let passage = passages[point] ?? 1
            let what = "\(kind) at \(point), passage \(passage)"
            let hosts = TwoHosts()
            try hosts.startBoth()
            try hosts.createRunning(memory: 8)
            hosts.alpha.faults.add(FaultRule(FaultPattern(exactly: point), .nth(passage), Self.action(kind)))
            save(hosts)
            #expect(!hosts.alpha.faults.history.isEmpty, "\(what): the fault was not reached")
            try Self.heal(hosts)
            hosts.advance(.seconds(120))
            let isSaved = hosts.alpha.files.exists(path)
            #expect(!hosts.alpha.files.exists(path + ".part"), "\(what): half a file is left")
            #expect(hosts.copies == hosts.runningCopies, "\(what): a copy is left: \(Self.state(hosts))")
            let isOne = hosts.runningCopies + (isSaved ? 1 : 0) == 1
            let mayBeGone = kind.hasPrefix("power loss")
            #expect(isOne || (mayBeGone && hosts.runningCopies == 0), "\(what): saved \(isSaved), \(Self.state(hosts))")
            #expect(hosts.alpha.leaks() == [], "\(what)")
            guard isSaved else { continue }
            #expect(throws: Never.self, "\(what)") { try hosts.perform(.restore(path: path), on: hosts.alpha) }
        }
    }
}
