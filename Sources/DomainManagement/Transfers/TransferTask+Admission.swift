import DomainLifecycle

/// What others who want the domain meanwhile have to know of a transfer.
extension TransferTask {
    /// `task 3, save "web"`
    var title: String {
        let information = information
        return "task \(id), \(information.operation) \"\(information.domain)\""
    }

    var transferPhase: TransferPhase {
        let information = information
        return TransferPhase(
            operation: information.operation, phase: information.phase, isCancellable: information.isCancellable)
    }

    /// - Parameter allowed: names of operations on the wire.
    func refusal(of operation: DomainOperation, on record: DomainRecord, allowed: [String]) -> OperationError {
        let information = information
        return OperationError(
            .refused,
            "cannot \(operation.name) \(record.title): task \(id), \(information.operation), has it "
                + "(\(information.phase), \(information.percent) %); allowed now: \(allowed.joined(separator: ", "))")
    }

    /// What is refused meanwhile, and why, by its name.
    func refusals(on record: DomainRecord) -> [String: String] {
        let phase = transferPhase
        var refusals: [String: String] = [:]
        for (name, operation) in OperationRule.plainest {
            guard case .refused(let allowed) = TransferAdmission.decide(operation, during: phase) else { continue }
            refusals[name] = refusal(of: operation, on: record, allowed: allowed).message
        }
        return refusals
    }
}
