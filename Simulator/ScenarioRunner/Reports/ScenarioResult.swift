import ScenarioLanguage

/// What became of one scenario.
public struct ScenarioResult: Sendable {
    /// How it ended.
    public enum Outcome: Sendable {
        /// Everything held.
        case passed
        /// This did not hold; nothing after it was tried.
        case failed(StepFailure)
        /// The target cannot run it in full; nothing was run.
        case skipped(String)
    }
    /// Of the scenario.
    public var name: String
    /// Where it stands.
    public var place: ScenarioPlace
    /// How it ended.
    public var outcome: Outcome
    /// Performed, the failed one included.
    public var steps = 0
    /// What was asked and answered, normalised.
    public var transcript = ""
    /// What domains did when.
    public var chart = TimeChart()
    /// What the daemons did and why.
    public var chronicle = Chronicle()
    /// Whether it was run in another order than the recorded one.
    public var hasOwnOrder = false
    /// What it has left on a machine that others are to be run on; always empty where each has its own.
    public var leftovers: [String] = []
    /// How long it took in the time of the scenario, and in that of whoever waited for it.
    public var simulatedTime = Duration.zero
    /// That it took to run.
    public var realTime = Duration.zero

    public init(name: String, place: ScenarioPlace, outcome: Outcome) {
        self.name = name
        self.place = place
        self.outcome = outcome
    }

    /// nil: it passed, or was skipped.
    public var failure: StepFailure? {
        if case .failed(let failure) = outcome { return failure }
        return nil
    }
}

/// The step that failed, and why.
public struct StepFailure: Error, Sendable, CustomStringConvertible {
    /// What sort of thing went wrong.
    public enum Kind: Hashable, Sendable {
        /// It was done, and is not as it should be.
        case failed
        /// It has not ended, however long it was waited for.
        case unanswered
        /// It waited for a check that never held.
        case unmet
    }
    /// What sort of thing went wrong.
    public var kind: Kind
    /// Of the step.
    public var place: ScenarioPlace
    /// The step or check as it is written, on one line.
    public var form: String
    /// What was expected and what was seen; one line each.
    public var reasons: [String]

    public init(_ kind: Kind = .failed, place: ScenarioPlace, form: String, reasons: [String]) {
        self.kind = kind
        self.place = place
        self.form = form
        self.reasons = reasons
    }

    public var description: String {
        "\(place.line): \(form)"
            + reasons.map { "\n    " + $0.split(separator: "\n").joined(separator: "\n    ") }.joined()
    }
}

/// Everything that one invocation ran.
public struct RunSummary: Sendable {
    /// In the order in which they were run.
    public var results: [ScenarioResult] = []
    /// Files that could not be read.
    public var refusals: [ScenarioError] = []

    public init() {}

    /// How many passed.
    public var passed: Int { results.count { if case .passed = $0.outcome { true } else { false } } }
    /// How many failed.
    public var failed: Int { results.count { $0.failure != nil } }
    /// How many could not be run here.
    public var skipped: Int { results.count - passed - failed }

    /// 0 passed, 1 failed, 2 could not run: a file was refused, or nothing ran at all.
    public var exitStatus: Int32 {
        if failed > 0 { return 1 }
        return refusals.isEmpty && passed > 0 ? 0 : 2
    }
}
