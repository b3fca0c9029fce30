import DomainLifecycle
import DomainModel
import SExpressions
import SimulatedHost
import SimulatedHypervisor
import Testing

@testable import DomainManagement

@Suite struct JournalTests {
    @Test func aJournalWrittenAnewStillSaysWhatIsUnderWay() throws {
        let bench = DaemonBench()
        let free = bench.alpha.machine.freeMemory
        try bench.start()
        bench.alpha.faults.add(
            FaultRule(FaultPattern(.script, "/etc/xen/vif-bridge"), .always, .hang))
        let manager = bench.manager
        let text = "(vm (name web) (memory 64) (image (linux (kernel /boot/vmlinuz))) (device (vif)))"
        let config = try DomainConfig(SExpression.parseFirst(text))
        bench.world.spawn { _ = try? await manager.submit(.create(config), for: Requester("test")) }
        bench.advance(.seconds(1))
        #expect(bench.alpha.machine.reports.count == 2, "it is being created")
        // What grows the journal is none of the creation's business.
        let url = "http://\(String(repeating: "x", count: Journal.compactionSize / 2)).example/"
        for _ in 0..<3 { try bench.run { try await manager.setNotificationURL(url) } }
        bench.alpha.killDaemon()
        bench.alpha.faults.heal()
        try bench.start()
        bench.advance(.seconds(60))
        #expect(try bench.domains().map(\.name) == ["Domain-0"])
        #expect(bench.alpha.leaks() == [])
        #expect(bench.alpha.machine.freeMemory == free)
    }

    @Test func whatIsWrittenWhileTheJournalIsWrittenAnewStandsInTheNewOne() throws {
        let bench = DaemonBench()
        try bench.start()
        let manager = bench.manager
        let journal = "/var/xen/xend-db/2/journal"
        bench.alpha.faults.add(
            FaultRule(FaultPattern(.disk, "fsync", "\(journal).new"), .nth(1), .delay(.seconds(5))))
        let before = bench.alpha.files.contents(journal)?.count ?? 0
        let long = "http://\(String(repeating: "x", count: Journal.compactionSize / 2)).example/"
        for _ in 0..<3 { try bench.run { try await manager.setNotificationURL(long) } }
        bench.advance(.seconds(1))
        #expect(bench.alpha.files.contents(journal)?.count ?? 0 > Journal.compactionSize, "it is being written anew")
        try bench.run { try await manager.setNotificationURL("http://meanwhile.example/") }
        bench.advance(.seconds(60))
        #expect(bench.alpha.files.contents(journal)?.count ?? 0 < before + long.utf8.count * 2, "it has been")
        bench.alpha.killDaemon()
        try bench.start()
        let next = bench.manager
        #expect(try bench.run { next.notification.url } == "http://meanwhile.example/")
    }
}
