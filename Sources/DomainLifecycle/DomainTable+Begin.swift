import DomainModel

/// What begins: what a client asks for, or what xend itself has to do.
public enum Beginning: Hashable, Sendable {
    /// Somebody asked.
    case operation(DomainOperation)
    /// The guest has exited: act upon it.
    case reap
    /// Build the next life.
    case rebuild
    /// Try again to release what an end left behind.
    case clear
    /// A setting was cut off: the domain has again what its configuration says.
    case restoreSettings
    /// A change of a network interface was cut off: each is again where its configuration says.
    case restoreDevices
}

extension DomainTable {
    /// Decides about a creation: reserves the name and returns the plan.
    ///
    /// - Parameters:
    ///   - config: fully bound.
    ///   - uuid: the new domain's; not in the table.
    ///   - now: seconds since 1970.
    public mutating func begin(
        create config: DomainConfig, uuid: DomainUUID, at now: Double
    ) throws(Refusal) -> Plan {
        var (record, ticket) = try newRecord(of: config, uuid, .creating, for: "create")
        let devices = try drafter(at: now).devices(for: config, of: &record)
        put(record)
        let steps =
            PlanDrafter.building(config, id: nil, devices: devices, console: .openConsole(port: config.consolePort))
            + [.remember, .announce(.create)]
        return Plan(
            ticket: ticket, time: now, domain: uuid, direction: .undoable, recording: .required, steps: steps)
    }

    /// The same about a domain that is to be kept and is not there yet.
    public mutating func begin(
        define config: DomainConfig, uuid: DomainUUID, at now: Double
    ) throws(Refusal) -> Plan {
        let (record, ticket) = try newRecord(of: config, uuid, .defined, for: "define")
        put(record)
        return Plan(
            ticket: ticket, time: now, domain: uuid, direction: .undoable, recording: .required,
            steps: [.define(config), .remember, .announce(.define)])
    }

    private mutating func newRecord(
        of config: DomainConfig, _ uuid: DomainUUID, _ stage: Stage, for operation: String
    ) throws(Refusal) -> (DomainRecord, OperationTicket) {
        guard !isStopping else { throw .stopping }
        try checkNameIsFree(config.name)
        try checkThereIsRoom()
        guard !records.contains(uuid) else { throw .invalid("uuid clash: \(uuid)") }
        let ticket = newTicket(operation)
        var record = DomainRecord(uuid: uuid, name: config.name, config: config, stage: stage)
        (record.operation, record.lastSerial) = (ticket, ticket.serial)
        return (record, ticket)
    }

    /// Has fewer domains than there might be, as each needs a few of the files that the process may have open.
    public mutating func limit(toDomains domains: Int, ofDescriptors descriptors: Int) {
        contents.descriptorLimit = (domains, descriptors)
    }

    func checkThereIsRoom() throws(Refusal) {
        guard records.count < Self.maximumDomains else { throw .tooManyDomains(limit: Self.maximumDomains) }
        guard let (domains, descriptors) = contents.descriptorLimit else { return }
        guard contents.managedCount < domains else {
            throw .tooFewDescriptors(descriptors, domains: domains)
        }
    }

    /// Decides about anything else that is done to a domain, which must not have an operation in progress.
    ///
    /// - Parameter now: seconds since 1970.
    public mutating func begin(
        _ beginning: Beginning, on uuid: DomainUUID, at now: Double
    ) throws(Refusal) -> Plan {
        guard var record = records[uuid] else { throw .noSuchDomain(DomainReference(uuid.description)) }
        precondition(record.operation == nil, "one operation at a time on a domain")
        if case .operation = beginning, isStopping { throw .stopping }
        let draft = try drafter(at: now).draft(beginning, &record)
        if let name = draft.promisedName { promise(name, to: uuid) }
        let ticket = newTicket(draft.name)
        record.operation = ticket
        record.lastSerial = ticket.serial
        put(record)
        return Plan(
            ticket: ticket, time: now, domain: uuid, direction: draft.direction, recording: draft.recording,
            steps: draft.steps, reason: draft.reason)
    }

    /// The rules of what steps a plan has, as things stand. They change nothing but the record they are given.
    public func drafter(at now: Double) -> PlanDrafter { PlanDrafter(table: self, now: now) }

    /// Whether an operation keeps waiting nothing that is done to the domain: what is to end it supersedes what hangs, if it is allowed.
    public func supersedes(_ operation: DomainOperation, on uuid: DomainUUID, at now: Double) -> Bool {
        guard case .destroy = operation, !isStopping, var record = records[uuid] else { return false }
        return (try? drafter(at: now).draft(operation, &record)) != nil
    }
}
