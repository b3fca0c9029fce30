import ScenarioLanguage
import Simulation

/// Runs scenarios in this process.
public enum ScenarioSuite {
    /// How a scenario is run.
    public struct Options: Sendable {
        /// nil: the scenario's own, or 0.
        public var seed: UInt64?
        /// Which of several tasks that are ready goes on is chosen by the seed, instead of first come, first served.
        public var shuffles = false
        /// Whether the result tells what the daemons did and why.
        public var keepsChronicle = false
        /// Who looks at runs in which steps may fail.
        private(set) var watch: @Sendable (ScenarioRun, SimulatedTarget) -> any RunWatch

        /// - Parameter watch: called for such a run before it begins.
        package init(watch: @escaping @Sendable (ScenarioRun, SimulatedTarget) -> any RunWatch) { self.watch = watch }
    }

    /// Runs one scenario on a machine of its own.
    public static func run(_ scenario: Scenario, options: Options) -> ScenarioResult {
        if scenario.setup.needs.contains(.xen) {
            return ScenarioResult(name: scenario.name, place: scenario.place, outcome: .skipped("it needs a real Xen"))
        }
        let seed = options.seed ?? scenario.setup.seed ?? 0
        let target = SimulatedTarget(
            scenario, seed: seed, order: options.shuffles || scenario.setup.isShuffled ? .seeded(seed) : .fifo)
        return run(scenario, on: target, keepsChronicle: options.keepsChronicle) { run in
            scenario.setup.toleratesFailures ? options.watch(run, target) : nil
        }
    }

    /// Runs one scenario against a daemon that is running, if that can run it in full.
    public static func run(_ scenario: Scenario, at address: RemoteAddress) -> ScenarioResult {
        let target = RemoteTarget(scenario, address)
        if let obstacle = target.obstacle() {
            return ScenarioResult(name: scenario.name, place: scenario.place, outcome: .skipped(obstacle))
        }
        return run(scenario, on: target)
    }

    static func run(
        _ scenario: Scenario, on target: any ScenarioTarget, keepsChronicle: Bool = false,
        watch beginWatch: (ScenarioRun) -> (any RunWatch)? = { _ in nil }
    ) -> ScenarioResult {
        let clock = ContinuousClock()
        let start = clock.now
        let run = ScenarioRun(scenario, target)
        if keepsChronicle || scenario.setup.toleratesFailures { run.keepChronicle() }
        var result = ScenarioResult(name: scenario.name, place: scenario.place, outcome: .passed)
        let watch = beginWatch(run)
        do throws(StepFailure) {
            try run.perform()
            if let violations = watch?.violated(), !violations.isEmpty {
                throw StepFailure(
                    place: scenario.place, form: "(scenario \(scenario.name) …)",
                    reasons: Array(violations.prefix(5)))
            }
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
        result.chronicle = run.chronicle
        result.realTime = clock.now - start
        return result
    }
}
