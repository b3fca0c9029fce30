// BEGIN example
import Testing
import XendTesting

/// A test of somebody who uses the test kit: it starts hosts, drives them, and asserts.
@Suite struct LibraryTests {
    @Test func `a domain whose guest reboots is there again`() throws {
        // Two hosts in one world, each with the full daemon, in virtual time.
        let world = ScenarioWorld(seed: 1)
        let alpha = world.addHost(HostSetup(name: "alpha"))
        world.addHost(HostSetup(name: "beta"))
        for host in world.hosts { host.start() }
        #expect(world.run(until: { world.hosts.allSatisfy { $0.state == .up } }, limit: .seconds(60)))

        // A user: any request over HTTP, with the bytes that a client would send and be sent.
        let config = "(vm (name web) (memory 64) (image (linux (kernel /boot/vmlinuz))))"
        let made = try world.request("POST", "/xend/domain", form: [("op", "create"), ("config", config)], to: "alpha")
        #expect(made.status == 201)
        _ = try world.request("POST", "/xend/domain/web", form: [("op", "unpause")], to: "alpha")
        #expect(world.settle().isEmpty)

        // The guest acts, then the machine fails; time moves only when it is told to.
        try world.acts.guest(.shutdown("reboot"), domain: "web", host: "alpha")
        #expect(world.settle().isEmpty)
        alpha.kill()
        alpha.start()
        world.advance(by: .seconds(5))

        let answer = try world.request("GET", "/xend/domain/web", to: "alpha")
        #expect(answer.expression?.childText("name") == "web")
        #expect(try world.acts.runs("web", on: "alpha") == "running")
        #expect(try world.acts.leaks(nil).isEmpty)
        #expect(world.foreignJobs == 0)
        world.shutDown()
    }
}
// END example
