import DomainLifecycle
import DomainModel

/// Operations on a domain that is on its way.
extension DomainManager {
    /// Applies the table of `TransferAdmission`.
    ///
    /// - Returns: whether the operation has been done at once; else it takes its turn.
    func meetsTransfer(_ operation: DomainOperation, _ uuid: DomainUUID) async throws -> Bool {
        guard let record = table[uuid] else { return false }
        guard let task = transfers.current[uuid] else {
            // The word of an operator belongs to a hand-over whose task has ended, or to none, which the table knows.
            guard operation.rule.admission?.inTransfer == .decidesIt else { return false }
            try await performBeside(operation, record)
            return true
        }
        let information = task.information
        let phase = TransferPhase(
            operation: information.operation, phase: information.phase, isCancellable: information.isCancellable)
        switch TransferAdmission.decide(operation, during: phase) {
        case .queued: return false
        case .endsTransfer:
            log.notice("\(operation.name) ends task \(task.id), \(information.operation) \"\(information.domain)\"")
            _ = await task.cancel()
            return false
        case .refused(let allowed):
            throw OperationError(
                .refused,
                "cannot \(operation.name) \(record.title): task \(task.id), \(information.operation), has it "
                    + "(\(information.phase), \(information.percent) %); allowed now: \(allowed.joined(separator: ", "))"
            )
        case .atOnce:
            try await performBeside(operation, record)
            return true
        }
    }

    /// What needs no record and no turn.
    private func performBeside(_ operation: DomainOperation, _ record: DomainRecord) async throws {
        let plan = try table.begin(beside: operation, on: record.uuid, at: now)
        do {
            for step in plan.steps { try await perform(step, of: plan) }
        } catch {
            throw OperationError(error.kind, error.message)
        }
    }
}
