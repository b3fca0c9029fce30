import DomainLifecycle
import DomainModel
import HostInterface
import HypervisorInterface
import Migration

/// What is asked for, on its one way: prepare, turn, begin, perform, answer.
extension DomainManager {
    /// Does what a client asks for and returns when it is done and recorded.
    ///
    /// - Throws: why it would not be done, and nothing is changed; or why it could not, and it is undone.
    public func submit(
        _ operation: Operation, for requester: Requester
    ) async throws(OperationError) -> OperationResult {
        try await account.tell(operation, of: table.name(meantBy: operation), for: requester) {
            () async throws(OperationError) in
            try await prepareAndSubmit(operation, for: requester)
        }
    }

    // MARK: - Preparing

    private func prepareAndSubmit(
        _ operation: Operation, for requester: Requester
    ) async throws(OperationError) -> OperationResult {
        switch operation {
        case .create(let config):
            for warning in config.warnings { log.warning("create \(config.name): \(warning)") }
            if let loader = config.bootLoader, let refusal = loader.refusal, !settings.runsGrub {
                throw OperationError(.invalid, "Error creating domain: \(refusal)")
            }
            return try await submit(Submission(creating: config, host.random), for: requester)
        case .define(let config): return try await parts.definitions.define(config, for: requester, in: self)
        case .restore(let path, let isPaused):
            return try await parts.restorer.read(path) { reader, saved async throws(OperationError) in
                var arrival = saved
                arrival.isPaused = saved.isPaused || isPaused
                return try await submit(.restoration(arrival, reader), for: requester)
            }
        case .domain(let reference, .save(let path, let afterwards)):
            let target = try await parts.saver.checkTarget(path)
            let session = DepartureSession(savingTo: path)
            let user = "the save of \(try find(reference).title)"
            return try await context.holding(target, at: path, isWritable: true, for: user) {
                () async throws(OperationError) in
                try await submit(
                    .departure(reference, .save(path: path, afterwards: afterwards), session, nil), for: requester)
            }
        case .domain(let reference, .dump(let request)):
            return try await parts.transfers.dump(reference, request, for: requester, in: self)
        case .domain(let reference, .migrate(let request)):
            let route = try parts.sender.route(request)
            if request.live { try await parts.sender.checkLive(try find(reference)) }
            let session = DepartureSession(migratingTo: route, from: host.node.systemName.host)
            return try await submit(.departure(reference, .migrate(request), session, route), for: requester)
        case .domain(let reference, let operation):
            let result = try await parts.definitions.perform(operation, reference, for: requester, in: self)
            if let result { return result }
            return try await submit(.change(reference, operation), for: requester)
        }
    }

    // MARK: - Turn and decision

    /// Lets the table decide in the domain's turn, and does what it decides.
    func submit(
        _ submission: Submission, for requester: Requester
    ) async throws(OperationError) -> OperationResult {
        switch submission {
        case .creation(_, let uuid), .definition(_, let uuid):
            return try await submitNew(submission, uuid, for: requester)
        case .restoration(let arrival, _), .reception(let arrival, _):
            return try await submitNew(submission, arrival.record.uuid, for: requester)
        case .change(let reference, let operation), .departure(let reference, let operation, _, _):
            let uuid = try find(reference).uuid
            if try await meetsTransfer(operation, uuid, for: requester) { return .done }
            let isSuperseding = table.supersedes(operation, on: uuid, at: now)
            if isSuperseding { context.waits.destructionIsDue(uuid) }
            defer { if isSuperseding { context.waits.destructionIsOver(uuid) } }
            return try await inTurn(on: uuid) { () async throws(OperationError) in
                // The reference is looked up again: the domain may have gone while we waited.
                guard try find(reference).uuid == uuid else { throw Refusal.noSuchDomain(reference).operationError }
                await refresh(uuid)
                _ = try find(reference)
                let plan = try begin(submission, on: uuid, for: requester)
                return try await perform(plan, submission, for: requester)
            }
        }
    }

    /// A domain that is not there yet: the table keeps its name and uuid from the decision on.
    private func submitNew(
        _ submission: Submission, _ uuid: DomainUUID, for requester: Requester
    ) async throws(OperationError) -> OperationResult {
        let plan = try begin(submission, on: uuid, for: requester)
        do {
            // At once, unless one with the same uuid has just gone.
            try await turns.take(on: plan.domain, table[plan.domain]?.title)
        } catch {
            _ = table.finish(plan, .undone(reason: error.description))
            throw submission.told(error)
        }
        defer { turns.pass(on: plan.domain) }
        return try await perform(plan, submission, for: requester)
    }

    func find(_ reference: DomainReference) throws(OperationError) -> DomainRecord {
        do { return try table.find(reference) } catch { throw error.operationError }
    }

    /// Before a decision that depends on what the guest does at the moment.
    func refresh(_ uuid: DomainUUID) async {
        guard let id = table[uuid]?.id, table[uuid]?.stage == .live else { return }
        guard let report = try? await machine.hypervisor.domain(id), report.uuid == uuid || id == .zero else { return }
        table.note(.reported(report), of: uuid)
    }

    private func begin(
        _ submission: Submission, on uuid: DomainUUID, for requester: Requester
    ) throws(OperationError) -> Plan {
        parts.calendar.look()
        let plan: Plan
        do {
            plan = try table.begin(submission, on: uuid, at: now, host.random)
        } catch {
            throw submission.told(error)
        }
        if let line = submission.logLine(title: table[plan.domain]?.title ?? "") {
            log.info("\(line) for \(requester)")
        }
        return plan
    }

    // MARK: - Beside a transfer

    /// Applies the table of `TransferAdmission`.
    ///
    /// - Returns: whether the operation has been done at once; else it takes its turn.
    private func meetsTransfer(
        _ operation: DomainOperation, _ uuid: DomainUUID, for requester: Requester
    ) async throws(OperationError) -> Bool {
        guard let task = parts.tasks.current(of: uuid), let record = table[uuid] else { return false }
        switch TransferAdmission.decide(operation, during: task.transferPhase) {
        case .queued: return false
        case .endsTransfer:
            log.notice("\(operation.name) ends \(task.title)")
            _ = await task.cancel()
            return false
        case .refused(let allowed): throw task.refusal(of: operation, on: record, allowed: allowed)
        case .atOnce:
            try await performBeside(operation, record, for: requester)
            return true
        }
    }

    private func performBeside(
        _ operation: DomainOperation, _ record: DomainRecord, for requester: Requester
    ) async throws(OperationError) {
        let plan: Plan
        do {
            plan = try table.begin(beside: operation, on: record.uuid, at: now)
        } catch {
            throw error.operationError
        }
        log.info("\(operation.name) \(record.title) for \(requester)")
        try await parts.performer.performBeside(Performance(plan))
        await parts.handovers.remember(plan.steps.filter(\.isSetting), of: record.uuid)
    }
}
