import DomainLifecycle
import DomainManagement
import DomainModel
import SExpressions
import SimulatedHost
import SimulatedHypervisor
import Testing

@Suite("Migration between two hosts")
struct MigrationTests {
    @Test("A domain moves with its name, uuid and devices, live or not", arguments: [false, true])
    func moves(live: Bool) throws {
        let hosts = TwoHosts()
        try hosts.startBoth()
        try hosts.createRunning()
        let before = try #require(try hosts.domains(hosts.alpha).first)
        let request = MigrationRequest(destination: "beta", live: live)
        let id = try #require(DomainID(1))
        #expect(try hosts.perform(.migrate(request), on: hosts.alpha) == .migrated(host: "beta", port: 8000, id: id))
        #expect(try hosts.domains(hosts.alpha) == [] && hosts.alpha.leaks() == [])
        hosts.advance(.seconds(5))
        let after = try #require(try hosts.domains(hosts.beta).first)
        #expect(after.name == "web" && after.uuid == before.uuid && after.config == before.config)
        #expect(after.held == [] && ["-b----", "r-----"].contains(after.state.description), "\(after)")
        for device in after.devices { #expect(device.expression.child("evtchn") != nil, "\(device.expression)") }
        let there = try #require(try hosts.tasks(hosts.beta).last)
        let here = try #require(try hosts.tasks(hosts.alpha).last)
        #expect(there.operation == "receive" && there.outcome == .done)
        #expect(here.operation == "migrate" && here.outcome == .done && here.finalDowntime != nil)
        #expect(live == !here.rounds.isEmpty)
        try hosts.perform(.destroy(.halt), on: hosts.beta)
        #expect(hosts.beta.leaks() == [])
    }

    @Test("What cannot be is refused early, with the reason, and the domain runs on")
    func refusals() throws {
        let cases: [(String, (TwoHosts) throws -> Void, String)] = [
            ("name", { try $0.perform(.create(Self.config("web", 16)), on: $0.beta) }, "vm name clash: web"),
            ("memory", { try $0.perform(.create(Self.config("big", 890)), on: $0.beta) }, "not enough memory"),
            ("device", { $0.beta.fit { $0.blockDevices = [] } }, "phy:sda8"),
        ]
        for (name, prepare, text) in cases {
            let hosts = TwoHosts()
            try hosts.startBoth()
            try hosts.createRunning()
            try prepare(hosts)
            let error = #expect(throws: OperationError.self, "\(name)") {
                try hosts.perform(.migrate(MigrationRequest(destination: "beta")), on: hosts.alpha)
            }
            #expect(error?.message.contains(text) == true, "\(error?.message ?? "")")
            #expect(try hosts.domains(hosts.alpha).first?.state.isShutdown == false, "\(name)")
        }
    }

    private static func config(_ name: String, _ memory: Int) throws -> DomainConfig {
        try DomainConfig(
            SExpression.parseFirst("(vm (name \(name)) (memory \(memory)) (image (linux (kernel /boot/vmlinuz))))"))
    }

    @Test("Itself, a stranger, a host that nobody knows and a Xen that cannot are refused")
    func others() throws {
        let hosts = TwoHosts()
        try hosts.start(hosts.alpha)
        try hosts.start(hosts.beta, secret: "another secret, of other hosts")
        try hosts.createRunning()
        for (destination, text) in [
            ("alpha", "this very xend"), ("beta", "secret of this pool"), ("gamma", "the name gamma is unknown"),
            ("", "invalid destination"),
        ] {
            let error = #expect(throws: OperationError.self, "\(destination)") {
                try hosts.perform(.migrate(MigrationRequest(destination: destination)), on: hosts.alpha)
            }
            #expect(error?.message.contains(text) == true, "\(error?.message ?? "")")
        }
        #expect(hosts.runningCopies == 1)
        #expect(hosts.copies == 1)
    }

    @Test("Wherever a host loses its power or its daemon: never two, and in the end one", arguments: ["alpha", "beta"])
    func crashes(victim: String) throws {
        var reached = true
        var delay = Duration.milliseconds(1)
        while reached, delay < .seconds(1) {
            for powerFails in [false, true] {
                let hosts = TwoHosts()
                try hosts.startBoth()
                try hosts.createRunning(memory: 8)
                let host = victim == "alpha" ? hosts.alpha : hosts.beta
                let began = hosts.world.executor.now
                let manager = try #require(hosts.manager(hosts.alpha))
                hosts.world.spawn {
                    _ = try? await manager.submit(
                        .domain(DomainReference("web"), .migrate(MigrationRequest(destination: "beta", rate: 400))),
                        for: Requester("test"))
                }
                hosts.advance(delay)
                let what = "\(victim) \(powerFails ? "loses power" : "is killed") after \(delay)"
                reached = (try? hosts.tasks(hosts.alpha).last?.outcome == .running) ?? true
                #expect(hosts.runningCopies <= 1, "\(what)")
                let ranThere = hosts.beta.machine.reports.contains { $0.id != .zero && !$0.isPaused }
                if powerFails { host.losePower() } else { host.killDaemon() }
                for _ in 0..<10 {
                    hosts.advance(.milliseconds(300))
                    #expect(hosts.runningCopies <= 1, "\(what)")
                }
                if powerFails { host.powerOn() }
                try hosts.start(host)
                for _ in 0..<100 {
                    hosts.advance(.seconds(2))
                    #expect(hosts.runningCopies <= 1, "\(what)")
                }
                _ = began
                // A domain whose host lost its power is gone; otherwise there is exactly one, and nothing is left.
                let mayBeGone = powerFails && (victim == "alpha" || ranThere)
                #expect(hosts.runningCopies == 1 || mayBeGone, "\(what)")
                #expect(hosts.copies == hosts.runningCopies, "\(what): a copy is left")
                #expect(hosts.alpha.leaks() == [] && hosts.beta.leaks() == [], "\(what)")
            }
            delay = delay + .milliseconds(17)
        }
        #expect(delay > .milliseconds(150), "the migration was over at once")
    }
}
