import Simulation

/// Runs scenarios in this process.
public enum ScenarioSuite {
    /// How a scenario is run.
    public struct Options: Sendable {
        /// nil: the scenario's own, or 0.
        public var seed: UInt64?
        /// Which of several tasks that are ready goes on is chosen by the seed, instead of first come, first served.
        public var shuffles = false

        public init() {}
    }

    /// Runs one scenario on a machine of its own.
    public static func run(_ scenario: Scenario, options: Options = Options()) -> ScenarioResult {
        let seed = options.seed ?? scenario.setup.seed ?? 0
        if scenario.setup.needs.contains(.xen) {
            return ScenarioResult(name: scenario.name, place: scenario.place, outcome: .skipped("it needs a real Xen"))
        }
        let clock = ContinuousClock()
        let start = clock.now
        let target = SimulatedTarget(scenario, seed: seed, order: options.shuffles ? .seeded(seed) : .fifo)
        let run = ScenarioRun(scenario, target)
        var result = ScenarioResult(name: scenario.name, place: scenario.place, outcome: .passed)
        do throws(StepFailure) {
            try run.perform()
        } catch {
            result.outcome = .failed(error)
        }
        result.simulatedTime = target.now
        run.chart.advance(to: target.now / .seconds(1))
        target.end()
        if result.failure == nil, target.foreignJobs > 0 {
            result.outcome = .failed(
                StepFailure(
                    place: scenario.place, form: "(scenario \(scenario.name) …)",
                    reasons: ["\(target.foreignJobs) jobs came from other threads: this run cannot be repeated"]))
        }
        result.steps = run.stepCount
        result.transcript = run.transcript.text
        result.chart = run.chart
        result.realTime = clock.now - start
        return result
    }
}
