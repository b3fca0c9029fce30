import DomainLifecycle
import DomainModel
import HostInterface
import HypervisorInterface

extension DomainManager {
    /// Default ports tried when the domain's own is taken.
    private static let portsTried = 1000

    func openConsole(_ port: UInt16?, _ record: DomainRecord) async throws(StepFailure) {
        guard let id = record.id else { return }
        let listener = try await listen(port, id)
        let channel = nextChannel
        nextChannel += 1
        consoles[record.uuid] = DomainConsole(
            listener: listener, domain: record.uuid, id: id, channel: channel, tasks: host.tasks, clock: host.clock,
            allowsRemote: settings.allowsRemoteConsoles, publish: { [events] in events.publish($0) })
        table.note(.console(ConsoleRecord(port: listener.port, channel: channel)), of: record.uuid)
    }

    func keepConsole(_ port: UInt16, _ record: DomainRecord) async throws(StepFailure) {
        guard consoles[record.uuid] != nil else { return try await openConsole(port, record) }
        table.note(.console(ConsoleRecord(port: port, channel: nextChannel)), of: record.uuid)
        nextChannel += 1
    }

    /// A configured port that is taken is an error; a default one gives way to the next free one (manual, decision 8).
    private func listen(_ port: UInt16?, _ id: DomainID) async throws(StepFailure) -> any NetworkListener {
        if let port { return try await listen(on: port) }
        guard let base = settings.consoleBase else { return try await listen(on: 0) }
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
        return try await listen(on: 0)
    }

    private func listen(on port: UInt16) async throws(StepFailure) -> any NetworkListener {
        do {
            return try await host.network.listen(address: settings.consoleAddress, port: port)
        } catch {
            if case .addressInUse = error { throw StepFailure("console port in use: \(port)", kind: .refused) }
            throw StepFailure("cannot open console port \(port): \(error)")
        }
    }

    /// Joins listener and console as soon as the console daemon has made it; nobody waits for that.
    func joinConsole(_ record: DomainRecord) {
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

    func leaveConsole(_ domain: DomainUUID) async {
        await consoles[domain]?.leave()
        guard var console = table[domain]?.console else { return }
        console.eventPort = nil
        table.note(.console(console), of: domain)
    }

    func closeConsole(_ domain: DomainUUID) async {
        await consoles.removeValue(forKey: domain)?.close()
    }
}
