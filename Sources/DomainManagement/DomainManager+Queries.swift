import DomainLifecycle
import DomainModel
import HostInterface
import HypervisorInterface

/// Questions: they copy the table and never wait for an operation.
extension DomainManager {
    /// A machine that does not answer within this time does not keep a question: what was known last is told.
    private static let patience = Duration.seconds(1)

    /// Every domain, as the machine sees it now.
    public func domains() async -> [ListedDomain] {
        await refreshAll()
        return knownDomains()
    }

    /// Returns when the manager has had time for it: what is stuck never does.
    public func answer() {}

    /// The domains as they are known at this moment: the machine is not asked.
    public func knownDomains() -> [ListedDomain] {
        parts.calendar.look()
        return table.listed(console: parts.consoles.information(of:), now: now)
    }

    /// Those that are defined and do not run, by name.
    public func definedDomains(_ one: DomainReference?) -> [DefinedDomain] { DefinedDomain.all(one, in: table) }

    /// The names of all domains, by id. They are xend's to give: the machine is not asked.
    public func domainNames() -> [String] { table.names }

    /// One domain, as the machine sees it now.
    /// - Throws: `notFound`.
    public func domain(_ reference: DomainReference) async throws(OperationError) -> DomainInformation {
        guard let information = await information(of: try find(reference).uuid) else {
            throw Refusal.noSuchDomain(reference).operationError
        }
        return information
    }

    func information(of uuid: DomainUUID) async -> DomainInformation? {
        guard let id = table[uuid]?.id else { return nil }
        let hypervisor = machine.hypervisor
        let serial = table.serial
        let report = try? await host.clock.withDeadline(host.clock.now + Self.patience) {
            try await hypervisor.domain(id)
        }
        if let report = report ?? nil, report.uuid == uuid || id == .zero, let record = table[uuid],
            record.lastSerial <= serial || record.operation != nil
        {
            table.note(.reported(report), of: uuid)
        }
        guard let record = table[uuid] else { return nil }
        parts.calendar.look()
        return table.information(of: record, console: parts.consoles.information(of: record), now: now)
    }

    /// One look at all domains.
    private func refreshAll() async {
        let hypervisor = machine.hypervisor
        let serial = table.serial
        let reports = try? await host.clock.withDeadline(host.clock.now + Self.patience) {
            try await hypervisor.domains()
        }
        if let reports { table.refresh(reports, asOf: serial) }
    }

    /// The virtual cpus of a domain.
    /// - Throws: `notFound`, or that Xen does not say.
    public func vcpus(_ reference: DomainReference) async throws(OperationError) -> [VCPUReport] {
        let id = try id(of: reference)
        do {
            return try await machine.hypervisor.vcpus(of: id)
        } catch {
            throw OperationError(.failed, "cannot ask for the vcpus of \(reference): \(error)")
        }
    }

    /// Why operations on a domain would be refused now, or would change nothing, by their names.
    public func refusals(_ reference: DomainReference) throws(OperationError) -> [String: String] {
        parts.tasks.refusals(of: try find(reference))
    }

    /// Weight and cap of a domain.
    /// - Throws: `notFound`, or that Xen does not say.
    public func scheduler(_ reference: DomainReference) async throws(OperationError) -> SchedulerParameters {
        let id = try id(of: reference)
        do {
            return try await machine.hypervisor.schedulerParameters(of: id)
        } catch {
            throw OperationError(.failed, "cannot ask for the weight of \(reference): \(error)")
        }
    }

    private func id(of reference: DomainReference) throws(OperationError) -> DomainID {
        guard let id = try find(reference).id else { throw Refusal.noSuchDomain(reference).operationError }
        return id
    }

    /// Counters and gauges for `/metrics`.
    public func measurements() async -> [Measurement] {
        Measurement.all(
            of: await domains().map(\.information), newestEvent: events.page(since: nil, matching: []).newest,
            waiting: turns.waiting)
    }

    // MARK: - Consoles

    /// Those that are open.
    public func consoleList() -> [ConsoleInformation] { parts.consoles.list }

    /// The console on a TCP port.
    /// - Throws: `notFound`, when none listens there.
    public func console(port: UInt16) throws(OperationError) -> ConsoleInformation {
        try parts.consoles.information(port: port)
    }

    /// The console on a TCP port, to look at and to type.
    /// - Throws: `notFound`, when none listens there.
    public func openConsole(port: UInt16) throws(OperationError) -> any ConsoleHub {
        try parts.consoles.console(port: port)
    }

    // MARK: - Tasks

    /// Running and ended ones, by number.
    public func tasks() -> [TaskInformation] { parts.tasks.all }

    /// A task by its number.
    /// - Throws: `notFound`.
    public func task(_ id: Int) throws(OperationError) -> TaskInformation { try parts.tasks.task(id) }

    /// Ends a transfer before its point of no return. Returns when it has been asked to end, not when it has.
    /// - Throws: `refused`, when it is too late.
    public func cancelTask(_ id: Int, for requester: Requester) async throws(OperationError) {
        try await parts.tasks.cancel(id, for: requester)
    }

    // MARK: - The daemon

    /// Whether something that has happened may still be unseen because a look is not over.
    public var isLooking: Bool { parts.examiner.isLooking }

    /// Whether something that an earlier xend left has still to be given back.
    public var isTidyingUp: Bool { parts.strays.isBusy }

    /// How this xend takes part in migrations.
    public var migration: MigrationSettings { parts.peers.migration }

    /// Takes the port on which other xends call; they wait until `startMigration`.
    /// - Returns: the port.
    public func reserveMigration(
        _ settings: MigrationSettings, address: String, port: UInt16
    ) async throws(NetworkError) -> UInt16 {
        try await parts.peers.listen(settings, address: address, port: port)
    }

    /// Hears other xends until the daemon stops.
    public func startMigration() { parts.peers.accept() }

    /// Hears no other xend any more; its port is free.
    public func closeMigration() async { await parts.peers.close() }

    /// Remembers where events are posted; nil or "" = nowhere.
    public func setNotificationURL(_ url: String?) async throws(OperationError) {
        do {
            try await database.append([database.notify(url ?? "")])
        } catch {
            throw OperationError(.failed, "cannot record the notification url: \(error)")
        }
        notification.set(url)
    }

    // MARK: - For the machine

    /// While a domain is saved or migrated, the hypervisor asks for it.
    func suspend(_ domain: DomainUUID, wasPaused: Bool, task: TransferTask) async throws {
        try await parts.guests.suspend(domain, wasPaused: wasPaused, task: task)
    }
}
