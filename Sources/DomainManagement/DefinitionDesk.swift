import DomainLifecycle
import DomainModel
import HostInterface
import SExpressions

/// Domains that are kept whether or not they run (manual, decision 16): what has to be seen of the world before the table decides about
/// them, and what is done with them when the machine starts and goes down.
final class DefinitionDesk: ManagerPart {
    let context: ManagerContext
    private let saver: Saver
    private let restorer: Restorer
    /// They are being stopped: none is started by xend meanwhile.
    private var isGoingDown = false

    init(_ context: ManagerContext, saver: Saver, restorer: Restorer) {
        self.context = context
        self.saver = saver
        self.restorer = restorer
    }

    /// Where the memory of those that are suspended is.
    private var directory: String { "\(settings.databaseRoot)/suspended" }

    // MARK: - Operations

    /// Does what needs more than the table's decision.
    /// - Returns: nil: it is nothing of that kind.
    func perform(
        _ operation: DomainOperation, _ reference: DomainReference, for requester: Requester,
        in manager: isolated DomainManager
    ) async throws(OperationError) -> OperationResult? {
        switch operation {
        case .suspend: try await suspend(reference, for: requester, in: manager)
        case .start(let paused): try await start(reference, paused: paused, for: requester, in: manager)
        case .undefine(let dropsMemory):
            try await undefine(reference, dropsMemory: dropsMemory, for: requester, in: manager)
        default: nil
        }
    }

    /// One that is there, by its uuid or name, is kept with that configuration; else a new one.
    func define(
        _ config: DomainConfig, for requester: Requester, in manager: isolated DomainManager
    ) async throws(OperationError) -> OperationResult {
        for warning in config.warnings { log.warning("define \(config.name): \(warning)") }
        if let loader = config.bootLoader, let refusal = loader.refusal, !settings.runsGrub {
            throw OperationError(.invalid, "cannot define \(config.name): \(refusal)")
        }
        let known = config.uuid.flatMap { table[$0] } ?? (try? table.find(DomainReference(config.name.rawValue)))
        guard let known else {
            return try await manager.submit(Submission(defining: config, host.random), for: requester)
        }
        return try await manager.submit(
            .change(DomainReference(known.uuid.description), .define(config)), for: requester)
    }

    /// Builds it, or lets it go on where it was suspended.
    private func start(
        _ reference: DomainReference, paused: Bool, for requester: Requester, in manager: isolated DomainManager
    ) async throws(OperationError) -> OperationResult {
        let record = try manager.find(reference)
        guard record.stage == .defined, let path = record.definition?.suspendedIn else {
            return try await manager.submit(.change(reference, .start(paused: paused)), for: requester)
        }
        _ = try await restorer.read(path) { reader, arrival async throws(OperationError) in
            guard arrival.record.uuid == record.uuid else {
                throw OperationError(.refused, "cannot start \(record.title): \(path) is of another domain")
            }
            var arrival = arrival
            arrival.isPaused = arrival.isPaused || paused
            return try await manager.submit(.restoration(arrival, reader), for: requester)
        }
        await removeMemory(path)
        return .done
    }

    private func suspend(
        _ reference: DomainReference, for requester: Requester, in manager: isolated DomainManager
    ) async throws(OperationError) -> OperationResult {
        let record = try manager.find(reference)
        let path = "\(directory)/\(record.uuid)"
        do {
            try await host.files.makeDirectory(directory)
        } catch {
            throw OperationError(.failed, "cannot suspend \(record.title): \(error)")
        }
        let target = try await saver.checkTarget(path)
        let session = DepartureSession(savingTo: path)
        return try await context.holding(target, at: path, isWritable: true, for: "the suspension of \(record.title)") {
            () async throws(OperationError) in
            try await manager.submit(.departure(reference, .suspend(path: path), session, nil), for: requester)
        }
    }

    private func undefine(
        _ reference: DomainReference, dropsMemory: Bool, for requester: Requester, in manager: isolated DomainManager
    ) async throws(OperationError) -> OperationResult {
        let record = try manager.find(reference)
        let result = try await manager.submit(.change(reference, .undefine(dropsMemory: dropsMemory)), for: requester)
        if record.stage == .defined, let path = record.definition?.suspendedIn { await removeMemory(path) }
        return result
    }

    /// It is of no use to anybody any more.
    private func removeMemory(_ path: String) async {
        do {
            try await context.saveFiles.removeIfPresent(path)
        } catch {
            log.warning("what was suspended stays behind: \(error)")
        }
    }

    // MARK: - With the machine

    /// Starts, one after the other, those that are due since the machine has started. One that cannot be started keeps none of the
    /// others.
    func startDue(in manager: isolated DomainManager) async {
        var due = table.sorted.due[...]
        while !context.isStopped, !isGoingDown, let next = due.popFirst() {
            // Some may have become due meanwhile, which were being dealt with.
            defer { if due.isEmpty { due = table.sorted.due[...] } }
            guard let record = table[next.uuid], record.isDue else { continue }
            let title = record.title
            do throws(OperationError) {
                _ = try await manager.submit(
                    .domain(DomainReference(record.uuid.description), .start(paused: false)), for: .xend)
                announceStart(of: record, nil)
            } catch {
                guard !context.isStopped else { return }
                log.error("\(title) is not started with the machine: \(error.message)")
                table.note(.notStarted(because: error.message), of: record.uuid)
                if let record = table[record.uuid] { try? await database.append([database.record(record)]) }
                announceStart(of: record, error.message)
            }
            let delay = record.config?.autostart.delay ?? 0
            if delay > 0 { try? await host.clock.sleep(for: .seconds(delay)) }
        }
    }

    private func announceStart(of record: DomainRecord, _ failure: String?) {
        let domain: [SExpression] = [.atom(record.name.rawValue), .atom(record.uuid.description)]
        let end: [SExpression] = failure.map { ["error", .atom($0)] } ?? ["ok"]
        events.publish(Event("xend.domain.autostart", .list(domain + end)))
    }

    /// Ends the defined domains as each of them says, those that were started last first, before the machine goes down.
    ///
    /// - Parameter seconds: how long guests that are asked may take.
    /// - Throws: `failed` with those that are still there.
    func stopAll(
        within seconds: Int, for requester: Requester, in manager: isolated DomainManager
    ) async throws(OperationError) {
        isGoingDown = true
        defer { isGoingDown = false }
        log.notice("the defined domains are stopped for \(requester)")
        var failures: [String] = []
        var asked: [DomainUUID] = []
        for record in table.sorted.stopOrder {
            let reference = DomainReference(record.uuid.description)
            let isSuspended = record.config?.autostart.atShutdown == .suspend
            do throws(OperationError) {
                // However it restarts otherwise, it does not now.
                _ = try await manager.submit(
                    .domain(reference, isSuspended ? .suspend(path: nil) : .shutdown(.halt)), for: requester)
                if !isSuspended { asked.append(record.uuid) }
            } catch {
                failures.append(error.message)
            }
        }
        let deadline = host.clock.now + .seconds(seconds)
        while asked.contains(where: { table[$0]?.isOver == false }), host.clock.now < deadline {
            guard (try? await host.clock.sleep(for: .milliseconds(100))) != nil else { break }
        }
        failures += asked.compactMap { table[$0] }.filter { !$0.isOver }.map { "\($0.title) has not shut down" }
        guard failures.isEmpty else { throw OperationError(.failed, failures.joined(separator: "; "), isLate: true) }
    }
}

extension DomainRecord {
    /// Whether no life of it is left.
    fileprivate var isOver: Bool { stage == .defined && operation == nil }
}
