import DomainModel
import HostInterface
import HypervisorInterface

/// Domains' consoles as one incarnation of the daemon sees them.
struct ConsolesHandle: Consoles {
    let machine: SimulatedMachine
    let incarnation: Incarnation

    func open(_ id: DomainID) async throws(HypervisorError) -> any ConsoleStream {
        let call = "console"
        while true {
            guard let domain = machine.domains[id], !domain.isDying else {
                throw HypervisorError(call, id, .noSuchDomain)
            }
            if let console = machine.consoles.served(id) {
                return ConsoleStreamHandle(id: id, console: console, machine: machine, incarnation: incarnation)
            }
            let wake = await incarnation.park(until: nil) { signal in machine.consoles.awaitConsole(id, signal) }
            switch wake {
            case .elapsed, .signalled: continue
            case .fenced: throw HypervisorError(call, id, .fenced)
            case .cancelled: throw HypervisorError(call, id, .cancelled)
            }
        }
    }
}

/// An open console.
///
/// `@unchecked Sendable`: used on the thread of the simulation's executor only, like the machine it belongs to.
final class ConsoleStreamHandle: ConsoleStream, @unchecked Sendable {
    private let id: DomainID
    private let console: ConsoleDaemon.Console
    private let machine: SimulatedMachine
    private let incarnation: Incarnation
    private var isClosed = false

    init(id: DomainID, console: ConsoleDaemon.Console, machine: SimulatedMachine, incarnation: Incarnation) {
        self.id = id
        self.console = console
        self.machine = machine
        self.incarnation = incarnation
    }

    func read() async throws(HypervisorError) -> [UInt8] {
        while true {
            if incarnation.isFenced { throw HypervisorError("console", id, .fenced) }
            if isClosed { return [] }
            guard console.buffer.isEmpty else {
                defer { console.buffer = [] }
                return console.buffer
            }
            if console.isGone { return [] }
            var ticket: UInt64 = 0
            let wake = await incarnation.park(until: nil) { [console] signal in ticket = console.wait(signal) }
            console.waiters[ticket] = nil
            switch wake {
            case .elapsed, .signalled: continue
            case .fenced: throw HypervisorError("console", id, .fenced)
            case .cancelled: throw HypervisorError("console", id, .cancelled)
            }
        }
    }

    func write(_ bytes: [UInt8]) async throws(HypervisorError) {
        if incarnation.isFenced { throw HypervisorError("console", id, .fenced) }
        guard !isClosed, !console.isGone else { return }
        machine.consoles.type(bytes, to: id)
    }

    func close() async {
        isClosed = true
        console.notify()
    }
}

/// Event channels of new domains.
struct EventChannelsHandle: EventChannels {
    let hypervisor: HypervisorHandle

    func allocateUnbound(in domain: DomainID, remote: DomainID) async throws(HypervisorError) -> EventPort {
        let name = "xc_evtchn_alloc_unbound"
        return try await hypervisor.call(name, domain) { (machine) throws(HypervisorError) in
            let domain = try machine.find(name, domain)
            guard !domain.isDying else { throw HypervisorError(name, domain.id, .noSuchDomain) }
            return domain.allocatePort(remote: remote)
        }
    }
}

extension SimulatedMachine {
    /// The machine as one incarnation of the daemon sees it.
    public func handle(for incarnation: Incarnation) -> Machine {
        let hypervisor = HypervisorHandle(machine: self, incarnation: incarnation)
        _ = incarnation.atEnd { [store] in store.closeConnection(incarnation.number) }
        return Machine(
            hypervisor: hypervisor, store: XenStoreHandle(machine: self, incarnation: incarnation),
            eventChannels: EventChannelsHandle(hypervisor: hypervisor),
            consoles: ConsolesHandle(machine: self, incarnation: incarnation), isSimulated: true)
    }
}
