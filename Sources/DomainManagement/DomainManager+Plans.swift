import DomainLifecycle
import DomainModel
import HostInterface
import SExpressions

/// How carrying out a plan went, for whoever asked.
struct Execution: Sendable {
    var failure: OperationError?
}

/// Why a step failed.
struct StepFailure: Error, Sendable {
    var kind = OperationError.Kind.failed
    var message: String
    /// A device step, or after it: reported without the prefix `Error creating domain: ` (reference/http-api.md §6.5).
    var isLate = false

    init(_ message: String, kind: OperationError.Kind = .failed, isLate: Bool = false) {
        self.message = message
        self.kind = kind
        self.isLate = isLate
    }
}

extension DomainManager {
    /// Performs a plan that was begun, records how it went, and starts what follows.
    func carryOut(_ plan: Plan) async -> Execution {
        let decision = account.note(.decision, of: name(of: plan), plan.summary)
        return await account.because(decision) { await conclude(plan) }
    }

    private func name(of plan: Plan) -> String? { table[plan.domain]?.name.rawValue }

    private func conclude(_ plan: Plan) async -> Execution {
        let name = name(of: plan)
        var execution = Execution()
        var outcome: Outcome
        if plan.isJournaled, let error = await journalBegin(plan) {
            execution.failure = error
            outcome = .undone(reason: error.message)
        } else {
            switch plan.direction {
            case .undoable: (outcome, execution.failure) = await performOrUndo(plan)
            case .forward: (outcome, execution.failure) = await performForward(plan)
            }
        }
        let followUp = table.finish(plan, outcome)
        if plan.isJournaled, !(outcome == .done && endsWithItsRecord(plan)) { await journalEnd(plan, outcome) }
        openEntries[plan.domain] = nil
        rings[plan.domain] = nil
        if let failure = execution.failure { log.error("\(plan.ticket.name): \(failure.message)") }
        let end = account.note(.end, of: name, "\(plan.ticket.name) is \(outcome)", failure: execution.failure?.message)
        account.because(end) {
            follow(followUp, of: plan.domain)
            examineSoon(plan.domain)
        }
        return execution
    }

    // MARK: - All or nothing

    private func performOrUndo(_ plan: Plan) async -> (Outcome, OperationError?) {
        for (index, step) in plan.steps.enumerated() {
            do {
                try await settings.checkpoint?("\(step)")
                try await perform(step, of: plan)
                account.note(.step, of: name(of: plan), "\(step)")
            } catch {
                let failure = failure(error, at: step)
                account.note(.step, of: name(of: plan), "\(step)", failure: failure.message)
                let (undone, held) = await undo(plan.steps[...index], of: plan)
                let outcome = held.isEmpty ? Outcome.undone(reason: failure.message) : .incomplete(held: held)
                return (outcome, operationError(failure, plan, undone: undone, held: held.count))
            }
        }
        return (.done, nil)
    }

    /// Takes back what was done, last first. The step that failed is taken back too: it may have done half.
    ///
    /// - Returns: how many steps were taken back, and what could not be, in words.
    private func undo(_ steps: ArraySlice<Step>, of plan: Plan) async -> (count: Int, held: [String]) {
        var count = 0
        var held: [String] = []
        for step in steps.reversed() {
            guard let undo = step.undo else { continue }
            do {
                try await perform(undo, of: plan)
                account.note(.undo, of: name(of: plan), "\(undo)")
                count += 1
            } catch {
                let message = failure(error, at: undo).message
                account.note(.undo, of: name(of: plan), "\(undo)", failure: message)
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
        var suffix = undone == 0 ? "" : "; \(steps(undone)) undone"
        if held > 0 { suffix += "; \(steps(held)) could not be undone, xend keeps trying" }
        return OperationError(failure.kind, prefix + failure.message + suffix)
    }

    private func steps(_ count: Int) -> String { "\(count) step\(count == 1 ? "" : "s")" }

    // MARK: - Forward

    private func performForward(_ plan: Plan) async -> (Outcome, OperationError?) {
        var held: [String] = []
        for step in plan.steps where held.isEmpty || !step.needsAllReleased {
            do {
                try await settings.checkpoint?("\(step)")
                try await perform(step, of: plan)
                account.note(.step, of: name(of: plan), "\(step)")
            } catch {
                held.append(failure(error, at: step).message)
                account.note(.step, of: name(of: plan), "\(step)", failure: held.last)
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

    private func journalBegin(_ plan: Plan) async -> OperationError? {
        let entry = database.begin(plan, record: table[plan.domain])
        openEntries[plan.domain] = OpenEntries(serial: plan.ticket.serial, entries: [entry])
        do {
            try await database.journal.append([entry])
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
            if outcome.isIncomplete || record.stage == .restarting(.blocked) || plan.isDeparture {
                entries.insert(database.record(record), at: 0)
            }
        } else {
            entries.append(database.forget(plan.domain))
        }
        try? await database.journal.append(entries)
    }

    /// Whether its last deed writes its end down too.
    private func endsWithItsRecord(_ plan: Plan) -> Bool {
        plan.steps.contains(.forget) || isLastDeed(of: plan, where: { $0 == .remember })
    }

    /// Makes the record durable as it will be when the plan is done.
    func remember(_ plan: Plan) async throws(StepFailure) {
        guard let conclusion = table[plan.domain]?.concluding(plan, .done), let record = conclusion.record
        else { return }
        var entries = [database.record(record)]
        if isLastDeed(of: plan, where: { $0 == .remember }) { entries.append(database.end(plan)) }
        do {
            try await database.journal.append(entries)
        } catch {
            throw StepFailure("cannot record \(record.title): \(error)")
        }
        await database.writeFile(record)
    }

    func forget(_ plan: Plan) async throws(StepFailure) {
        guard let record = table[plan.domain] else { return }
        do {
            try await database.journal.append([database.forget(plan.domain), database.end(plan)])
        } catch {
            throw StepFailure("cannot record that \(record.title) is gone: \(error)")
        }
        if let id = record.id { await database.removeFile(of: id) }
    }

    /// Whether only announcements come after the step.
    private func isLastDeed(of plan: Plan, where isStep: (Step) -> Bool) -> Bool {
        guard let place = plan.steps.lastIndex(where: isStep) else { return false }
        return plan.steps[(place + 1)...].allSatisfy { step in
            if case .announce = step { return true }
            return false
        }
    }
}
