import DomainLifecycle
import DomainManagement
import DomainModel
import SExpressions
import SimulatedHost
import SimulatedHypervisor
import Testing

@Suite struct LifecycleTests {
    @Test func aDomainIsCreatedRunsAndIsDestroyed() throws {
        let bench = DaemonBench()
        try bench.start()
        let free = bench.alpha.machine.freeMemory
        let created = try bench.create(DaemonBench.devices)
        #expect(created.id.rawValue == 1 && created.state.description == "--p---" && created.devices.count == 4)
        #expect(bench.alpha.machine.freeMemory < free)
        try bench.perform(.unpause)
        bench.advance(.seconds(5))
        let running = try bench.domain()
        #expect(running.state.description == "-b----" || running.state.description == "r-----")
        for device in running.devices { #expect(device.expression.child("evtchn") != nil, "\(device.expression)") }
        try bench.perform(.destroy(.halt))
        #expect(try bench.domains().map(\.name) == ["Domain-0"])
        #expect(bench.alpha.leaks() == [])
        #expect(bench.alpha.machine.freeMemory == free)
    }

    @Test func aGuestThatRebootsKeepsNameIdAndConsole() throws {
        let bench = DaemonBench()
        try bench.start()
        let created = try bench.create(DaemonBench.devices)
        try bench.perform(.unpause)
        bench.advance(.seconds(5))
        bench.events.withLock { $0 = [] }
        try bench.perform(.shutdown(.reboot))
        bench.advance(.seconds(10))
        let again = try bench.domain()
        #expect(again.id == created.id && again.uuid == created.uuid && again.restartTime != nil)
        #expect(again.console?.port == created.console?.port && again.console?.channel != created.console?.channel)
        let events = bench.events.withLock { $0 }
        #expect(
            events.filter { !$0.contains("virq") } == [
                "(xend.domain.restart (web 1 schedule))", "(xend.domain.shutdown (web 1 reboot))",
                "(xend.domain.exit (web 1 reboot))", "(xend.domain.destroy (web 1))", "(xend.domain.died (web 1))",
                "(xend.domain.restart (web 1 begin))", "(xend.domain.create (web 1))",
                "(xend.domain.restart (web 1 success))", "(xend.domain.unpause (web 1))",
            ])
        try bench.perform(.destroy(.halt))
        #expect(bench.alpha.leaks() == [])
    }

    /// Whatever happens to a guest, it ends in a defined way.
    @Test(arguments: [
        (ShutdownRequest.poweroff, "", false), (.halt, "(restart always)", false),
        (.poweroff, "(restart always)", true),
        (.reboot, "(restart never)", true), (.reboot, "", true),
    ])
    func aShutdownEndsAsTheModeSays(_ request: ShutdownRequest, _ fields: String, _ comesBack: Bool) throws {
        let bench = DaemonBench()
        try bench.start()
        try bench.create(fields)
        try bench.perform(.unpause)
        bench.advance(.seconds(5))
        try bench.perform(.shutdown(request))
        bench.advance(.seconds(10))
        #expect(try bench.domains().contains { $0.name == "web" } == comesBack)
        if comesBack { try bench.perform(.destroy(.halt)) }
        #expect(bench.alpha.leaks() == [])
    }

    @Test func pollingAtAnyMomentOfAHundredRebootsNeverMissesTheDomain() throws {
        let bench = DaemonBench()
        try bench.start { $0.minimumRestartSeconds = 0 }
        let id = try bench.create(DaemonBench.devices).id
        try bench.perform(.unpause)
        bench.advance(.seconds(3))
        var last = try bench.domain().restartTime ?? 0
        for _ in 0..<100 {
            try bench.perform(.shutdown(.reboot))
            for _ in 0..<60 {
                bench.advance(.milliseconds(37))
                let seen = try bench.domain()
                #expect(seen.id == id && seen.name == "web")
                #expect(try bench.domains().contains { $0.name == "web" && $0.id == id })
            }
            let time = try #require(bench.domain().restartTime)
            #expect(time > last)
            last = time
        }
        try bench.perform(.destroy(.halt))
        #expect(bench.alpha.leaks() == [])
    }

    @Test func devicesComeAndGo() throws {
        let bench = DaemonBench()
        try bench.start()
        try bench.create()
        try bench.perform(.unpause)
        bench.advance(.seconds(3))
        let vif = try DeviceConfig(SExpression.parseFirst("(vif)"))
        guard case .device(let device) = try bench.perform(.createDevice(vif)) else {
            Issue.record("no device in the answer")
            return
        }
        #expect(device.expression.childText("mac")?.hasPrefix("aa:00:00:") == true)
        bench.advance(.seconds(1))
        #expect(try bench.domain().devices.first?.expression.child("evtchn") != nil)
        #expect(try bench.domain().config?.children("device").count == 1)
        try bench.perform(.destroyDevice(.vif, index: 0))
        #expect(try bench.domain().devices.isEmpty)
        #expect(try bench.domain().config?.children("device").isEmpty == true)
        guard case .device(let second) = try bench.perform(.createDevice(vif)) else { return }
        #expect(second.idx == 1)
        try bench.perform(.destroy(.halt))
        #expect(bench.alpha.leaks() == [])
    }

    @Test func theDaemonComesAndGoesWhileDomainsRun() throws {
        let bench = DaemonBench()
        try bench.start()
        let before = try bench.create(DaemonBench.devices)
        try bench.perform(.unpause)
        bench.advance(.seconds(5))
        let manager = bench.manager
        try bench.run { await manager.stop() }
        bench.alpha.daemonStopped()
        bench.advance(.seconds(60))
        try bench.start()
        let after = try bench.domain()
        #expect(after.id == before.id && after.console?.port == before.console?.port)
        #expect(after.devices.map(\.expression) == before.devices.map(\.expression), "\(after.expression)")
        #expect(after.startTime == before.startTime)
        try bench.perform(.destroy(.halt))
        #expect(bench.alpha.leaks() == [])
    }

    /// The same file behind two writable disks, and a device that is mounted, are refused.
    @Test func aBackingIsSharedOnlyForReading() throws {
        let bench = DaemonBench()
        try bench.start()
        try bench.create("(device (vbd (uname phy:sda8) (dev sda1) (mode w)))")
        for (mode, words) in [("w", "is in writable use"), ("r", "is in writable use")] {
            let error = #expect(throws: OperationError.self) {
                try bench.create("(device (vbd (uname phy:sda8) (dev sda1) (mode \(mode))))", name: "b")
            }
            #expect(error?.message.contains("vbd: Segment phy:sda8 \(words)") == true, "\(String(describing: error))")
        }
        try bench.create("(device (vbd (uname phy:sda8) (dev sda1) (mode 'w!')))", name: "b")
        try bench.perform(.destroy(.halt))
        try bench.perform(.destroy(.halt), on: "b")
        #expect(bench.alpha.leaks() == [])
    }
}
