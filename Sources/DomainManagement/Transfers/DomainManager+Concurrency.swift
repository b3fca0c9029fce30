import DomainLifecycle
import DomainModel

/// Operations on a domain that is on its way.
extension DomainManager {
    /// Applies the table of `TransferAdmission`.
    ///
    /// - Returns: whether the operation has been done at once; else it takes its turn.
    func meetsTransfer(_ operation: DomainOperation, _ uuid: DomainUUID) async throws -> Bool {
        guard let task = transfers.current[uuid], let record = table[uuid] else { return false }
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
        let step: Step
        switch operation {
        case .pinCPU(let cpus, let vcpu): step = .pin(cpus, vcpu: vcpu)
        case .setScheduler(let weight, let cap): step = .weigh(weight: weight, cap: cap)
        case .pause, .unpause, .shutdown, .destroy, .setVCPUs, .sysrq, .setMaximumMemory, .setMemoryTarget,
            .createDevice,
            .destroyDevice, .configureDevice, .configure, .rename, .save, .migrate, .resolve:
            return
        }
        let plan = Plan(
            ticket: OperationTicket(serial: 0, name: operation.name), time: now, domain: record.uuid,
            direction: .undoable, isJournaled: false, steps: [step])
        do {
            try await perform(step, of: plan)
        } catch {
            throw OperationError(error.kind, error.message)
        }
    }
}
