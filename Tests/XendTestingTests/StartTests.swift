import Testing
import XendTesting

/// A start that is refused has changed nothing.
@Suite struct StartTests {
    static let configuration =
        "(xend-migration-port 8002) (xend-pool-secret-file /etc/xen/secret) (network-script network-bridge)"
    static let secret = "a secret of more than thirty-two characters"

    /// A host whose daemon was killed while it built a domain, beside one that runs.
    static func interrupted() throws -> (ScenarioWorld, RunningHost) {
        let world = ScenarioWorld()
        let alpha = world.addHost(try HostSetup("(host alpha (config \(configuration)))"))
        try world.perform("(write /etc/xen/secret '\(secret)')")
        alpha.start()
        #expect(world.run(until: { alpha.state == .up }, limit: .seconds(60)), "\(alpha.startFailure ?? "")")
        for name in ["web", "half"] {
            if name == "half" { try world.perform("(fault (step 'attach vbd 0') (kill-daemon after))") }
            let disk = "(device (vbd (uname file:/srv/\(name).img) (dev sda1) (mode w)))"
            let config = "(vm (name \(name)) (memory 64) (image (linux (kernel /boot/vmlinuz))) \(disk))"
            try world.perform("(file /srv/\(name).img (size 1M))")
            _ = try? world.request(
                "POST", "/xend/domain", form: [("op", "create"), ("config", config)], to: "alpha")
        }
        #expect(world.run(until: { alpha.state == .down }, limit: .seconds(60)))
        return (world, alpha)
    }

    struct Portrait: Equatable {
        var journal: [UInt8]?
        var record: [UInt8]?
        var lastBoot: [UInt8]?
        var domains: [String]
        var scripts: Int

        init(_ world: ScenarioWorld, _ host: RunningHost) throws {
            let database = "/var/xen/xend-db/2"
            journal = host.host.contents("\(database)/journal")
            record = host.host.contents("\(database)/domain/1")
            lastBoot = host.host.contents("/var/xen/lastboot")
            domains = host.host.machine.reports.map { "\($0.id) \($0.uuid)" }.sorted()
            scripts = try ["network-bridge", "block-file"].reduce(0) {
                $0 + (try world.acts.scriptCalls($1, host: host.name).count)
            }
        }
    }

    @Test(arguments: [
        ("(fault (listener 8000) (error EADDRINUSE))", "port 8000 is in use"),
        ("(fault (listener 8001) (error EADDRINUSE))", "port 8001 is in use"),
        ("(fault (listener 8002) (error EADDRINUSE))", "port 8002 is in use"),
        ("(fault (disk read /etc/xen/secret) (error EIO))", "/etc/xen/secret"),
    ])
    func `what refuses it has changed nothing`(fault: String, reason: String) throws {
        let (world, alpha) = try Self.interrupted()
        let before = try Portrait(world, alpha)
        #expect(before.journal != nil && before.domains.count == 3 && before.scripts > 0)
        try world.perform(fault)
        alpha.start()
        #expect(world.run(until: { alpha.state == .down }, limit: .seconds(60)))
        #expect(alpha.startFailure?.contains(reason) == true, "\(alpha.startFailure ?? "")")
        world.advance(by: .seconds(30))
        #expect(try Portrait(world, alpha) == before)
        try world.perform("(heal)")
        alpha.start()
        #expect(world.run(until: { alpha.state == .up }, limit: .seconds(60)), "\(alpha.startFailure ?? "")")
        #expect(world.settle().isEmpty)
        #expect(alpha.host.machine.reports.count == 2, "what was half built is undone now")
        world.shutDown()
    }
}
