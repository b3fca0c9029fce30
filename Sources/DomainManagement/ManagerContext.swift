import AccessControl
import DomainLifecycle
import DomainModel
import DriverDomain
import HostInterface
import HypervisorInterface
import Logging
import Synchronization

/// What the parts of a `DomainManager` share: the world they act upon, and the table.
///
/// There is one for each manager, in the manager's isolation. It is not `Sendable`, and neither is anything that holds it: the
/// compiler sees to it that nobody reaches the table from elsewhere.
final class ManagerContext {
    let machine: Machine
    let host: Host
    let settings: ManagerSettings
    let drivers: DriverDomain
    let database: Database
    let events: EventHub
    let log: Logger
    let account: Account
    let waits: GuestWaits
    let authenticator: Authenticator

    var table: DomainTable {
        didSet { if !table.touched.isEmpty { tellHistory() } }
    }
    var isStopped = false
    /// Tasks that go on until the daemon stops.
    private var background: [Task<Void, Never>] = []
    private let reference: ManagerReference

    init(
        machine: Machine, host: Host, settings: ManagerSettings, events: EventHub, log: Logger,
        reference: ManagerReference
    ) {
        self.machine = machine
        self.host = host
        self.settings = settings
        self.events = events
        self.log = log
        self.reference = reference
        waits = GuestWaits(tasks: host.tasks)
        authenticator =
            settings.authenticator ?? Authenticator(settings.access, accounts: host.accounts, clock: host.clock)
        account = Account(clock: host.clock, history: settings.history, observer: settings.observer)
        let database = Database(root: settings.databaseRoot, host: host, log: log)
        self.database = database
        drivers = DriverDomain(store: machine.store, host: host, settings: settings.devices) { call, process in
            await database.noteScript(call, process)
        }
        table = DomainTable(
            restartPolicy: RestartPolicy(
                minimumRestartSeconds: settings.minimumRestartSeconds, dumpsCrashes: settings.dumpsCrashes))
        if let shares = settings.descriptors {
            // localhost has two addresses.
            let ports = settings.consoleAddress == "localhost" ? 2 : 1
            table.limit(toDomains: shares.domains(ports: ports), ofDescriptors: shares.limit)
        }
    }

    /// Which states domains are in now, where one may be in another.
    private func tellHistory() {
        let touched = table.touched.take()
        guard let history = settings.history else { return }
        for domain in touched {
            if let record = table[domain] {
                history.see(domain, record.name.rawValue, LifeState(record, table.reports[domain]))
            } else {
                history.lose(domain)
            }
        }
    }

    /// nil when it is gone, as after the death of a simulated daemon.
    var manager: DomainManager? { reference.manager }

    /// Work that goes on after an answer, in the manager's isolation; ended with the daemon.
    @discardableResult
    func spawn(_ body: @escaping @Sendable (isolated DomainManager) async -> Void) -> Task<Void, Never> {
        let reference = reference
        return host.tasks.spawn {
            guard let manager = reference.manager else { return }
            await body(manager)
        }
    }

    /// Begins work on several domains, each for itself: one whose back-end or script is stuck keeps neither the others waiting nor,
    /// for longer than a moment, the start.
    func spawnAll(_ work: [@Sendable (isolated DomainManager) async -> Void]) async {
        guard !work.isEmpty else { return }
        let (over, feed) = AsyncStream.makeStream(of: Void.self)
        let begun = work.map { spawn($0) }
        host.tasks.spawn {
            for task in begun { await task.value }
            feed.finish()
        }
        let (clock, patience) = (host.clock, settings.startPatience)
        let alarm = host.tasks.spawn {
            try? await clock.sleep(for: patience)
            feed.finish()
        }
        for await _ in over {}
        alarm.cancel()
    }

    /// Work that goes on until the daemon stops; it must not keep the manager.
    func spawnBackground(_ body: @escaping @Sendable (ManagerReference) async -> Void) {
        let reference = reference
        background.append(host.tasks.spawn { await body(reference) })
    }

    /// Ends what `spawnBackground` began, in the order in which it did.
    func cancelBackground() {
        for task in background { task.cancel() }
    }
}

/// A manager, as long as it is there.
final class ManagerReference: Sendable {
    private struct Holder: Sendable {
        weak var manager: DomainManager?
    }

    private let holder = Mutex(Holder())

    var manager: DomainManager? { holder.withLock { $0.manager } }

    /// Does something in the manager's isolation.
    /// - Returns: nil when it is gone.
    func run<Value: Sendable>(_ body: @Sendable (isolated DomainManager) async -> Value) async -> Value? {
        guard let manager else { return nil }
        return await body(manager)
    }

    func set(_ manager: DomainManager) { holder.withLock { $0.manager = manager } }
}
