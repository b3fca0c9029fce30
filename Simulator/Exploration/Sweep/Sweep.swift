import DomainManagement
import HostInterface
import ScenarioLanguage
import SimulatedHost
import SimulatedHypervisor

/// Runs a scenario again and again, each time with one thing going wrong at one of the points that it passes, and looks at what
/// that leaves behind.
///
/// Steps may fail then; but what must hold must hold all the while, the daemon must come back, everything must settle, what it knows
/// and what the machine has must agree, nothing may be left over, and everything must still be possible to destroy.
public struct Sweep: Sendable {
    /// One fault at one passage of one point.
    public struct Case: Sendable, CustomStringConvertible {
        /// The operation that was under way when the point was passed, or else the step.
        public var operation: String
        /// Whose fault plan gets the rule.
        public var host: String
        /// The one fault.
        public var rule: FaultRule

        /// As a step that does the same.
        public var description: String { rule.form(on: host) }
        /// `error`, `kill after`, …
        public var kind: String { rule.action.kind }
    }
    /// What came of a case.
    public struct Outcome: Sendable {
        /// Which fault, where.
        public var sweptCase: Case
        /// What is wrong afterwards; empty when all is well.
        public var violations: [Violation]
    }

    /// That is run again and again.
    public let scenario: Scenario
    /// Points of one run beyond this are not swept: the scenario is too long to be swept.
    public static let caseLimit = 100_000

    public init(_ scenario: Scenario) { self.scenario = scenario }

    // MARK: Running

    /// Runs cases on all cores.
    /// - Parameter each: told of each outcome as it comes; never twice at once.
    public func run(_ cases: [Case], each: (Outcome) -> Void) {
        Parallel.forEach(cases, { run($0) }, each: { each($1) })
    }

    /// Runs the scenario with one fault.
    public func run(_ sweptCase: Case) -> Outcome {
        let trial = Trial(scenario, fault: (sweptCase.rule, sweptCase.host))
        return Outcome(sweptCase: sweptCase, violations: trial.violations())
    }

    /// A scenario file that shows what is wrong with a case, as short as leaving out steps makes it.
    public func file(for outcome: Outcome, named name: String) -> [UInt8] {
        var story = StoryText(scenario)
        story.name = name
        story.setup.insert("(tolerate failures)", at: 0)
        story.steps.insert(outcome.sweptCase.description, at: 0)
        let oracle = outcome.violations.first?.oracle
        let shrunk = story.shrunk { shorter in
            guard let scenario = try? ScenarioReader.scenarios(in: shorter.file(), file: name).first,
                scenario.setup.toleratesFailures
            else { return false }
            return Trial(scenario).violations().first?.oracle == oracle
        }
        return shrunk.file(
            ["Found by xend-scenario sweep \(scenario.place.file). What is wrong:"]
                + outcome.violations.prefix(3).map(\.description))
    }
}
