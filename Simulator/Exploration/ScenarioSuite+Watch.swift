import ScenarioLanguage
import ScenarioRunner

// A scenario may say that its steps fail, `(tolerate failures)`; the oracles of exploration then look at what must hold.

extension ScenarioSuite.Options {
    /// As the scenario itself says, first come first served, without a chronicle.
    public init() { self.init { Watch($0, $1) } }
}

extension ScenarioSuite {
    /// Runs one scenario on a machine of its own, as it says itself.
    public static func run(_ scenario: Scenario) -> ScenarioResult { run(scenario, options: Options()) }
}
