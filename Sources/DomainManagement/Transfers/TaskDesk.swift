import DomainLifecycle
import DomainModel
import HostInterface
import SExpressions

/// The tasks: how people watch and end transfers.
final class TaskDesk: ManagerPart {
    let context: ManagerContext
    private var registry = TaskRegistry()
    /// The transfer of each domain that has one.
    private var current: [DomainUUID: TransferTask] = [:]

    init(_ context: ManagerContext) { self.context = context }

    /// Running and ended ones, by number.
    var all: [TaskInformation] { registry.all }

    /// The transfer that has a domain.
    func current(of domain: DomainUUID) -> TransferTask? { current[domain] }

    /// Why operations on a domain would be refused now, by the rules or by its transfer.
    func refusals(of record: DomainRecord) -> [String: String] {
        let refusals = table.drafter(at: now).refusals(of: record)
        return current[record.uuid].map { refusals.merging($0.refusals(on: record)) { $1 } } ?? refusals
    }

    /// - Throws: `notFound`.
    func task(_ id: Int) throws(OperationError) -> TaskInformation {
        guard let task = registry.information(id) else {
            throw OperationError(.notFound, "no such task: \(id)")
        }
        return task
    }

    /// Ends a transfer before its point of no return. Returns when it has been asked to end, not when it has.
    func cancel(_ id: Int, for requester: Requester) async throws(OperationError) {
        let information = try task(id)
        guard let task = registry.running[id], await task.cancel() else {
            let why = information.outcome == .running ? "it has passed its point of no return" : "it has ended"
            throw OperationError(
                .refused, "cannot cancel task \(id) (\(information.operation) \"\(information.domain)\"): \(why)")
        }
        log.notice("task \(id), \(information.operation) \"\(information.domain)\", is cancelled for \(requester)")
    }

    /// Ends every transfer that is before its point of no return, since the daemon stops.
    func cancelAll() async {
        for (id, task) in registry.running.sorted(by: { $0.key < $1.key }) {
            guard !task.isCancelled, await task.cancel() else { continue }
            let information = task.information
            log.notice("task \(id), \(information.operation) \"\(information.domain)\", is cancelled: xend stops")
        }
    }

    /// A task that begins, in the journal before anything is done.
    func begin(
        _ operation: String, _ record: DomainRecord, for requester: Requester
    ) async throws(OperationError) -> TransferTask {
        let name = record.name.rawValue
        let task = registry.begin(
            operation, domain: name, id: record.id, requester: requester, phase: "prepare", at: now,
            clock: host.clock)
        do {
            try await database.append([JournalEntry(task.information.entry)])
        } catch {
            let failure = OperationError(.failed, "cannot \(operation) \"\(name)\": \(error)", isLate: true)
            await end(task, failure)
            throw failure
        }
        current[record.uuid] = task
        if let history = settings.history {
            let domain = record.uuid
            task.onPassage { history.see(domain, $0) }
        }
        return task
    }

    /// The task has ended, well or with an error.
    func end(_ task: TransferTask, of domain: DomainUUID? = nil, _ failure: OperationError?) async {
        if let domain { current[domain] = nil }
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
        registry.finish(task)
        // Lost, it counts as interrupted after the next start.
        try? await database.append([JournalEntry(task.information.entry)])
    }

    /// A task of an earlier daemon.
    func takeUp(_ information: TaskInformation) { registry.takeUp(information) }
}
