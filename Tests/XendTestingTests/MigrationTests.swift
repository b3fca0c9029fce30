import Testing
import XendTesting

/// Two hosts of one world: a domain moves, or stays where it is when something goes wrong.
@Suite struct MigrationTests {
    static let config = "(vm (name web) (memory 64) (image (linux (kernel /boot/vmlinuz))))"

    /// Two hosts whose daemons run, and a domain that runs on the first.
    static func twoHosts(_ world: ScenarioWorld) throws -> RunningHost {
        let alpha = world.addHost(HostSetup(name: "alpha"))
        world.addHost(HostSetup(name: "beta"))
        for host in world.hosts { host.start() }
        #expect(world.run(until: { world.hosts.allSatisfy { $0.state == .up } }, limit: .seconds(60)))
        let made = try world.request("POST", "/xend/domain", form: [("op", "create"), ("config", config)], to: "alpha")
        #expect(made.status == 201)
        _ = try world.request("POST", "/xend/domain/web", form: [("op", "unpause")], to: "alpha")
        #expect(world.settle().isEmpty)
        return alpha
    }

    static func migrate(_ world: ScenarioWorld) throws -> Answer {
        try world.request(
            "POST", "/xend/domain/web", form: [("op", "migrate"), ("destination", "beta"), ("live", "1")], to: "alpha")
    }

    @Test func `hosts of one world are of one pool, and a domain moves between them`() throws {
        let world = ScenarioWorld(seed: 1)
        _ = try Self.twoHosts(world)
        #expect(try Self.migrate(world).error == nil)
        #expect(world.settle().isEmpty)
        #expect(try world.acts.runs("web", on: "beta") == "running")
        #expect(try world.acts.leaks(nil).isEmpty)
        #expect(world.foreignJobs == 0)
        world.shutDown()
    }

    @Test func `a fault on the way leaves it at home`() throws {
        let world = ScenarioWorld(seed: 2)
        let alpha = try Self.twoHosts(world)
        alpha.host.faults.add(FaultRule(FaultPattern(.hypercall, "save_pages"), .nth(1), .error("EIO")))
        #expect(try Self.migrate(world).error?.contains("save_pages") == true)
        #expect(world.settle().isEmpty)
        #expect(try world.acts.runs("web", on: "alpha") == "running")
        world.shutDown()
    }

    @Test func `hosts without a common secret do not trust each other`() throws {
        let world = ScenarioWorld(poolSecret: nil)
        _ = try Self.twoHosts(world)
        #expect(try Self.migrate(world).error != nil)
        #expect(world.settle().isEmpty)
        #expect(try world.acts.runs("web", on: "alpha") == "running")
        world.shutDown()
    }
}
