import DomainLifecycle
import DomainModel
import HostInterface

/// Performs plans: notes them in the journal, takes their steps in order, takes back what was done when one fails, and tells the
/// table how it went.
final class PlanPerformer: ManagerPart {
    let context: ManagerContext
    private let steps: StepPerformer
    /// Those that the journal knows: by their serial numbers, in which order they stand there.
    private var open: [UInt64: Performance] = [:]

    init(_ context: ManagerContext, steps: StepPerformer) {
        self.context = context
        self.steps = steps
    }

    /// What a journal that is written anew has to say of the plans under way.
    var openEntries: [JournalEntry] { open.sorted { $0.key < $1.key }.flatMap(\.value.entries) }

    /// Performs a plan that was begun and records how it went.
    func perform(_ performance: Performance) async -> Execution {
        let plan = performance.plan
        let decision = account.note(.decision, of: name(of: plan), plan.summary)
        return await account.because(decision) { await conclude(performance) }
    }

    /// Takes the steps of what is done beside a plan that has the domain: nothing is recorded.
    func performBeside(_ performance: Performance) async throws(OperationError) {
        do {
            for step in performance.plan.steps { try await steps.take(step, of: performance) }
        } catch {
            throw OperationError(error.kind, error.message)
        }
    }

    private func name(of plan: Plan) -> String? { table[plan.domain]?.name.rawValue }

    private func conclude(_ performance: Performance) async -> Execution {
        let plan = performance.plan
        let name = name(of: plan)
        let (outcome, failure) = await takeSteps(of: performance)
        let followUp = table.finish(plan, outcome)
        if plan.isJournaled, !(outcome == .done && endsWithItsRecord(plan)) { await journalEnd(plan, outcome) }
        open[plan.ticket.serial] = nil
        if let failure { log.error("\(plan.ticket.name): \(failure.message)") }
        let end = account.note(.end, of: name, "\(plan.ticket.name) is \(outcome)", failure: failure?.message)
        return Execution(failure: failure, followUp: followUp, end: end)
    }

    private func takeSteps(of performance: Performance) async -> (Outcome, OperationError?) {
        if performance.plan.isJournaled, let error = await journalBegin(performance) {
            return (.undone(reason: error.message), error)
        }
        switch performance.plan.direction {
        case .undoable: return await takeAllOrNone(performance)
        case .forward: return await takeForward(performance)
        }
    }

    // MARK: - All or nothing

    private func takeAllOrNone(_ performance: Performance) async -> (Outcome, OperationError?) {
        let plan = performance.plan
        for (index, step) in plan.steps.enumerated() {
            do {
                try await settings.checkpoint?({ "\(step)" })
                try await steps.take(step, of: performance)
                account.note(.step, of: name(of: plan), step)
            } catch {
                let failure = failure(error, at: step)
                account.note(.step, of: name(of: plan), step, failure: failure.message)
                let done = step.isAllOrNothing ? plan.steps[..<index] : plan.steps[...index]
                let (undone, held) = await takeBack(done, of: performance)
                let outcome = held.isEmpty ? Outcome.undone(reason: failure.message) : .incomplete(held: held)
                return (outcome, operationError(failure, plan, undone: undone, held: held.count))
            }
        }
        return (.done, nil)
    }

    /// Takes back what was done, last first. The step that failed is taken back too: it may have done half.
    ///
    /// - Returns: how many steps were taken back, and what could not be, in words.
    private func takeBack(
        _ done: ArraySlice<Step>, of performance: Performance
    ) async -> (count: Int, held: [String]) {
        let plan = performance.plan
        var count = 0
        var held: [String] = []
        for step in done.reversed() {
            guard let undo = step.undo else { continue }
            do {
                try await steps.take(undo, of: performance)
                account.note(.undo, of: name(of: plan), undo)
                count += 1
            } catch {
                let message = failure(error, at: undo).message
                account.note(.undo, of: name(of: plan), undo, failure: message)
                log.error("\(plan.ticket.name): cannot undo \"\(step)\": \(message)")
                held.append(message)
            }
        }
        return (count, held)
    }

    private func operationError(
        _ failure: StepFailure, _ plan: Plan, undone: Int, held: Int
    ) -> OperationError {
        let isCreation = plan.ticket.name == "create"
        let prefix = isCreation && !failure.isLate ? "Error creating domain: " : ""
        var suffix = undone == 0 ? "" : "; \(counted(undone)) undone"
        if held > 0 { suffix += "; \(counted(held)) could not be undone, xend keeps trying" }
        return OperationError(failure.kind, prefix + failure.message + suffix)
    }

    private func counted(_ count: Int) -> String { "\(count) step\(count == 1 ? "" : "s")" }

    // MARK: - Forward

    private func takeForward(_ performance: Performance) async -> (Outcome, OperationError?) {
        let plan = performance.plan
        var held: [String] = []
        for step in plan.steps where held.isEmpty || !step.needsAllReleased {
            do {
                try await settings.checkpoint?({ "\(step)" })
                try await steps.take(step, of: performance)
                account.note(.step, of: name(of: plan), step)
            } catch {
                held.append(failure(error, at: step).message)
                account.note(.step, of: name(of: plan), step, failure: held.last)
            }
        }
        guard !held.isEmpty else { return (.done, nil) }
        let outcome = Outcome.incomplete(held: held)
        let what = "cannot \(plan.ticket.name) \(table[plan.domain]?.title ?? "")"
        let why = held.joined(separator: "; ")
        let followUp = table[plan.domain]?.concluding(plan, outcome).followUp ?? FollowUp.none
        let isRetried = followUp != FollowUp.none
        return (
            outcome, OperationError(.failed, isRetried ? "\(what) yet: \(why); xend keeps trying" : "\(what): \(why)")
        )
    }

    private func failure(_ error: any Error, at step: Step) -> StepFailure {
        (error as? StepFailure) ?? StepFailure("\(step): \(error)")
    }

    // MARK: - Journal

    private func journalBegin(_ performance: Performance) async -> OperationError? {
        let plan = performance.plan
        let entry = database.begin(plan, record: table[plan.domain])
        performance.entries = [entry]
        open[plan.ticket.serial] = performance
        do {
            try await database.append([entry], of: plan)
            return nil
        } catch {
            return OperationError(.failed, "cannot begin \(plan.ticket.name): \(error)")
        }
    }

    /// Lost, the operation is taken back or finished once more at the next start, which does no harm.
    private func journalEnd(_ plan: Plan, _ outcome: Outcome) async {
        var entries = [database.end(plan)]
        if let record = table[plan.domain], !record.isForeign {
            // What is still held is tried again by the next daemon too, what was given up is left alone, and what is elsewhere is not
            // taken for a guest that suspended by itself.
            if outcome.isIncomplete || record.stage == .restarting(.blocked) || plan.isDeparture
                || record.stage == .defined
            {
                entries.insert(database.record(record), at: 0)
            }
        } else {
            entries.append(database.forget(plan.domain))
        }
        try? await database.append(entries, of: plan)
    }

    /// Whether its last deed writes its end down too.
    private func endsWithItsRecord(_ plan: Plan) -> Bool {
        plan.endsWithRemembering || plan.steps.contains { if case .forget = $0 { true } else { false } }
    }
}
