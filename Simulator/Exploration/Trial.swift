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
    /// A fault besides those of the story, there from the first step on, and whether it happened.
    var fault: (rule: FaultRule, host: String)?
    /// Told of what the daemons do, with their host.
    var onDeed: ((String, Deed) -> Void)?

    init(_ scenario: Scenario, fault: (rule: FaultRule, host: String)? = nil) {
        self.scenario = scenario
        self.fault = fault
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
        var plan: FaultPlan?
        target.afterStart = { plan = fault.flatMap { add($0, to: target) } }
        defer { target.end() }
        do throws(StepFailure) {
            try run.perform()
        } catch {
            return ([Violation(.revival, "\(error)")], run.transcriptText)
        }
        if fault != nil, plan?.hasEntrenchedStruck != true {
            return ([Violation(.repeatable, "the point was not passed again")], run.transcriptText)
        }
        return (watch.finish(), run.transcriptText)
    }

    /// A fault that outlives what the story heals.
    private func add(_ fault: (rule: FaultRule, host: String), to target: SimulatedTarget) -> FaultPlan? {
        try? target.perform(.fault(fault.rule), on: fault.host)
        let place = fault.rule.pattern.kind == .network ? fault.rule.pattern.name : fault.host
        let plan = target.world.host(place)?.host.faults
        plan?.entrench()
        return plan
    }
}
