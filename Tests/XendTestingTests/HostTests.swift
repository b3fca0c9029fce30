import Testing
import XendTesting

/// What a host of the kit has, and what it has not.
@Suite struct HostTests {
    static func world(_ setup: HostSetup) -> (ScenarioWorld, RunningHost) {
        let world = ScenarioWorld()
        let host = world.addHost(setup)
        host.start()
        #expect(world.run(until: { host.state == .up }, limit: .seconds(60)), "\(host.startFailure ?? "")")
        return (world, host)
    }

    static func create(_ world: ScenarioWorld, kernel: String) throws -> Answer {
        let config = "(vm (name web) (memory 4) (image (linux (kernel \(kernel)))))"
        return try world.request("POST", "/xend/domain", form: [("op", "create"), ("config", config)], to: "alpha")
    }

    @Test func `a kernel path that is not there does not boot`() throws {
        let (world, alpha) = Self.world(HostSetup(name: "alpha"))
        #expect(try Self.create(world, kernel: "/boot/nothing").error?.contains("/boot/nothing") == true)
        alpha.host.kernels.behaviours["/boot/nothing"] = GuestBehaviour()
        #expect(try Self.create(world, kernel: "/boot/nothing").status == 201)
        world.shutDown()
    }

    @Test func `there are the directories that every host has`() throws {
        let (world, alpha) = Self.world(HostSetup(name: "alpha"))
        for directory in ["/var/tmp", "/tmp", "/root", "/home", "/srv", "/mnt"] {
            #expect(try Self.create(world, kernel: "/boot/vmlinuz").status == 201)
            _ = try world.request("POST", "/xend/domain/web", form: [("op", "unpause")], to: "alpha")
            #expect(world.settle().isEmpty)
            let saved = try world.request(
                "POST", "/xend/domain/web", form: [("op", "save"), ("file", "\(directory)/web")], to: "alpha")
            #expect(saved.error == nil)
            #expect(alpha.host.contents("\(directory)/web") != nil)
        }
        world.shutDown()
    }

    @Test func `the configuration of its setup reaches the daemon`() throws {
        let setup = try HostSetup(
            "(host alpha (memory 256) (cpus 4) (config (xend-port 8123) (xend-min-restart-time 0)))")
        #expect(setup.memory == 256 && setup.cpus == 4)
        let world = ScenarioWorld()
        let alpha = world.addHost(setup)
        alpha.host.faults.add(FaultRule(FaultPattern(.listener, "8123"), .nth(1), .error("EADDRINUSE")))
        alpha.start()
        #expect(world.run(until: { alpha.state == .down }, limit: .seconds(60)))
        #expect(alpha.startFailure?.contains("8123") == true)
        world.shutDown()
        #expect(throws: ScenarioError.self) { try HostSetup("(host alpha (config (xend-port many)))") }
        #expect(throws: ScenarioError.self) { try HostSetup("(kernel /boot/k)") }
    }

    @Test func `what a step or setup form says is done`() throws {
        let (world, alpha) = Self.world(HostSetup(name: "alpha"))
        try world.perform("(kernel /boot/web (boots-in 1s) (ignores shutdown))")
        #expect(try Self.create(world, kernel: "/boot/web").status == 201)
        try world.perform("(fault (on alpha) (hypercall unpause) (nth 1) (error EPERM))")
        let refused = try world.request("POST", "/xend/domain/web", form: [("op", "unpause")], to: "alpha")
        #expect(refused.error?.contains("permission denied") == true)
        try world.perform("(write /srv/note hello)")
        #expect(try world.acts.file("/srv/note", host: "alpha") == "hello")
        try world.perform("(daemon restart)")
        #expect(alpha.state == .up)
        try world.perform("(host-reboot alpha)")
        #expect(alpha.state == .up && alpha.host.bootCount == 2)
        #expect(throws: ScenarioError.self) { try world.perform("(settle)") }
        #expect(throws: ScenarioError.self) { try world.perform("(fault (hypercall nonsense) (hang))") }
        #expect(throws: ScenarioFailure.self) { try world.perform("(guest nobody (crash))") }
        world.shutDown()
    }
}
