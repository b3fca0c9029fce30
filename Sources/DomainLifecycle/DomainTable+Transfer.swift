import DomainModel

/// The rules of saving, restoring and migrating.
extension DomainTable {
    /// Decides about a domain that comes from elsewhere: reserves name and uuid and returns the plan.
    ///
    /// - Parameter now: seconds since 1970.
    public mutating func begin(arrival: Arrival, at now: Double) throws(Refusal) -> Plan {
        guard !isStopping else { throw .stopping }
        var record = arrival.record.arriving()
        if !arrival.record.keepsSettings {
            record.decide([.setMemoryTarget(arrival.memory), .limitMemory(arrival.maximumMemory)])
        }
        guard let config = record.config else { throw .unconfigured(operation: "restore", title: record.title) }
        try drafter(at: now).takePlace(of: self[record.uuid], &record, arrival.source)
        try checkThereIsRoom()
        let (name, from): (String, String) =
            switch arrival.source {
            case .file(let path): ("restore", path)
            case .host(let host): ("receive", host)
            }
        let ticket = newTicket(name)
        record.operation = ticket
        record.lastSerial = ticket.serial
        let devices = try arrival.record.devices.map { device throws(Refusal) in
            try drafter(at: now).fresh(device, for: record)
        }
        put(record)
        let steps = PlanDrafter.arriving(arrival, config, devices: devices, from: from)
        return Plan(
            ticket: ticket, time: now, domain: record.uuid, direction: .undoable, recording: .required, steps: steps)
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
        let draft = try drafter(at: now).draft(operation, &record)
        if let name = draft.promisedName { promise(name, to: uuid) }
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

    /// Records that a guest which had suspended by itself has been let run on.
    public mutating func runsOn(_ uuid: DomainUUID) {
        _ = update(uuid) { record in
            if record.stage == .exited(.suspend) { record.stage = .live }
        }
    }

    /// Records that what is left of a domain here is to be ended: it is another host's, and defined there, or it is in a file.
    /// - Parameter path: of that file, if it goes on from there when it is started.
    public mutating func giveUp(_ uuid: DomainUUID, isSaved: Bool = false, suspendedIn path: String? = nil) {
        _ = update(uuid) { record in
            if !isSaved { record.definition = nil }
            if let path { record.definition?.suspendedIn = path }
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
        // What is elsewhere now is defined there; what is suspended goes on from its file.
        if plan.leavesForHost { definition = nil }
        if plan.ticket.name == OperationRule.suspend.name, case .transfer(.save(let path))? = plan.steps.first {
            definition?.suspendedIn = path
        }
        stage = .ending(then: .forget)
        held = []
        return Conclusion(record: self, followUp: .none)
    }
}
