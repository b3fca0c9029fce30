import ScenarioLanguage
import ScenarioRunner
import Testing

@testable import Cockpit
@testable import XendTesting

/// What has been done so far can be run again, and the same is so at its end.
@Suite struct StoryTests {
    /// Two hosts under a cockpit, in virtual time.
    private final class Bench {
        let world = ScenarioWorld(seed: 7)
        private(set) var control: SimulatorControl!

        init() throws {
            control = SimulatorControl(world: world.world) { [world] in world.hosts }
            control.moveTime = { [executor = world.world.executor] end in try await executor.sleep(until: end) }
            for name in ["alpha", "beta"] {
                let setup = HostSetup(name: name)
                world.addHost(setup) { [control] options in
                    options.additionalResources = control!.resources
                    options.watcher = control!.watcher(of: name)
                }
                control.note(setup)
            }
            for host in world.hosts { try world.startAndWait(host) }
        }

        @discardableResult
        func post(_ path: String, _ fields: [(name: String, value: String)], to host: String = "alpha") throws -> String
        {
            try world.request("POST", path, form: fields, to: host).text
        }

        func create(_ name: String) throws {
            let config = "(vm (name '\(name)') (memory 32) (image (linux (kernel /boot/vmlinuz))))"
            try post("/xend/domain", [("op", "create"), ("config", config)])
            try post("/xend/domain/\(name)", [("op", "unpause")])
        }

        /// As a form of a page is sent.
        func act(_ shape: String, _ values: String..., on host: String = "alpha", domain: String? = nil) throws
            -> String
        {
            let domain = domain.map { [(name: "domain", value: $0)] } ?? []
            let fields = [(name: "op", value: "act"), ("shape", shape), ("host", host)] + domain
            return try post("/simulator", fields + values.enumerated().map { ("value\($0)", $1) })
        }

        func scenario() throws -> String {
            let control = control!
            return try world.world.complete { await control.scenario() }
        }
    }

    private static func run(_ text: String) throws -> ScenarioResult {
        let scenario = try #require(try ScenarioReader.scenarios(in: Array(text.utf8), file: "so-far.sxp").first)
        return ScenarioSuite.run(
            scenario, options: .init { _, _ in preconditionFailure("no step of a story may fail unseen") })
    }

    private func tell() throws -> Bench {
        let bench = try Bench()
        for name in ["web", "db", "old", "q'uo\"te"] { try bench.create(name) }
        bench.world.advance(by: .seconds(5))
        #expect(try bench.act("(crash)", domain: "old") == "(ok)")
        #expect(try bench.act("(shutdown REASON)", "reboot", domain: "web") == "(ok)")
        try bench.post("/xend/domain/db", [("op", "pause")])
        bench.world.advance(by: .milliseconds(1234))
        // One that is refused, one that fails, and one that takes long while others come.
        try bench.post("/xend/domain/nobody", [("op", "pause")])
        try bench.post(
            "/simulator",
            [
                ("op", "fault"), ("host", "alpha"), ("point", "hypercall 'create'"), ("action", "error"),
                ("value", "ENOMEM"),
            ])
        try bench.create("never")
        #expect(try bench.act("(heal)") == "(ok)")
        try bench.post(
            "/simulator",
            [
                ("op", "fault"), ("host", "alpha"), ("point", "network alpha beta"), ("action", "delay"),
                ("value", "300ms"),
            ])
        let healed = try bench.post(
            "/simulator", [("op", "heal"), ("host", "alpha"), ("point", "(network alpha beta)")])
        #expect(healed == "(ok)")
        let again = try bench.post(
            "/simulator", [("op", "heal"), ("host", "alpha"), ("point", "(network alpha beta)")])
        #expect(again.contains("nothing goes wrong at (network alpha beta) on alpha; there is no fault"), "\(again)")
        try bench.post("/xend/domain/web", [("op", "migrate"), ("destination", "beta"), ("live", "0")])
        #expect(try bench.act("(daemon kill)", on: "beta") == "(ok)")
        bench.world.advance(by: .seconds(1))
        #expect(try bench.act("(daemon start)", on: "beta") == "(ok)")
        bench.world.advance(by: .seconds(2))
        return bench
    }

    @Test("A story that is run again ends in the same way") func again() throws {
        let bench = try tell()
        let text = try bench.scenario()
        let result = try Self.run(text)
        #expect(result.failure == nil, "\(String(describing: result.failure))\n\(text)")
        // The same domains in the same states, on the host where they were; and it is told which.
        for part in ["(domains (on alpha)", "(state (~ \"^..p---$\")", "(domains (on beta) 'web')", "(error _)"] {
            #expect(text.contains(part), "\(part) is not in\n\(text)")
        }
        #expect(bench.control.story.count >= 14)
    }

    @Test("A story that leaves something out does not end in the same way") func otherEnd() throws {
        let text = try tell().scenario()
        for part in ["(guest (on 'alpha') 'old' (crash))", "('op' 'migrate')"] {
            let lines = text.split(separator: "\n").filter { !$0.contains(part) }
            #expect(lines.count < text.split(separator: "\n").count, "no step has \(part) in\n\(text)")
            #expect(try Self.run(lines.joined(separator: "\n")).failure != nil, "\(part) is not missed")
        }
    }

    @Test("Looking, asking the simulator and what nobody may do is no part of it") func whatIsNone() throws {
        let bench = try Bench()
        let before = bench.control.story.count
        _ = try bench.world.request("GET", "/xend/domain", to: "alpha")
        try bench.post("/simulator", [("op", "do"), ("forms", "(leaks) (log) (state)")])
        try bench.post("/xend/login", [("op", "link")])
        #expect(bench.control.story.count == before)
        #expect(try bench.act("(crash)", domain: "nobody").contains("there is no domain nobody"))
        #expect(bench.control.story.count == before)
    }

    @Test("More steps than anybody reads are not kept, and it says so") func bounded() throws {
        let story = Story { .init(nanoseconds: 0) }
        for number in 0..<Story.limit + 3 { story.add(act: "(clock (forward \(number)s))") }
        #expect(story.count == Story.limit)
        let text = story.scenario("x", seed: 1, checks: [])
        #expect(text.hasPrefix("# 3 later steps are not in it"))
    }
}
