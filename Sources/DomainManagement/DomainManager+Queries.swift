import DomainLifecycle
import DomainModel
import HostInterface
import HypervisorInterface

/// Questions: they copy the table and never wait for an operation.
extension DomainManager {
    /// A machine that does not answer within this time does not keep a question: what was known last is told.
    private static let patience = Duration.seconds(1)

    public func domains() async -> [DomainInformation] {
        await refreshAll()
        return knownDomains()
    }

    /// The domains as they are known at this moment: the machine is not asked.
    public func knownDomains() -> [DomainInformation] {
        table.information(console: console(of:), now: now)
    }

    public func domain(_ reference: DomainReference) async throws(OperationError) -> DomainInformation {
        do {
            let uuid = try table.find(reference).uuid
            guard let information = await information(of: uuid) else { throw Refusal.noSuchDomain(reference) }
            return information
        } catch let refusal as Refusal {
            throw refusal.operationError
        } catch {
            throw OperationError(.failed, "\(error)")
        }
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
        return table.information(of: record, console: console(of: record), now: now)
    }

    /// One look at all domains.
    private func refreshAll() async {
        let hypervisor = machine.hypervisor
        let serial = table.serial
        let reports = try? await host.clock.withDeadline(host.clock.now + Self.patience) {
            try await hypervisor.domains()
        }
        guard let reports else { return }
        table.refresh(reports, asOf: serial)
    }

    public func vcpus(_ reference: DomainReference) async throws(OperationError) -> [VCPUReport] {
        do {
            guard let id = try table.find(reference).id else { throw Refusal.noSuchDomain(reference) }
            return try await machine.hypervisor.vcpus(of: id)
        } catch let refusal as Refusal {
            throw refusal.operationError
        } catch {
            throw OperationError(.failed, "cannot ask for the vcpus of \(reference): \(error)")
        }
    }

    public func scheduler(_ reference: DomainReference) async throws(OperationError) -> SchedulerParameters {
        do {
            guard let id = try table.find(reference).id else { throw Refusal.noSuchDomain(reference) }
            return try await machine.hypervisor.schedulerParameters(of: id)
        } catch let refusal as Refusal {
            throw refusal.operationError
        } catch {
            throw OperationError(.failed, "cannot ask for the weight of \(reference): \(error)")
        }
    }

    // MARK: - Consoles

    private func console(of record: DomainRecord) -> ConsoleInformation? {
        if let console = consoles[record.uuid] {
            var information = console.information
            // The record knows the channel from the moment it is made; the console joins it when its daemon is ready.
            information.eventPort = record.console?.eventPort
            information.channel = record.console?.channel ?? information.channel
            return information
        }
        guard let id = record.id, let console = record.console else { return nil }
        return ConsoleInformation(
            status: .closed, channel: console.channel, domain: id, eventPort: console.eventPort, port: console.port)
    }

    public func consoleList() -> [ConsoleInformation] {
        var list: [ConsoleInformation] = []
        for record in table.sorted {
            if consoles[record.uuid] != nil, let console = console(of: record) { list.append(console) }
        }
        return list
    }

    public func console(port: UInt16) throws(OperationError) -> ConsoleInformation {
        let open = try openConsole(port: port)
        guard let record = table.sorted.first(where: { consoles[$0.uuid] === open }) else { return open.information }
        return console(of: record) ?? open.information
    }

    public func disconnectConsole(port: UInt16) async throws(OperationError) {
        try await openConsole(port: port).disconnect()
    }

    private func openConsole(port: UInt16) throws(OperationError) -> DomainConsole {
        guard let console = consoles.values.first(where: { $0.port == port }) else {
            throw OperationError(.notFound, "no console on port \(port)")
        }
        return console
    }
}
