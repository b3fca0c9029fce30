import DomainModel
import HostInterface
import HypervisorInterface
import SimulatedHost
import SimulatedHypervisor
import Testing

@Suite("A domain's life on the simulated machine")
struct LifecycleTests {
    @Test("A guest is built, gets a disk and a card, boots, prints, shuts down when asked, and leaves nothing behind")
    func wholeLife() throws {
        let bench = Bench()
        let toolstack = Toolstack(bench.alpha.startIncarnation())
        let free = bench.alpha.machine.freeMemory
        let id = try bench.run {
            let id = try await toolstack.create()
            try await toolstack.plug(.vbd, 2049, into: id, Toolstack.disk)
            try await toolstack.plug(.vif, 0, into: id, Toolstack.card)
            return id
        }
        bench.advance(.milliseconds(10))
        #expect(id.rawValue == 1)
        var report = try #require(bench.alpha.machine.report(of: id))
        #expect(report.isPaused && !report.isBlocked && !report.isRunning && report.shutdownReason == nil)
        #expect(bench.alpha.machine.freeMemory == free - MemorySize(mebibytes: 64))
        #expect(bench.alpha.machine.backendDevices == ["vbd-1-2049", "vif-1-0"])
        #expect(try bench.run { try await toolstack.states(.vbd, 2049, of: id) } == "2/1")

        let output = try bench.run {
            try await toolstack.machine.hypervisor.unpause(id)
            let console = try await toolstack.machine.consoles.open(id)
            var text = ""
            while !text.contains("web login: ") { text += String(decoding: try await console.read(), as: UTF8.self) }
            return text
        }
        #expect(output.contains("Welcome to web"))
        #expect(bench.world.executor.now.nanoseconds >= 1_000_000_000)
        report = try #require(bench.alpha.machine.report(of: id))
        #expect(report.isBlocked && !report.isPaused)
        #expect(try bench.run { try await toolstack.states(.vbd, 2049, of: id) } == "4/4")
        // The card waits for its hot-plug script.
        #expect(try bench.run { try await toolstack.states(.vif, 0, of: id) } == "2/4")
        try bench.run {
            try await toolstack.machine.store.write("/local/domain/0/backend/vif/\(id)/0/hotplug-status", "connected")
            try await toolstack.host.clock.sleep(for: .milliseconds(10))
        }
        #expect(try bench.run { try await toolstack.states(.vif, 0, of: id) } == "4/4")

        let exit = try bench.run {
            let watch = try await toolstack.machine.store.watch("@releaseDomain")
            var changes = watch.changes.makeAsyncIterator()
            _ = await changes.next()
            try await toolstack.machine.store.write("/local/domain/\(id)/control/shutdown", "reboot")
            _ = await changes.next()
            watch.cancel()
            #expect(try await toolstack.machine.store.read("/local/domain/\(id)/control/shutdown") == "")
            return try await toolstack.machine.hypervisor.domain(id)
        }
        #expect(exit?.shutdownReason == .reboot)
        #expect(try bench.run { try await toolstack.states(.vbd, 2049, of: id) } == "6/6")
        try bench.run { try await toolstack.destroy(id) }
        #expect(bench.alpha.machine.report(of: id) == nil)
        #expect(bench.alpha.machine.freeMemory == free)
        #expect(bench.alpha.machine.backendDevices == [])
        #expect(bench.alpha.leaks() == [])
    }

    @Test("A dying domain stays until its devices let go of it")
    func dying() throws {
        let bench = Bench()
        let toolstack = Toolstack(bench.alpha.startIncarnation())
        let id = try bench.run {
            let id = try await toolstack.create()
            try await toolstack.plug(.vbd, 2049, into: id, Toolstack.disk)
            try await toolstack.machine.hypervisor.unpause(id)
            try await toolstack.host.clock.sleep(for: .seconds(2))
            try await toolstack.machine.hypervisor.destroy(id)
            return id
        }
        bench.advance(.seconds(5))
        let report = bench.alpha.machine.report(of: id)
        // The front-end's directory belonged to the guest: xenstored has removed it, and so the back-end let go.
        #expect(report == nil)
        #expect(bench.alpha.leaks().contains { $0.contains("/local/domain/1") })
    }
}
