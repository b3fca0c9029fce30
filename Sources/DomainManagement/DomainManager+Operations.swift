import DomainLifecycle
import DomainModel
import HostInterface
import HypervisorInterface

extension DomainManager {
    /// Does what a client asks for and returns when it is done and recorded.
    public func perform(
        _ operation: Operation, for requester: Requester
    ) async throws(OperationError) -> OperationResult {
        let request = account.note(.request, of: name(in: operation), "\(operation.title) for \(requester)")
        return try await account.because(request) { () async throws(OperationError) in
            do throws(OperationError) {
                return try await carryOut(operation, for: requester)
            } catch {
                account.note(.refusal, of: name(in: operation), operation.title, failure: error.message)
                throw error
            }
        }
    }

    /// The name of the domain that is meant, however it was called.
    private func name(in operation: Operation) -> String? {
        switch operation {
        case .create(let config): config.name.rawValue
        case .restore: nil
        case .domain(let reference, _): (try? table.find(reference))?.name.rawValue ?? reference.text
        }
    }

    private func carryOut(
        _ operation: Operation, for requester: Requester
    ) async throws(OperationError) -> OperationResult {
        switch operation {
        case .create(let config): return .domain(try await create(config, for: requester))
        case .restore(let path): return .domain(try await restore(path: path, for: requester))
        case .domain(let reference, .save(let path)):
            try await save(reference, to: path, for: requester)
            return .done
        case .domain(let reference, .migrate(let request)):
            return try await migrate(reference, request, for: requester)
        case .domain(let reference, let operation): return try await perform(operation, on: reference, for: requester)
        }
    }

    private func create(
        _ config: DomainConfig, for requester: Requester
    ) async throws(OperationError) -> DomainInformation {
        for field in config.unknownFields {
            log.warning("create \(config.name): unknown field \"\(field)\" is kept and ignored")
        }
        let random = host.random
        let config = config.bound { MACAddress(random: random.bytes(3)) }
        let uuid = config.uuid ?? DomainUUID(random: random.bytes(16))
        let plan: Plan
        do {
            plan = try table.begin(create: config, uuid: uuid, at: now)
        } catch {
            var refused = error.operationError
            if !error.isAboutDevices { refused.message = "Error creating domain: \(refused.message)" }
            throw refused
        }
        log.info("create \"\(config.name)\" for \(requester)")
        // Nobody else can hold a new domain's turn.
        try? await takeTurn(on: uuid)
        defer { passTurn(on: uuid) }
        if let failure = await carryOut(plan).failure { throw failure }
        guard let information = await information(of: uuid) else {
            throw OperationError(.failed, "\"\(config.name)\" was created, but has gone already")
        }
        return information
    }

    private func perform(
        _ operation: DomainOperation, on reference: DomainReference, for requester: Requester
    ) async throws(OperationError) -> OperationResult {
        do {
            let uuid = try table.find(reference).uuid
            if try await meetsTransfer(operation, uuid) { return .done }
            try await takeTurn(on: uuid)
            defer { passTurn(on: uuid) }
            // The reference is looked up again: the domain may have gone while we waited.
            guard try table.find(reference).uuid == uuid else { throw Refusal.noSuchDomain(reference) }
            await refresh(uuid)
            let plan = try table.begin(.operation(bound(operation)), on: uuid, at: now)
            log.info("\(operation.name) \(table[uuid]?.title ?? "") for \(requester)")
            if let failure = await carryOut(plan).failure { throw failure }
            return result(of: operation, plan)
        } catch let error as OperationError {
            throw error
        } catch let refusal as Refusal {
            throw refusal.operationError
        } catch {
            throw OperationError(.failed, "\(error)")
        }
    }

    /// A vif without an address gets one now, so that it keeps it for good.
    private func bound(_ operation: DomainOperation) -> DomainOperation {
        guard case .createDevice(let config) = operation else { return operation }
        return .createDevice(config.bound { MACAddress(random: host.random.bytes(3)) })
    }

    private func result(of operation: DomainOperation, _ plan: Plan) -> OperationResult {
        if case .configureDevice(let config, let index) = operation {
            return deviceResult(DeviceSlot(type: config.type, idx: index), of: plan.domain)
        }
        if case .createDevice = operation {
            for case .attach(let device) in plan.steps { return deviceResult(device.slot, of: plan.domain) }
        }
        return .done
    }

    private func deviceResult(_ slot: DeviceSlot, of domain: DomainUUID) -> OperationResult {
        guard let device = table[domain]?.devices.first(where: { $0.slot == slot }) else { return .done }
        return .device(device)
    }

    /// Before a decision that depends on what the guest does at the moment.
    func refresh(_ uuid: DomainUUID) async {
        guard let id = table[uuid]?.id, table[uuid]?.stage == .live else { return }
        guard let report = try? await machine.hypervisor.domain(id), report.uuid == uuid || id == .zero else { return }
        table.note(.reported(report), of: uuid)
    }

    // MARK: - What xend does by itself

    /// Acts upon a guest that has exited.
    func reap(_ uuid: DomainUUID) async { await chore(.reap, on: uuid) }

    /// Begins and carries out something that nobody asked for; does nothing when it is not due any more.
    func chore(_ beginning: Beginning, on uuid: DomainUUID) async {
        guard (try? await takeTurn(on: uuid)) != nil else { return }
        defer { passTurn(on: uuid) }
        // What was seen may be over: a guest that had suspended for a save may run again.
        if beginning == .reap { await refresh(uuid) }
        guard !isStopped, let plan = try? table.begin(beginning, on: uuid, at: now) else { return }
        _ = await carryOut(plan)
    }

    /// Starts what has to follow a plan.
    func follow(_ followUp: FollowUp, of uuid: DomainUUID) {
        switch followUp {
        case .none: return
        case .rebuild: spawn { await $0.chore(.rebuild, on: uuid) }
        case .clear: spawn { await $0.chore(.clear, on: uuid) }
        case .retry:
            let clock = host.clock
            let interval = settings.retryInterval
            spawn { manager in
                guard (try? await clock.sleep(for: interval)) != nil else { return }
                await manager.retry(uuid)
            }
        }
    }

    private func retry(_ uuid: DomainUUID) async {
        switch table[uuid]?.stage {
        case .ending: await chore(.clear, on: uuid)
        case .restarting(.pending): await chore(.rebuild, on: uuid)
        case .live where table[uuid]?.devices.contains(where: \.isUnwanted) ?? false: await chore(.clear, on: uuid)
        case .creating, .live, .exited, .restarting, .inDoubt, nil: return
        }
    }
}

extension DomainManager {
    /// Where events are posted, and the number of that setting.
    public var notification: (url: String?, setting: Int) { (notificationURL, notificationSettings) }

    /// Remembers where events are posted; nil or "" = nowhere.
    public func setNotificationURL(_ url: String?) async throws(OperationError) {
        do {
            try await database.journal.append([database.notify(url ?? "")])
        } catch {
            throw OperationError(.failed, "cannot record the notification url: \(error)")
        }
        notificationURL = url.flatMap { $0.isEmpty ? nil : $0 }
        notificationSettings += 1
    }
}
