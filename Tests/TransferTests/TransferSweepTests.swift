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

    /// Tells the story once for each of the points that `place` passes in it, as far as it is tried, with a fault of this kind there.
    ///
    /// - Parameter judge: what must hold of the hosts afterwards; it is given what went wrong, in words.
    private static func sweep(
        _ place: KeyPath<TwoHosts, SimulatedHost>, _ kind: String, _ story: (TwoHosts) -> Void,
        _ judge: (TwoHosts, String) throws -> Void
    ) throws {
        let recorded = try running()
        recorded[keyPath: place].faults.startRecording()
        story(recorded)
        recorded[keyPath: place].faults.stopRecording()
        let points = recorded[keyPath: place].faults.recording
        #expect(points.count > 50)
        var passages: [FaultPoint: Int] = [:]
        for (index, point) in points.enumerated() {
            passages[point, default: 0] += 1
            guard index % stride == (kinds.firstIndex(of: kind) ?? 0) % stride else { continue }
            let passage = passages[point] ?? 1
            let hosts = try running()
            let host = hosts[keyPath: place]
            let what = "\(kind) on \(host.name) at \(point), passage \(passage)"
            host.faults.add(FaultRule(FaultPattern(exactly: point), .nth(passage), action(kind)))
            story(hosts)
            #expect(!host.faults.history.isEmpty, "\(what): the fault was not reached")
            try judge(hosts, what)
        }
    }

    private static func running() throws -> TwoHosts {
        let hosts = TwoHosts()
        try hosts.startBoth()
        try hosts.createRunning(memory: 8)
        return hosts
    }

    @Test(
        "Migration: never two; when all is healed one, or none where its host lost its power",
        arguments: ["alpha", "beta"], kinds)
    func migration(victim: String, kind: String) throws {
        let place: KeyPath<TwoHosts, SimulatedHost> = victim == "alpha" ? \.alpha : \.beta
        try Self.sweep(place, kind, Self.migrate) { hosts, what in
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
        try Self.sweep(\.alpha, kind, save) { hosts, what in
            try Self.heal(hosts)
            hosts.advance(.seconds(120))
            let isSaved = hosts.alpha.files.exists(path)
            #expect(!hosts.alpha.files.exists(path + ".part"), "\(what): half a file is left")
            #expect(hosts.copies == hosts.runningCopies, "\(what): a copy is left: \(Self.state(hosts))")
            let isOne = hosts.runningCopies + (isSaved ? 1 : 0) == 1
            let mayBeGone = kind.hasPrefix("power loss")
            #expect(isOne || (mayBeGone && hosts.runningCopies == 0), "\(what): saved \(isSaved), \(Self.state(hosts))")
            #expect(hosts.alpha.leaks() == [], "\(what)")
            guard isSaved else { return }
            #expect(throws: Never.self, "\(what)") { try hosts.perform(.restore(path: path), on: hosts.alpha) }
        }
    }
}
