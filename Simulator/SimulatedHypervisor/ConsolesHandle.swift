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

    func follow(
        _ spawn: @escaping @Sendable (@escaping @Sendable () async -> Void) -> Void,
        _ body: @escaping @Sendable ([UInt8]) async -> Bool
    ) {
        spawn { await self.handOn(spawn, body) }
    }

    /// Hands on what there is, and comes back when there is more: a task that waits costs three kilobytes for each domain.
    private func handOn(
        _ spawn: @escaping @Sendable (@escaping @Sendable () async -> Void) -> Void,
        _ body: @escaping @Sendable ([UInt8]) async -> Bool
    ) async {
        while !incarnation.isFenced, !isClosed {
            guard !console.buffer.isEmpty else {
                if console.isGone { break }
                _ = console.wait { [self] in spawn { await self.handOn(spawn, body) } }
                return
            }
            let bytes = console.buffer
            console.buffer = []
            guard await body(bytes) else { break }
        }
        await close()
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
