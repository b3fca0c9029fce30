import Exploration
import ScenarioLanguage
import ScenarioRunner

/// How stories are told on simulated machines in this process.
struct SimulatedStories: Sendable {
    /// nil: the scenario's own.
    var seed: UInt64?
    /// So many times, each with a seed that chooses what goes first; nil: once, first come, first served.
    var seeds: Int?
    /// Each is told again, and must unfold in the same way.
    var twice: Bool
    /// For a page that tells what the daemons did and why.
    var keepsChronicle: Bool

    func tell(_ scenario: Scenario) -> ScenarioResult {
        var options = ScenarioSuite.Options()
        options.seed = seed
        options.keepsChronicle = keepsChronicle
        guard let seeds else { return tell(scenario, options) }
        options.shuffles = true
        var last: ScenarioResult?
        for number in 0..<seeds {
            options.seed = (seed ?? 0) + UInt64(number)
            var result = tell(scenario, options)
            if var failure = result.failure {
                failure.reasons.append(
                    "seed \(options.seed ?? 0): run it again with --seeds 1 --seed \(options.seed ?? 0)")
                result.outcome = .failed(failure)
                return result
            }
            last = result
        }
        // Other orders than the recorded one have other transcripts.
        last?.hasOwnOrder = true
        return last ?? tell(scenario, options)
    }

    private func tell(_ scenario: Scenario, _ options: ScenarioSuite.Options) -> ScenarioResult {
        var first = ScenarioSuite.run(scenario, options: options)
        guard twice else { return first }
        first.compare(with: ScenarioSuite.run(scenario, options: options).transcript, from: "the second run")
        return first
    }
}
