import DomainLifecycle
import DomainModel
import HypervisorInterface
import SExpressions
import SimulatedHypervisor
import Testing
import XendTesting

@testable import Exploration
@testable import ScenarioLanguage

/// What must hold, told what does not: oracles that see nothing would be green for ever.
@Suite struct OracleTests {
    private static let uuid = DomainUUID(random: Array(repeating: 7, count: 16))
    private static let id = DomainID(text: "1") ?? .zero

    private static func domain(_ name: String = "web", config: String = "(vm (name web))", vifs: [Int] = []) throws
        -> DomainInformation
    {
        var domain = DomainInformation(
            id: id, name: name, uuid: uuid, memory: MemorySize(mebibytes: 64), state: DomainState())
        domain.config = try SExpression.parseFirst(config)
        domain.devices = try vifs.map { idx in
            DeviceRecord(
                type: .vif, idx: idx, index: 0, config: try DeviceConfig(SExpression.parseFirst("(vif)")),
                backend: .zero)
        }
        return domain
    }

    // MARK: Restarts

    private static func fates(_ config: String) throws -> RestartFates {
        var fates = RestartFates()
        _ = fates.take("create", "", of: "web", "1", on: "h")
        fates.see([try domain(config: config)], on: "h")
        return fates
    }

    @Test(arguments: [
        ("onreboot", "reboot", true), ("onreboot", "poweroff", false), ("onreboot", "crash", false),
        ("always", "crash", true),
        ("always", "poweroff", true), ("never", "reboot", false),
    ])
    func `a domain restarts as its mode says`(mode: String, reason: String, restarts: Bool) throws {
        let start = try Self.fates("(vm (name web) (restart \(mode)))")
        var well = start
        var ill = start
        for topic in ["exit", restarts ? "restart" : "destroy"] {
            #expect(well.take(topic, topic == "exit" ? reason : "schedule", of: "web", "1", on: "h") == nil)
        }
        #expect(ill.take("exit", reason, of: "web", "1", on: "h") == nil)
        #expect(ill.take(restarts ? "destroy" : "restart", restarts ? "" : "schedule", of: "web", "1", on: "h") != nil)
    }

    @Test func `a mode that the oracle does not know is not judged`() throws {
        var fates = try Self.fates("(vm (name web) (restart sometimes))")
        _ = fates.take("exit", "reboot", of: "web", "1", on: "h")
        #expect(fates.take("destroy", "", of: "web", "1", on: "h") == nil)
        #expect(fates.overdue([], on: "h").isEmpty)
    }

    @Test func `the words of later toolstacks stand above the mode`() throws {
        var fates = try Self.fates("(vm (name web) (restart onreboot) (on_crash restart))")
        _ = fates.take("exit", "crash", of: "web", "1", on: "h")
        #expect(fates.take("destroy", "", of: "web", "1", on: "h")?.contains("must be restarted") == true)
    }

    @Test func `a domain that must be restarted and has gone is missed`() throws {
        var fates = try Self.fates("(vm (name web))")
        _ = fates.take("exit", "reboot", of: "web", "1", on: "h")
        #expect(fates.overdue(["1"], on: "h").isEmpty)
        #expect(fates.overdue([], on: "h").count == 1)
        #expect(fates.overdue([], on: "other").isEmpty)
        fates.powerLost(on: "h")
        #expect(fates.overdue([], on: "h").isEmpty)
    }

    @Test func `the minimum time is kept, and refuses nobody for nothing`() throws {
        let text = "(scenario s (host h (config (xend-min-restart-time 5))) (settle))"
        var times = RestartTimes(try #require(try ScenarioReader.scenarios(in: Array(text.utf8), file: "s").first))
        #expect(times.refuse("web", "u", on: "h", at: .seconds(1)) != nil)
        #expect(times.begin("web", "u", on: "h", at: .seconds(10)) == nil)
        times.success("u")
        #expect(times.begin("web", "u", on: "h", at: .milliseconds(14_600))?.contains("4600ms") == true)
        times.success("u")
        #expect(times.begin("web", "u", on: "h", at: .seconds(20)) == nil)
        times.success("u")
        #expect(times.refuse("web", "u", on: "h", at: .seconds(21)) == nil)
        #expect(times.refuse("web", "u", on: "h", at: .seconds(100)) != nil)
    }

    // MARK: Sameness

    @Test func `a number of a device that comes again is seen, but not what a domain brings along`() throws {
        var identities = DomainIdentities()
        #expect(identities.see([try Self.domain(vifs: [0, 1])], on: "h").problems.isEmpty)
        #expect(identities.see([try Self.domain(vifs: [0])], on: "h").problems.isEmpty)
        #expect(identities.see([try Self.domain(vifs: [0, 1])], on: "h").problems.count == 1)
        #expect(identities.see([try Self.domain(vifs: [0, 1])], on: "elsewhere").problems.isEmpty)
        identities.isRebuilt("h", "1")
        #expect(identities.see([try Self.domain(vifs: [0])], on: "h").problems.isEmpty)
    }

    @Test func `what comes again must be what went`() throws {
        let before = try Self.domain(vifs: [0])
        let problem = { (after: DomainInformation, isPaused: Bool) in
            SamenessOracle.problem("(restore /f)", before, wasPaused: false, after, isPaused: isPaused, taken: [])
        }
        #expect(problem(before, false) == nil)
        #expect(problem(before, true)?.contains("paused") == true)
        #expect(problem(try Self.domain(), false)?.contains("devices") == true)
        #expect(problem(try Self.domain("db", vifs: [0]), false)?.contains("called") == true)
        #expect(
            problem(try Self.domain(config: "(vm (name web) (memory 1))", vifs: [0]), false)?.contains("configuration")
                == true)
    }
}

/// Of what a story shows only by chance.
@Suite struct LifeOracleTests {
    private static let uuid = DomainUUID(random: Array(repeating: 7, count: 16))

    private static func settings(weight: Int) -> MachineSettings {
        MachineSettings(
            share: SchedulerParameters(weight: weight, cap: 0), pins: [.any], maximum: MemorySize(mebibytes: 64),
            target: 65536, vcpus: ["online"])
    }

    @Test func `settings that nobody has changed are missed when they are others`() {
        var kept = KeptSettings()
        func problem(_ settings: MachineSettings, cpus: Int = 4) -> String? {
            kept.see(settings, of: "web", Self.uuid, on: "h", cpus: cpus)
        }
        #expect(problem(Self.settings(weight: 512)) == nil)
        #expect(problem(Self.settings(weight: 256))?.contains("weight 512") == true)
        kept.forget(Self.uuid)
        #expect(problem(Self.settings(weight: 1)) == nil)
        kept.expect(Self.settings(weight: 512), of: Self.uuid)
        #expect(problem(Self.settings(weight: 1)) != nil)
        // Where there are no others, a set is all; on a larger host it is the set again.
        var pinned = Self.settings(weight: 1)
        pinned.pins = [[0, 1]]
        kept.expect(pinned, of: Self.uuid)
        #expect(problem(Self.settings(weight: 1), cpus: 2) == nil)
        #expect(problem(pinned, cpus: 4) == nil)
        #expect(problem(Self.settings(weight: 1), cpus: 4) != nil)
    }

    @Test func `every operation of the table leaves settings alone or may change them, as it is meant`() throws {
        var changing: [String] = []
        for rule in OperationRule.all where rule.target == .domain {
            let text =
                "(scenario s (create (vm (name web) (memory 16) (image (linux (kernel /boot/k))))) (request POST /xend/domain/web (form (op \(rule.name)))))"
            let scenario = try #require(try ScenarioReader.scenarios(in: Array(text.utf8), file: "s").first)
            let asked = try #require(AskedOperation(scenario.steps[1]))
            if KeptSettings.mayChange(asked) { changing.append(rule.name) }
        }
        #expect(
            Set(changing) == [
                "mem_target_set", "maxmem_set", "vcpus_set", "pincpu", "sched_credit_set", "configure",
                "device_configure",
            ])
    }

    @Test func `of two that race for a name one may have it, unless it was made free between`() throws {
        let answer = Answer(status: 200, reason: "OK", headers: [], body: [])
        func rename(_ from: String) -> (WireRequest, AskedOperation?) {
            let request = WireRequest.post("/xend/domain/\(from)", [("op", "rename"), ("name", "c")])
            let text =
                "(scenario s (create (vm (name \(from)) (memory 16) (image (linux (kernel /boot/k))))) (request POST /xend/domain/\(from) (form (op rename) (name c))))"
            let scenario = try? ScenarioReader.scenarios(in: Array(text.utf8), file: "s").first
            return (request, scenario.flatMap { AskedOperation($0.steps[1]) })
        }
        let (one, two) = (rename("a"), rename("b"))
        var races = NameRaces([one.1, two.1].compactMap(\.self))
        #expect(races.take(one.0, answer, on: "h", [:]) == nil)
        #expect(races.take(two.0, answer, on: "h", [:])?.contains("c") == true)
        var freed = NameRaces([one.1, two.1, rename("c").1].compactMap(\.self))
        #expect(freed.take(one.0, answer, on: "h", [:]) == nil && freed.take(two.0, answer, on: "h", [:]) == nil)
    }

    @Test func `a trap in a story names its seed`() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            TrapNotice.during("the story of seed 4711") { precondition(CommandLine.argc < 0, "planted") }
        }
        let said = result.map { String(decoding: $0.standardErrorContent, as: UTF8.self) } ?? ""
        #expect(said.contains("the story of seed 4711"))
    }
}
