import DomainLifecycle
import DomainModel
import HostInterface
import HypervisorInterface
import Migration
import SExpressions

/// Saving: the domain suspends, its image is written beside the target and put in place, and what is left of it is
/// ended. Until
/// the file is in place every failure leaves the domain running and no file.
extension DomainManager {
    func save(
        _ reference: DomainReference, to path: String, for requester: Requester
    ) async throws(OperationError) {
        try await checkTarget(path)
        let session = Session(kind: "save", topic: "xend.domain.save") { id, _ in
            [.element("domain", id), .element("file", path)]
        }
        try await depart(reference, .save(path: path), session, for: requester)
    }

    /// The daemon's own directory is of no meaning to those who save and restore.
    static func checkSavePath(_ path: String) throws(OperationError) {
        guard path.hasPrefix("/"), !path.hasSuffix("/") else {
            throw OperationError(.invalid, "invalid file: \"\(path)\" (allowed: an absolute path on the host of xend)")
        }
    }

    private func checkTarget(_ path: String) async throws(OperationError) {
        try Self.checkSavePath(path)
        do {
            let files = saveFiles
            let directory = files.directory(of: path)
            guard try await files.information(directory)?.kind == .directory else {
                throw OperationError(.invalid, "cannot save to \(path): there is no directory \(directory)")
            }
            if let information = try await files.information(path), information.kind != .file {
                throw OperationError(.invalid, "cannot save to \(path): something other than a file stands there")
            }
        } catch let error as OperationError {
            throw error
        } catch {
            throw OperationError(.failed, "cannot save to \(path): \(error)")
        }
    }

    /// Does a save or a migration: begins it, watches it as a task, and ends what is left of the domain here.
    func depart(
        _ reference: DomainReference, _ operation: DomainOperation, _ session: Session, for requester: Requester
    ) async throws(OperationError) {
        do {
            let uuid = try table.find(reference).uuid
            _ = try await meetsTransfer(operation, uuid)
            try await takeTurn(on: uuid)
            defer { passTurn(on: uuid) }
            guard try table.find(reference).uuid == uuid else { throw Refusal.noSuchDomain(reference) }
            await refresh(uuid)
            let plan = try table.begin(.operation(operation), on: uuid, at: now)
            guard let record = table[uuid], let id = record.id else { throw Refusal.noSuchDomain(reference) }
            log.info("\(operation.name) \(record.title) for \(requester)")
            let task: TransferTask
            do {
                task = try await beginTask(
                    operation.name, domain: record.name.rawValue, id: id, for: requester)
            } catch {
                _ = table.finish(plan, .undone(reason: error.message))
                throw error
            }
            transfers.current[uuid] = task
            if case .migrate(let request) = operation, let (host, port) = try? destination(request.destination) {
                transfers.requests[uuid] = (request, host, port)
            }
            events.publish(session.event(record, id, task, "begin"))
            var failure = await carryOut(plan).failure
            failure?.isLate = true
            if failure == nil, let remains = await endRemains(of: uuid, task), case .save(let path) = operation {
                // A migrated domain is where it was wanted; of a saved one all that is left is a file.
                let text = "\(record.title) is saved in \(path), but still here: \(remains.message)"
                failure = OperationError(.failed, text, isLate: true)
            }
            transfers.current[uuid] = nil
            transfers.requests[uuid] = nil
            let state = failure == nil ? "ok" : "error"
            events.publish(session.event(record, id, task, state, arrived: transfers.arrivals[uuid]?.id))
            await endTask(task, failure)
            if let failure { throw failure }
        } catch let error as OperationError {
            throw error
        } catch let refusal as Refusal {
            throw refusal.operationError
        } catch {
            throw OperationError(.failed, "\(error)", isLate: true)
        }
    }

    /// The domain is elsewhere: its devices, console and memory here are released. What cannot be yet is tried again.
    /// - Returns: what is not released yet.
    @discardableResult
    func endRemains(of uuid: DomainUUID, _ task: TransferTask?) async -> OperationError? {
        task?.enter("clean-up")
        guard let plan = try? table.begin(.clear, on: uuid, at: now) else { return nil }
        return await carryOut(plan).failure
    }

    /// The step itself.
    func performSave(_ path: String, _ uuid: DomainUUID) async throws(StepFailure) {
        guard let record = table[uuid], let id = record.id, let task = transfers.current[uuid] else {
            throw StepFailure("there is nothing to save")
        }
        let isPaused = table.reports[uuid]?.isPaused ?? false
        do {
            let header = try await saveHeader(record, isPaused: isPaused)
            // Before anything stands beside the target, so that the next daemon knows where to look for it.
            let entry = database.saving(uuid, path, header)
            openEntries[uuid]?.entries.append(entry)
            try await database.journal.append([entry])
            let writer = try await openWriter(path, header)
            do {
                try await writer.begin()
                task.beginCopy(of: header.memory)
                try await machine.hypervisor.save(
                    id, live: false, output: SaveOutput(writer: writer, task: task),
                    observer: GuestSuspender(manager: self, domain: uuid, task: task, wasPaused: isPaused))
                task.enter("commit")
                try task.passPointOfNoReturn()
                try await writer.commit()
            } catch {
                // The domain first: a disk that hangs may take long to say so.
                await letRunOn(uuid, paused: isPaused)
                await abandon(writer)
                throw error
            }
        } catch {
            throw transferFailure("save", record, error, task, to: path)
        }
    }

    /// The files of the host, for save files.
    var saveFiles: PatientFiles {
        PatientFiles(
            files: host.files,
            patience: Patience(limit: settings.diskTimeout, clock: host.clock, tasks: host.tasks))
    }

    private func openWriter(_ path: String, _ header: SaveFileHeader) async throws -> SaveFileWriter {
        do {
            return try await SaveFileWriter(path: path, header: header, files: saveFiles)
        } catch {
            // It may still come into being, when nobody waits for it any more.
            if case .file(let error) = error.reason, error.isUnanswered { await noteLeftover(path, error) }
            throw error
        }
    }

    private func abandon(_ writer: SaveFileWriter) async {
        do {
            try await writer.abandon()
        } catch {
            await noteLeftover(writer.path, error)
        }
    }

    /// An error in the middle of a transfer, with what was being done, where, and why.
    func transferFailure(
        _ operation: String, _ record: DomainRecord, _ error: any Error, _ task: TransferTask, to place: String
    ) -> StepFailure {
        let why: String
        switch error {
        case let failure as StepFailure: why = failure.message
        case let error as HypervisorError where error.reason == .callback: why = error.text ?? error.description
        default: why = "\(error)"
        }
        let reason = task.isCancelled ? "cancelled" : why
        return StepFailure(
            "cannot \(operation) \(record.title) to \(place): \(reason) (phase \(task.phase))", isLate: true)
    }

    func saveHeader(_ record: DomainRecord, isPaused: Bool) async throws -> SaveFileHeader {
        let node = try await machine.hypervisor.node()
        let report = table.reports[record.uuid]
        var kept = record
        kept.operation = nil
        let memory = report?.memory ?? record.config?.memory ?? .zero
        return SaveFileHeader(
            id: hexadecimalIdentifier(), time: now, host: host.node.systemName.host,
            xenVersion: "\(node.major).\(node.minor)\(node.extra)",
            kind: record.config?.image.kind ?? report?.kind ?? .pv, memory: memory,
            maximumMemory: report?.maximumMemory ?? record.config?.maximumMemory ?? memory, isPaused: isPaused,
            record: kept.expression)
    }
}

/// The words with which a save or a migration is told of.
struct Session: Sendable {
    /// `save`, `migrate`.
    var kind: String
    var topic: String
    /// Of the domain's id here, and the one it has got elsewhere.
    var fields: @Sendable (DomainID, _ arrived: DomainID?) -> [SExpression]

    /// `(NAME ID begin|ok|error (save (id X) (state S) (domain ID) (file F)))`
    func event(
        _ record: DomainRecord, _ id: DomainID, _ task: TransferTask, _ state: String, arrived: DomainID? = nil
    ) -> Event {
        let session: SExpression = .element(
            kind, [.element("id", task.id), .element("state", state)] + fields(id, arrived))
        return Event(topic, .list([.atom(record.name.rawValue), .atom(id.description), .atom(state), session]))
    }
}

/// Where an image goes, past the task that counts it.
struct SaveOutput: ImageOutput {
    let writer: SaveFileWriter
    let task: TransferTask

    func write(_ bytes: [UInt8]) async throws {
        try task.moved(bytes.count)
        try await writer.write(bytes)
    }
}

/// Suspends the guest when the hypervisor asks for it.
struct GuestSuspender: SaveObserver {
    let manager: DomainManager
    let domain: DomainUUID
    let task: TransferTask
    let wasPaused: Bool

    func suspend() async throws {
        task.enter("suspend")
        try await manager.suspendGuest(domain, wasPaused: wasPaused, task: task)
        task.enter("copy")
    }

    func round(_ progress: SaveProgress) async -> Bool {
        task.round(progress)
        return false
    }
}
