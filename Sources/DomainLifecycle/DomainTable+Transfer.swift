import DomainModel

/// The rules of saving, restoring and migrating.
extension DomainTable {
    /// A plan that ends with the domain elsewhere. Nothing comes after that which could fail and have it taken back: what is left of
    /// the domain here is ended by a plan of its own.
    func departure(_ operation: DomainOperation, _ transfer: Transfer) -> Draft {
        Draft(name: operation.name, recording: .required, steps: [.transfer(transfer)])
    }

    /// Decides about a domain that comes from elsewhere: reserves name and uuid and returns the plan.
    ///
    /// - Parameter now: seconds since 1970.
    public mutating func begin(arrival: Arrival, at now: Double) throws(Refusal) -> Plan {
        guard !isStopping else { throw .stopping }
        var record = DomainRecord(
            uuid: arrival.record.uuid, name: arrival.record.name, config: arrival.record.config, stage: .creating)
        if !arrival.record.keepsSettings {
            record.decide([.setMemoryTarget(arrival.memory), .limitMemory(arrival.maximumMemory)])
        }
        guard let config = record.config else { throw .unconfigured(operation: "restore", title: record.title) }
        try checkNameIsFree(record.name)
        guard records.count < Self.maximumDomains else { throw .tooManyDomains(limit: Self.maximumDomains) }
        if let other = self[record.uuid] {
            throw .invalid("uuid clash: \(other.title) has uuid \(record.uuid) already")
        }
        let (name, from): (String, String) =
            switch arrival.source {
            case .file(let path): ("restore", path)
            case .host(let host): ("receive", host)
            }
        let ticket = newTicket(name)
        record.operation = ticket
        record.lastSerial = ticket.serial
        record.nextIndex = arrival.record.nextIndex
        record.restartTime = arrival.record.restartTime
        let devices = try arrival.record.devices.map { device throws(Refusal) in try fresh(device, for: record) }
        let console: Step =
            if let port = config.consolePort {
                .openConsole(port: port)
            } else {
                .transfer(.openConsole(preferred: arrival.record.console?.port))
            }
        put(record)
        var steps = filling(arrival, of: config, from: from, devices: devices, console: console)
        if name == "restore" { steps += goingOn(isPaused: arrival.isPaused) }
        return Plan(
            ticket: ticket, time: now, domain: record.uuid, direction: .undoable, recording: .required, steps: steps)
    }

    /// The steps from nothing to a paused domain with what it had elsewhere, and its devices.
    private func filling(
        _ arrival: Arrival, of config: DomainConfig, from: String, devices: [DeviceRecord], console: Step
    ) -> [Step] {
        // It comes with what it had, though its limit may be below by now.
        let room = max(arrival.memory, config.maximumMemory)
        var steps: [Step] = [
            .createDomain(id: nil, kind: arrival.kind, vcpus: arrival.vcpus), .limitMemory(room), console,
            .transfer(.fill(from: from)), config.introduction, .joinConsole,
        ]
        steps += config.scheduling
        steps += devices.map(Step.attach)
        if room != config.maximumMemory { steps.append(.limitMemory(config.maximumMemory)) }
        steps.append(.remember)
        return steps
    }

    /// A restored domain runs unless it was saved paused (manual, decision 9): not before it is remembered, lest it change its disks
    /// and be taken back. Nothing is announced that might still be taken back.
    private func goingOn(isPaused: Bool) -> [Step] {
        (isPaused ? [] : [.unpause]) + [.announce(.create)] + (isPaused ? [] : [.announce(.unpause)])
    }

    /// A device as it was, with the same number, before anything of it exists here.
    private func fresh(_ device: DeviceRecord, for record: DomainRecord) throws(Refusal) -> DeviceRecord {
        let reference: DomainReference? =
            switch device.config {
            case .vif(let vif): vif.backend
            case .vbd(let vbd): vbd.backend
            case .pci: nil
            }
        return DeviceRecord(
            type: device.type, idx: device.idx, index: device.index, config: device.config,
            backend: try backend(reference, for: record))
    }

    /// An operator decides about a domain in doubt. The hand-over knows what that means; what is then not this host's is cleared
    /// by the follow-up.
    func resolution(_ operation: DomainOperation, keep: Bool) -> Draft {
        Draft(name: operation.name, steps: [.transfer(.settle(keep: keep))])
    }

    /// Decides about what is done beside the transfer that has the domain: it takes no ticket, and nothing of it is remembered, for
    /// the record is the transfer's.
    ///
    /// - Parameter now: seconds since 1970.
    public mutating func begin(
        beside operation: DomainOperation, on uuid: DomainUUID, at now: Double
    ) throws(Refusal) -> Plan {
        guard !isStopping else { throw .stopping }
        guard var record = records[uuid] else { throw .noSuchDomain(DomainReference(uuid.description)) }
        let draft = try draft(operation, &record, now)
        return Plan(
            ticket: OperationTicket(serial: 0, name: draft.name), time: now, domain: uuid, direction: .undoable,
            recording: .none, steps: draft.steps.filter { $0 != .remember })
    }

    /// Records that it became uncertain whose a domain is.
    public mutating func doubt(_ doubt: Stage.Doubt, about uuid: DomainUUID, held: String) {
        _ = update(uuid) { record in
            record.stage = .inDoubt(doubt)
            record.held = [held]
        }
    }

    /// Records that a domain in doubt is this host's.
    public mutating func settle(_ uuid: DomainUUID) {
        _ = update(uuid) { record in
            guard case .inDoubt = record.stage else { return }
            record.stage = .live
            record.held = []
        }
    }

    /// Records that a domain in doubt is not this host's: what is left of it is to be ended.
    public mutating func giveUp(_ uuid: DomainUUID) {
        _ = update(uuid) { record in
            record.stage = .ending(then: .forget)
            record.held = []
        }
    }
}

extension DomainRecord {
    /// After a departure: what is left here is to be ended. A departure that failed leaves the domain as the transfer
    /// left it.
    mutating func concludingTransfer(_ plan: Plan, _ outcome: Outcome) -> Conclusion {
        guard outcome == .done, plan.isDeparture else { return Conclusion(record: self, followUp: .none) }
        stage = .ending(then: .forget)
        held = []
        return Conclusion(record: self, followUp: .none)
    }
}
