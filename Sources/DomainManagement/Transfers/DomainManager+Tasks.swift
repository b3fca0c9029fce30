import DomainLifecycle
import DomainModel
import HostInterface
import SExpressions

/// Tasks: how people watch and end transfers.
extension DomainManager {
    /// Running and ended ones, by number.
    public func tasks() -> [TaskInformation] { transfers.tasks.all }

    public func task(_ id: Int) throws(OperationError) -> TaskInformation {
        guard let task = transfers.tasks.information(id) else {
            throw OperationError(.notFound, "no such task: \(id)")
        }
        return task
    }

    /// Ends a transfer before its point of no return. Returns when it has been asked to end, not when it has.
    public func cancelTask(_ id: Int, for requester: Requester) async throws(OperationError) {
        let information = try task(id)
        guard let task = transfers.tasks.running[id], await task.cancel() else {
            let why = information.outcome == .running ? "it has passed its point of no return" : "it has ended"
            throw OperationError(
                .refused, "cannot cancel task \(id) (\(information.operation) \"\(information.domain)\"): \(why)")
        }
        log.notice("task \(id), \(information.operation) \"\(information.domain)\", is cancelled for \(requester)")
    }

    /// A task that begins, in the journal before anything is done.
    func beginTask(
        _ operation: String, domain: String, id: DomainID?, for requester: Requester
    ) async throws(OperationError) -> TransferTask {
        let task = transfers.tasks.begin(
            operation, domain: domain, id: id, requester: requester, phase: "prepare", at: now, clock: host.clock)
        do {
            try await database.journal.append([task.information.entry])
        } catch {
            let failure = OperationError(.failed, "cannot \(operation) \"\(domain)\": \(error)", isLate: true)
            await endTask(task, failure)
            throw failure
        }
        return task
    }

    /// The task has ended, well or with an error.
    func endTask(_ task: TransferTask, _ failure: OperationError?) async {
        let information = task.information
        let outcome: TaskInformation.Outcome =
            if let failure {
                task.isCancelled ? .cancelled : .failed(failure.message)
            } else {
                .done
            }
        let word = failure == nil ? "done" : task.isCancelled ? "cancelled" : "failed"
        account.note(
            .end, of: information.domain,
            "task \(task.id), \(information.operation), \(word) in phase \(information.phase)",
            failure: failure?.message)
        task.end(outcome, at: now)
        transfers.tasks.finish(task)
        // Lost, it counts as interrupted after the next start.
        try? await database.journal.append([task.information.entry])
    }
}
