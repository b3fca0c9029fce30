import DomainLifecycle
import DomainModel
import SimulatedHost
import SimulatedHypervisor
import Testing

@testable import DomainManagement

@Suite struct EndTests {
    @Test func whoHasTheIdByNowIsLeftAlone() throws {
        let bench = DaemonBench()
        try bench.start()
        let id = try #require(DomainID(text: bench.create().id.description))
        try bench.perform(.unpause)
        bench.alpha.faults.add(FaultRule(FaultPattern(.hypercall, "pause"), .nth(1), .hang))
        let manager = bench.manager
        bench.world.spawn {
            _ = try? await manager.submit(.domain(DomainReference("web"), .destroy(.halt)), for: Requester("test"))
        }
        bench.advance(.seconds(1))
        // Meanwhile somebody else ends it, and makes another one.
        let machine = bench.alpha.machine
        try machine.destroyElsewhere(id)
        bench.advance(.seconds(1))
        try machine.createElsewhere(
            name: "other", kernel: "/boot/vmlinuz", memory: MemorySize(mebibytes: 16), id: id)
        bench.alpha.faults.heal()
        bench.advance(.seconds(60))
        #expect(machine.reports.contains { $0.id == id && !$0.isDying }, "the other one lives")
        #expect(try bench.domains().map(\.name).contains("web") == false)
    }
}
