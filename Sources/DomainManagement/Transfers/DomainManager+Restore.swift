import DomainLifecycle
import DomainModel
import HostInterface
import HypervisorInterface
import Migration
import SExpressions

/// Restoring: the whole file is read and checked, then name, memory and devices, and only then something is created.
/// The file is
/// never changed.
extension DomainManager {
    func restore(path: String, for requester: Requester) async throws(OperationError) -> DomainInformation {
        let reader = try await openSaveFile(path)
        do {
            let information = try await restore(from: reader, for: requester)
            await reader.close()
            return information
        } catch {
            await reader.close()
            throw error
        }
    }

    private func openSaveFile(_ path: String) async throws(OperationError) -> SaveFileReader {
        try Self.checkSavePath(path)
        do {
            return try await SaveFileReader(path: path, files: saveFiles)
        } catch {
            let kind: OperationError.Kind = if case .file = error.reason { .invalid } else { .refused }
            throw OperationError(kind, "cannot restore: \(error)")
        }
    }

    private func restore(
        from reader: SaveFileReader, for requester: Requester
    ) async throws(OperationError) -> DomainInformation {
        let header = reader.header
        guard let saved = DomainRecord(header.record), let config = saved.config else {
            throw OperationError(.refused, "cannot restore: \(reader.path) has no configuration that can be understood")
        }
        let arrival = Arrival(
            source: .file(path: reader.path), record: saved, kind: header.kind, vcpus: config.vcpus,
            memory: header.memory, maximumMemory: header.maximumMemory, isPaused: header.isPaused)
        try await checkResources(for: arrival, "restore")
        let plan: Plan
        do {
            plan = try table.begin(arrival: arrival, at: now)
        } catch {
            throw OperationError(error.operationError.kind, "cannot restore \(saved.title): \(error)")
        }
        log.info("restore \"\(saved.name)\" from \(reader.path) for \(requester)")
        try? await takeTurn(on: plan.domain)
        defer { passTurn(on: plan.domain) }
        let task: TransferTask
        do {
            task = try await beginTask("restore", domain: saved.name.rawValue, id: nil, for: requester)
        } catch {
            _ = table.finish(plan, .undone(reason: error.message))
            throw error
        }
        transfers.current[plan.domain] = task
        let failure = await carryOutRestore(plan, reader, task, saved)
        transfers.current[plan.domain] = nil
        await endTask(task, failure)
        if let failure { throw failure }
        guard let information = await information(of: plan.domain) else {
            throw OperationError(.failed, "\"\(saved.name)\" was restored, but has gone already", isLate: true)
        }
        return information
    }

    /// First the file is read to its end and checked, then taken again, as it is, into the domain.
    private func carryOutRestore(
        _ plan: Plan, _ reader: SaveFileReader, _ task: TransferTask, _ saved: DomainRecord
    ) async -> OperationError? {
        task.enter("verify")
        do {
            _ = try await reader.verify()
            try task.check()
            let image = try await VerifiedImage(of: reader, files: saveFiles)
            transfers.inputs[plan.domain] = TransferInput(input: image, task: task)
            task.enter("copy")
            task.beginCopy(of: reader.header.memory)
            var failure = await carryOut(plan).failure
            if let why = failure?.message {
                let message = "cannot restore \"\(saved.name)\" from \(reader.path): \(why)"
                failure = OperationError(.failed, message, isLate: true)
            }
            transfers.inputs[plan.domain] = nil
            await image.close()
            return failure
        } catch {
            let why = task.isCancelled ? "cancelled" : "\(error)"
            _ = table.finish(plan, .undone(reason: why))
            return OperationError(.refused, "cannot restore \"\(saved.name)\": \(why)")
        }
    }

    /// Whether the machine has what an arriving domain needs: said before anything is created.
    func checkResources(for arrival: Arrival, _ operation: String) async throws(OperationError) {
        let title = "\"\(arrival.record.name)\""
        do {
            let node = try await machine.hypervisor.node()
            guard node.freeMemory >= arrival.memory else {
                throw OperationError(
                    .refused,
                    "cannot \(operation) \(title): not enough memory: \(arrival.memory) wanted, \(node.freeMemory) free"
                )
            }
            for device in arrival.record.devices {
                guard case .vbd(let vbd) = device.config, vbd.backend == nil else { continue }
                guard let missing = await missingDevice(vbd) else { continue }
                throw OperationError(.refused, "cannot \(operation) \(title): \(missing)")
            }
        } catch let error as OperationError {
            throw error
        } catch {
            throw OperationError(.failed, "cannot \(operation) \(title): \(error)")
        }
    }

    /// What of a block device is not there; nil when all is, or when only its script can know.
    private func missingDevice(_ vbd: VBDConfig) async -> String? {
        let path: String
        switch vbd.kind {
        case "phy": path = vbd.physicalNode
        case "file": path = vbd.details
        default: return nil
        }
        let kind = (try? await host.files.information(path))?.kind
        if case .blockDevice = kind, vbd.kind == "phy" { return nil }
        if kind == .file, vbd.kind == "file" { return nil }
        return "its device \(vbd.device) needs \(vbd.uname), and \(path) does not exist here"
    }

    /// The step itself: an empty domain gets its memory.
    func performFill(_ uuid: DomainUUID) async throws(StepFailure) {
        guard let record = table[uuid], let id = record.id, let input = transfers.inputs[uuid] else {
            throw StepFailure("there is nothing to restore from")
        }
        transfers.current[uuid]?.belongs(to: id)
        do {
            let channels = machine.eventChannels
            let storePort = try await channels.allocateUnbound(in: id, remote: .zero)
            let consolePort = try await channels.allocateUnbound(in: id, remote: .zero)
            let restore = DomainRestore(
                kind: record.config?.image.kind ?? .pv, storePort: storePort, consolePort: consolePort)
            let built = try await machine.hypervisor.restore(id, restore, input: input)
            rings[uuid] = DomainRings(storePort: storePort, consolePort: consolePort, built: built)
        } catch {
            let why = error.reason == .callback ? error.text ?? error.description : error.description
            throw StepFailure("its memory cannot be restored: \(why)", isLate: true)
        }
        try passPointOfNoReturn(uuid)
    }

    /// Who was told that the restoration is being cancelled does not get the domain. What comes from a host is decided by both.
    private func passPointOfNoReturn(_ uuid: DomainUUID) throws(StepFailure) {
        guard let task = transfers.current[uuid], task.information.operation == "restore" else { return }
        do {
            try task.passPointOfNoReturn()
        } catch {
            throw StepFailure("\(error)", isLate: true)
        }
    }

    /// The console's port as it was, or another.
    func performOpenConsole(_ preferred: UInt16?, _ record: DomainRecord) async throws(StepFailure) {
        guard let preferred else { return try await openConsole(nil, record) }
        do {
            try await openConsole(preferred, record)
        } catch {
            log.warning("\(record.title): \(error.message); its console gets another port")
            try await openConsole(nil, record)
        }
    }
}

/// Where an image comes from, past the task that counts it.
struct TransferInput: ImageInput {
    let input: any ImageInput
    let task: TransferTask

    func read(_ count: Int) async throws -> [UInt8] {
        let bytes = try await input.read(count)
        try task.moved(bytes.count)
        return bytes
    }

    var canSend: Bool { input.canSend }

    func send(_ limit: Int, to socket: Int32) async throws -> Int? {
        let count = try await input.send(limit, to: socket)
        try task.moved(count ?? 0)
        return count
    }
}
