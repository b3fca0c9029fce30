import DomainLifecycle
import DomainModel
import HostInterface
import HypervisorInterface

/// The consoles of the domains: their listeners, which outlive a restart of the domain, and the channels they are joined to.
final class ConsoleBoard: ManagerPart {
    let context: ManagerContext
    private var consoles: [DomainUUID: DomainConsole] = [:]
    /// Whose console listens where.
    private var ports: [UInt16: DomainUUID] = [:]
    private var nextChannel = 1
    /// Where the next console goes that may be anywhere; 0, which is any, as to begin with, so behind the last port there is.
    private var nextAnywhere: UInt16 = 0

    init(_ context: ManagerContext) { self.context = context }

    /// Default ports tried when the domain's own is taken.
    private static let portsTried = 1000

    func open(_ port: UInt16?, _ record: DomainRecord) async throws(StepFailure) {
        guard let id = record.id else { return }
        let listener = try await listen(port, id)
        let channel = nextChannel
        nextChannel += 1
        forget(record.uuid)
        ports[listener.port] = record.uuid
        consoles[record.uuid] = DomainConsole(
            listener: listener, domain: record.uuid, id: id, channel: channel, tasks: host.tasks, clock: host.clock,
            authenticator: context.authenticator, audit: context.settings.audit, tickets: context.settings.tickets,
            publish: { [events] in events.publish($0) })
        table.note(.console(ConsoleRecord(port: listener.port, channel: channel)), of: record.uuid)
    }

    func keep(_ port: UInt16, _ record: DomainRecord) async throws(StepFailure) {
        guard consoles[record.uuid] != nil else { return try await open(port, record) }
        table.note(.console(ConsoleRecord(port: port, channel: nextChannel)), of: record.uuid)
        nextChannel += 1
    }

    /// The console's port as it was elsewhere, or another.
    func openPreferring(_ preferred: UInt16?, _ record: DomainRecord) async throws(StepFailure) {
        guard let preferred else { return try await open(nil, record) }
        do {
            try await open(preferred, record)
        } catch {
            log.warning("\(record.title): \(error.message); its console gets another port")
            try await open(nil, record)
        }
    }

    /// A configured port that is taken is an error; a default one gives way to the next free one (manual, decision 8).
    private func listen(_ port: UInt16?, _ id: DomainID) async throws(StepFailure) -> any NetworkListener {
        if let port { return try await listen(on: port) }
        guard let base = settings.consoleBase else { return try await listenAnywhere() }
        let first = Int(base) + Int(id.rawValue)
        for candidate in first..<first + Self.portsTried {
            guard let port = UInt16(exactly: candidate) else { break }
            do {
                return try await host.network.listen(address: settings.consoleAddress, port: port)
            } catch {
                guard case .addressInUse = error else {
                    throw StepFailure("cannot open console port \(port): \(error)")
                }
            }
        }
        return try await listenAnywhere()
    }

    /// On the port behind the last one that any would have done for; where that is taken, the kernel has another. It looks at one after the
    /// other: 1.5 ms for each, where 10,000 are in use.
    private func listenAnywhere() async throws(StepFailure) -> any NetworkListener {
        let listener: any NetworkListener
        if let next = try? await host.network.listen(address: settings.consoleAddress, port: nextAnywhere) {
            listener = next
        } else {
            listener = try await listen(on: 0)
        }
        nextAnywhere = listener.port &+ 1
        return listener
    }

    private func listen(on port: UInt16) async throws(StepFailure) -> any NetworkListener {
        do {
            return try await host.network.listen(address: settings.consoleAddress, port: port)
        } catch {
            if case .addressInUse = error {
                // 0 is any: then it is the kernel that has none to give.
                let reason = port == 0 ? "no port is free for its console" : "console port in use: \(port)"
                throw StepFailure(reason, kind: .refused)
            }
            throw StepFailure("cannot open console port \(port): \(error)")
        }
    }

    /// Joins listener and console as soon as the console daemon has made it; nobody waits for that.
    func join(_ record: DomainRecord) {
        guard let id = record.id, let console = consoles[record.uuid], let state = table[record.uuid]?.console else {
            return
        }
        let source = machine.consoles
        let log = log
        host.tasks.spawn {
            do {
                let stream = try await source.open(id)
                await console.join(stream, id: id, channel: state.channel, eventPort: state.eventPort)
            } catch {
                log.warning("the console of domain \(id) cannot be opened: \(error)")
            }
        }
    }

    func leave(_ domain: DomainUUID) async {
        await consoles[domain]?.leave()
        guard var console = table[domain]?.console else { return }
        console.eventPort = nil
        table.note(.console(console), of: domain)
    }

    func close(_ domain: DomainUUID) async {
        await forget(domain)?.close()
    }

    @discardableResult
    private func forget(_ domain: DomainUUID) -> DomainConsole? {
        guard let console = consoles.removeValue(forKey: domain) else { return nil }
        if ports[console.port] == domain { ports[console.port] = nil }
        return console
    }

    /// Closes all, in an order of their own.
    func closeAll() async {
        for (_, console) in consoles.sorted(by: { "\($0.key)" < "\($1.key)" }) { await console.close() }
        (consoles, ports) = ([:], [:])
    }

    /// Opens the consoles that an earlier daemon had, each on its port if that is free, and joins those of domains that run.
    func openAgain() async {
        for record in table.sorted {
            nextChannel = max(nextChannel, (record.console?.channel ?? 0) + 1)
        }
        for record in table.sorted {
            guard let console = record.console, record.stage != .ending(then: .forget) else { continue }
            do {
                try await open(console.port, record)
            } catch {
                log.error("\(record.title): \(error.message); its console gets another port")
                try? await open(nil, record)
                await remember(record.uuid)
            }
            guard mayRun(record.stage), var state = table[record.uuid]?.console else { continue }
            state.eventPort = console.eventPort
            table.note(.console(state), of: record.uuid)
            if let record = table[record.uuid] { join(record) }
        }
    }

    /// The next daemon looks for the console where this one has it.
    private func remember(_ domain: DomainUUID) async {
        guard let record = table[domain] else { return }
        try? await database.append([database.record(record)], isDeferrable: true)
    }

    /// Whether the domain is there and runs, or will when it is clear whose it is.
    private func mayRun(_ stage: Stage) -> Bool {
        switch stage {
        case .live, .inDoubt: true
        case .creating, .exited, .ending, .restarting, .defined: false
        }
    }

    // MARK: - Looking

    /// nil where there is none.
    func information(of record: DomainRecord) -> ConsoleInformation? {
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

    /// Those that are open, in the order of their domains.
    var list: [ConsoleInformation] {
        table.sorted.compactMap { consoles[$0.uuid] == nil ? nil : information(of: $0) }
    }

    func information(port: UInt16) throws(OperationError) -> ConsoleInformation {
        let open = try console(port: port)
        guard let record = ports[port].flatMap({ table[$0] }) else { return open.information }
        return information(of: record) ?? open.information
    }

    /// - Throws: `notFound`, when none listens on the port.
    func console(port: UInt16) throws(OperationError) -> DomainConsole {
        guard let console = ports[port].flatMap({ consoles[$0] }) else {
            throw OperationError(.notFound, "no console on port \(port)")
        }
        return console
    }
}
