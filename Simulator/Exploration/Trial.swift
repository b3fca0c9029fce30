import DomainManagement
import ScenarioLanguage
import ScenarioRunner
import SimulatedHypervisor
import Simulation

/// One run of a scenario in which things may go wrong, and what is wrong with it.
struct Trial {
    let scenario: Scenario
    var seed: UInt64
    var order = ExecutionOrder.fifo
    /// Faults of one host besides those of the story, there from the first step on. Each must happen.
    var faults: (rules: [FaultRule], host: String)
    /// Told of what the daemons do, with their host.
    var onDeed: ((String, Deed) -> Void)?

    init(_ scenario: Scenario, faults: [FaultRule] = [], on host: String = "") {
        self.scenario = scenario
        self.faults = (faults, host)
        seed = scenario.setup.seed ?? 0
        if scenario.setup.isShuffled { order = .seeded(seed) }
    }

    /// - Returns: what is wrong, what was seen first first; empty when all is well.
    func violations() -> [Violation] { outcome().violations }

    /// - Returns: that, and what was asked and answered.
    func outcome() -> (violations: [Violation], transcript: String) {
        let target = SimulatedTarget(scenario, seed: seed, order: order)
        if let onDeed { target.onDeed = { host, _, deed in onDeed(host, deed) } }
        let run = ScenarioRun(scenario, target)
        let watch = Watch(run, target)
        target.afterStart = { for rule in faults.rules { Self.add(rule, on: faults.host, to: target) } }
        defer { target.end() }
        do throws(StepFailure) {
            try run.perform()
        } catch {
            return ([Violation(.revival, "\(error)")], run.transcriptText)
        }
        // The end belongs to it: there somebody starts the daemon that a fault has ended last.
        let violations = watch.finish()
        guard target.world.hosts.reduce(0, { $0 + $1.host.faults.struckCount }) == faults.rules.count else {
            return ([Violation(.repeatable, "the point was not passed again")], run.transcriptText)
        }
        return (violations, run.transcriptText)
    }

    /// A fault that outlives what the story heals.
    static func add(_ rule: FaultRule, on host: String, to target: SimulatedTarget) {
        try? target.perform(.fault(rule), on: host)
        let place = rule.pattern.kind == .network ? rule.pattern.name : host
        target.world.host(place)?.host.faults.entrench()
    }
}
