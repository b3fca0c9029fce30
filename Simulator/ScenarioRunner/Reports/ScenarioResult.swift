import ScenarioLanguage

/// What became of one scenario.
public struct ScenarioResult: Sendable {
    public enum Outcome: Sendable {
        case passed
        case failed(StepFailure)
        /// The target cannot run it in full; nothing was run.
        case skipped(String)
    }
    public var name: String
    public var place: ScenarioPlace
    public var outcome: Outcome
    public var steps = 0
    /// What was asked and answered, normalised.
    public var transcript = ""
    public var chart = TimeChart()
    public var chronicle = Chronicle()
    /// Whether it was run in another order than the recorded one.
    public var hasOwnOrder = false
    /// What it has left on a machine that others are to be run on; always empty where each has its own.
    public var leftovers: [String] = []
    /// How long it took in the time of the scenario, and in that of whoever waited for it.
    public var simulatedTime = Duration.zero
    public var realTime = Duration.zero

    public init(name: String, place: ScenarioPlace, outcome: Outcome) {
        self.name = name
        self.place = place
        self.outcome = outcome
    }

    public var failure: StepFailure? {
        if case .failed(let failure) = outcome { return failure }
        return nil
    }
}

/// The step that failed, and why.
public struct StepFailure: Error, Sendable, CustomStringConvertible {
    public enum Kind: Hashable, Sendable {
        /// It was done, and is not as it should be.
        case failed
        /// It has not ended, however long it was waited for.
        case unanswered
        /// It waited for a check that never held.
        case unmet
    }
    public var kind: Kind
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
    public var results: [ScenarioResult] = []
    /// Files that could not be read.
    public var refusals: [ScenarioError] = []

    public init() {}

    public var passed: Int { results.count { if case .passed = $0.outcome { true } else { false } } }
    public var failed: Int { results.count { $0.failure != nil } }
    public var skipped: Int { results.count - passed - failed }

    /// 0 passed, 1 failed, 2 could not run: a file was refused, or nothing ran at all.
    public var exitStatus: Int32 {
        if failed > 0 { return 1 }
        return refusals.isEmpty && passed > 0 ? 0 : 2
    }
}
