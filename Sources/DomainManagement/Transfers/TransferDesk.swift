import DomainLifecycle
import DomainModel
import HostInterface
import HypervisorInterface
import Migration

/// Does what a save, a restoration or a migration needs around its plan: the task that people watch, and the other end.
struct TransferDesk: ManagerPart {
    let context: ManagerContext
    let tasks: TaskDesk
    let restorer: Restorer
    let receiver: Receiver
    let saver: Saver
    let cores: CoreDumper

    /// Begins the task of a transfer. Without one the plan is over.
    private func openTask(
        _ operation: String, _ plan: Plan, for requester: Requester
    ) async throws(OperationError) -> TransferTask {
        guard let record = table[plan.domain] else { preconditionFailure("a plan that was begun has its domain") }
        do {
            return try await tasks.begin(operation, record, for: requester)
        } catch {
            _ = table.finish(plan, .undone(reason: error.message))
            throw error
        }
    }

    /// Does a save or a migration: begins it, watches it as a task, and ends what is left of the domain here.
    func depart(
        _ plan: Plan, _ operation: DomainOperation, _ session: DepartureSession, _ route: MigrationRoute?,
        for requester: Requester, in manager: isolated DomainManager
    ) async throws(OperationError) -> OperationResult {
        let task = try await openTask(operation.name, plan, for: requester)
        let performance = Performance(plan, task: task, route: route)
        guard let record = table[plan.domain], let id = record.id else {
            preconditionFailure("what departs is here: the table has it, and Xen")
        }
        events.publish(session.event(record, id, task, "begin"))
        var failure = await manager.carryOut(performance)
        failure?.isLate = true
        if failure == nil, plan.isDeparture {
            task.enter("clean-up")
            // A migrated domain is where it was wanted; of a saved one all that is left is a file.
            if let remains = await manager.clear(plan.domain), let path = operation.savePath {
                let text = "\(record.title) is saved in \(path), but still here: \(remains.message)"
                failure = OperationError(.failed, text, isLate: true)
            }
        }
        if failure == nil, case .dump(let request) = operation {
            failure = await end(record, after: request, in: manager)
        }
        let state = failure == nil ? "ok" : "error"
        events.publish(session.event(record, id, task, state, arrived: performance.arrival?.id))
        await tasks.end(task, of: plan.domain, failure)
        if let failure { throw failure }
        guard let route, let arrival = performance.arrival else { return .done }
        return .migrated(host: route.host, port: arrival.httpPort, id: arrival.id)
    }

    /// Writes a core of a domain; to a file of a new name, if nobody has chosen one: then the answer tells it.
    func dump(
        _ reference: DomainReference, _ request: DumpRequest, for requester: Requester,
        in manager: isolated DomainManager
    ) async throws(OperationError) -> OperationResult {
        let record = try manager.find(reference)
        var request = request
        let isNew = request.path.isEmpty
        if isNew {
            do {
                request.path = try await cores.newPath(for: record)
            } catch {
                throw OperationError(.failed, "cannot dump \(record.title): \(error)")
            }
        }
        let target = try await saver.checkTarget(request.path, to: "dump")
        let (asked, session) = (request, DepartureSession(dumpingTo: request.path))
        let user = "the core of \(record.title)"
        let result = try await context.holding(target, at: request.path, isWritable: true, for: user) {
            () async throws(OperationError) in
            try await manager.submit(.departure(reference, .dump(asked), session, nil), for: requester)
        }
        return isNew ? .file(request.path) : result
    }

    /// A domain whose core is written is ended, or begins anew, if that was asked for, in the same turn.
    private func end(
        _ record: DomainRecord, after request: DumpRequest, in manager: isolated DomainManager
    ) async -> OperationError? {
        let mode: DestroyMode
        switch request.afterwards {
        case .goesOn: return nil
        case .ends: mode = .halt
        case .restarts: mode = .reboot
        }
        let why: String
        do {
            let plan = try table.begin(.operation(.destroy(mode)), on: record.uuid, at: now)
            guard let failure = await manager.carryOut(Performance(plan)) else { return nil }
            why = failure.message
        } catch {
            why = error.description
        }
        return OperationError(
            .failed, "the core of \(record.title) is in \(request.path), but it is still here: \(why)", isLate: true)
    }

    /// First the file is read to its end and checked, then taken again, as it is, into the domain.
    func restore(
        _ plan: Plan, _ saved: DomainRecord, from reader: SaveFileReader, for requester: Requester,
        in manager: isolated DomainManager
    ) async throws(OperationError) -> OperationResult {
        let task = try await openTask("restore", plan, for: requester)
        let failure = await fill(plan, saved, from: reader, task, in: manager)
        await tasks.end(task, of: plan.domain, failure)
        if let failure { throw failure }
        guard let information = await manager.information(of: plan.domain) else {
            throw OperationError(.failed, "\"\(saved.name)\" was restored, but has gone already", isLate: true)
        }
        return .domain(information)
    }

    private func fill(
        _ plan: Plan, _ saved: DomainRecord, from reader: SaveFileReader, _ task: TransferTask,
        in manager: isolated DomainManager
    ) async -> OperationError? {
        let image: VerifiedImage
        do {
            image = try await restorer.verify(reader, task)
        } catch {
            let why = task.isCancelled ? "cancelled" : "\(error)"
            _ = table.finish(plan, .undone(reason: why))
            return OperationError(.refused, "cannot restore \"\(saved.name)\": \(why)")
        }
        task.enter("copy")
        task.beginCopy(of: reader.header.memory)
        let input = TransferInput(input: image, task: task)
        let failure = await manager.carryOut(Performance(plan, task: task, input: input))
        await image.close()
        return failure.map { failure in
            let message = "cannot restore \"\(saved.name)\" from \(reader.path): \(failure.message)"
            return OperationError(.failed, message, isLate: true)
        }
    }

    /// Takes a domain in as it comes. Whose it is, is settled afterwards, out of the turn.
    func receive(
        _ plan: Plan, _ arrival: Arrival, _ reception: Reception, for requester: Requester,
        in manager: isolated DomainManager
    ) async throws(OperationError) -> OperationResult {
        let task = try await openTask("receive", plan, for: requester)
        let input: ChannelInput
        do {
            input = try await receiver.accept(reception, arrival, task)
        } catch {
            _ = table.finish(plan, .undone(reason: "\(error)"))
            throw OperationError(.failed, "\(error)")
        }
        let source = TransferInput(input: input, task: task)
        if let failure = await manager.carryOut(Performance(plan, task: task, input: source)) { throw failure }
        if let failure = await input.end() { throw failure }
        return .done
    }
}

extension DomainOperation {
    /// The file that a domain is saved to.
    fileprivate var savePath: String? {
        switch self {
        case .save(let path, _): path
        case .suspend(let path): path
        default: nil
        }
    }
}
