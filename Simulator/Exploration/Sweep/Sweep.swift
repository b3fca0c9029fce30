import DomainManagement
import HostInterface
import ScenarioLanguage
import SimulatedHost
import SimulatedHypervisor

/// Runs a scenario again and again, each time with one thing going wrong at one of the points that it passes, and looks at what
/// that leaves behind. Where the thing ends the daemon, a second one may go wrong while the next daemon takes up what it left.
///
/// Steps may fail then; but what must hold must hold all the while, the daemon must come back, everything must settle, what it knows
/// and what the machine has must agree, nothing may be left over, and everything must still be possible to destroy.
public struct Sweep: Sendable {
    /// One fault at one passage of one point, and perhaps the one that was there before it.
    public struct Case: Sendable, CustomStringConvertible {
        /// The operation that was under way when the first fault struck, or else the step.
        public var operation: String
        /// Whose fault plan gets the rules.
        public var host: String
        /// What ended the daemon, if `rule` strikes the one that takes up what it left.
        public var before: FaultRule?
        /// The fault.
        public var rule: FaultRule

        /// All of it, in order.
        public var rules: [FaultRule] { [before, rule].compactMap(\.self) }
        /// As steps that do the same.
        public var steps: [String] { rules.map { $0.form(on: host) } }
        /// The steps in a line.
        public var description: String { steps.joined(separator: " ") }
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
        let trial = Trial(scenario, faults: sweptCase.rules, on: sweptCase.host)
        return Outcome(sweptCase: sweptCase, violations: trial.violations())
    }

    /// A scenario file that shows what is wrong with a case, as short as leaving out steps makes it.
    public func file(for outcome: Outcome, named name: String) -> [UInt8] {
        var story = StoryText(scenario)
        story.name = name
        story.setup.insert("(tolerate failures)", at: 0)
        story.steps.insert(contentsOf: outcome.sweptCase.steps, at: 0)
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
