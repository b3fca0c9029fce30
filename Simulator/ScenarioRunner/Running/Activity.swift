import ScenarioLanguage

/// A step that has begun. Whoever drives the scenario asks it to go on whenever something may have happened.
protocol Activity: AnyObject {
    /// When it must be asked again at the latest, since the start of the scenario; nil: when something happens.
    var deadline: Duration? { get }
    /// Goes on as far as it can without time passing.
    /// - Returns: whether it has ended.
    /// - Throws: why it failed, a `StepFailure`.
    func poll() throws(StepFailure) -> Bool
    /// What the scenario waits for here, for the list of what is open; nil: nothing that others should wait for too.
    var openPhrase: String? { get }
    /// The check that it waits for before it does anything; nil: it waits for none.
    var unmet: Check? { get }
}

extension Activity {
    var deadline: Duration? { nil }
    var openPhrase: String? { nil }
    var unmet: Check? { nil }
}

/// A step that is over as soon as it is begun.
final class InstantActivity: Activity {
    func poll() throws(StepFailure) -> Bool { true }
}

/// Steps one after the other, over and over.
final class RepeatActivity: Activity {
    private let run: ScenarioRun
    private let steps: [ScenarioStep]
    private let times: Int
    private var iteration = 1
    private var index = 0
    private var current: (any Activity)?

    init(_ run: ScenarioRun, _ times: Int, _ steps: [ScenarioStep]) {
        self.run = run
        self.steps = steps
        self.times = times
    }

    var deadline: Duration? { current?.deadline }
    var openPhrase: String? { current?.openPhrase }
    var unmet: Check? { current?.unmet }

    func poll() throws(StepFailure) -> Bool {
        while iteration <= times {
            if current == nil {
                run.bindings["n"] = .atom(String(iteration))
                current = try run.begin(steps[index])
            }
            guard let activity = current, try activity.poll() else { return false }
            current = nil
            index += 1
            if index == steps.count {
                index = 0
                iteration += 1
            }
        }
        return true
    }
}

/// Steps that are under way together; a repetition among them is that many at once. It ends when all have, also when one fails.
final class ParallelActivity: Activity {
    private var activities: [any Activity] = []
    private var failure: StepFailure?

    init(_ run: ScenarioRun, _ steps: [ScenarioStep]) throws(StepFailure) {
        for step in steps { try add(step, run) }
    }

    private func add(_ step: ScenarioStep, _ run: ScenarioRun) throws(StepFailure) {
        guard case .repeat(let times, let inner) = step.action else {
            activities.append(try run.begin(step))
            return
        }
        for iteration in 0..<times {
            run.bindings["n"] = .atom(String(iteration + 1))
            for step in inner { try add(step, run) }
        }
    }

    var deadline: Duration? { activities.compactMap(\.deadline).min() }
    var openPhrase: String? { activities.compactMap(\.openPhrase).first }
    /// Where one is not answered, that matters more.
    var unmet: Check? { activities.allSatisfy { $0.unmet != nil } ? activities.first?.unmet : nil }

    func poll() throws(StepFailure) -> Bool {
        activities = activities.filter { activity in
            do throws(StepFailure) {
                return try !activity.poll()
            } catch {
                failure = failure ?? error
                return false
            }
        }
        guard activities.isEmpty else { return false }
        if let failure { throw failure }
        return true
    }
}

/// A step that begins when a check holds.
final class WhenActivity: Activity {
    private let run: ScenarioRun
    private let condition: Check
    private let step: ScenarioStep
    private let host: String?
    private var current: (any Activity)?

    init(_ run: ScenarioRun, _ condition: Check, _ step: ScenarioStep, host: String?) {
        self.run = run
        self.condition = condition
        self.step = step
        self.host = host
    }

    var deadline: Duration? { current?.deadline }
    var openPhrase: String? { current?.openPhrase }
    var unmet: Check? { current == nil ? condition : current?.unmet }

    func poll() throws(StepFailure) -> Bool {
        if current == nil {
            guard run.holds([condition], host: host) else { return false }
            current = try run.begin(step)
        }
        return try current?.poll() ?? true
    }
}

/// Waits until checks hold.
final class WaitActivity: Activity {
    private let run: ScenarioRun
    private let checks: [Check]
    private let step: ScenarioStep
    let deadline: Duration?

    init(_ run: ScenarioRun, _ checks: [Check], within: Duration, _ step: ScenarioStep) {
        self.run = run
        self.checks = checks
        self.step = step
        deadline = run.target.now + within
    }

    func poll() throws(StepFailure) -> Bool {
        if run.holds(checks, host: step.host) {
            // Once more aloud, for the transcript and what names are bound to.
            try run.check(checks, of: step, answer: nil)
            return true
        }
        guard let deadline, run.target.now >= deadline else { return false }
        try run.check(checks, of: step, answer: nil)
        return true
    }
}
