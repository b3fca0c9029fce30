import DomainLifecycle
import DomainModel
import DriverDomain
import HostInterface
import HypervisorInterface
import Logging
import SExpressions

/// Does what the table decides: the one place that owns the domains' records, performs plans and publishes events.
///
/// *Decide, perform, record.* Nothing read from the table before an `await` is written back after it: what happens in between is
/// kept out by the ticket that `begin` puts on a domain, and by `note`, which records single facts.
///
/// Operations on one domain take turns; those on different domains do not wait for each other. Questions never wait.
public actor DomainManager {
    /// Operations that wait for their turn on one domain; more is a client gone wild.
    static let maximumWaiting = 32

    let machine: Machine
    let host: Host
    let settings: ManagerSettings
    let drivers: DriverDomain
    let database: Database
    public nonisolated let events: EventHub
    let log: Logger
    let account: Account

    var table: DomainTable
    var consoles: [DomainUUID: DomainConsole] = [:]
    var nextChannel = 1
    /// How often the daemon has started on this database.
    var starts: UInt64 = 0
    /// Where events are posted (manual H4, `notify`); nil = nowhere.
    var notificationURL: String?
    /// How often that has been set: who sets the same url again wants to be tried again.
    var notificationSettings = 0
    /// Whose turn on a domain is taken, and who waits for it.
    private var turns: [DomainUUID: [CheckedContinuation<Void, Never>]] = [:]
    /// What the journal says of operations under way, so that one that is written anew says it too.
    var openEntries: [DomainUUID: OpenEntries] = [:]
    /// Frames and ports of domains between `build` and `introduce`.
    var rings: [DomainUUID: DomainRings] = [:]
    var examination = Examination()
    var transfers = TransferState()
    public internal(set) var migration = MigrationSettings()
    private var calendarLead: Double
    /// The times in the table are others than those in the journal.
    private var timesMoved = false
    var isStopped = false
    var background: [Task<Void, Never>] = []
    var watchedDrivers: Set<DomainID> = []
    var watches: [String: XenStoreWatch] = [:]

    public init(machine: Machine, host: Host, settings: ManagerSettings, events: EventHub, log: Logger) {
        self.machine = machine
        self.host = host
        self.settings = settings
        self.events = events
        self.log = log
        calendarLead = host.clock.calendarLead
        account = Account(clock: host.clock, observer: settings.observer)
        let database = Database(root: settings.databaseRoot, host: host, log: log)
        self.database = database
        drivers = DriverDomain(store: machine.store, host: host, settings: settings.devices) { call, process in
            await database.noteScript(call, process)
        }
        table = DomainTable(
            restartPolicy: RestartPolicy(minimumRestartSeconds: settings.minimumRestartSeconds))
    }

    /// Seconds since 1970 by the host's calendar; a jump of it moves the times in the table too.
    var now: Double {
        let jump = host.clock.calendarLead - calendarLead
        if abs(jump) > Self.calendarJump {
            log.notice("the calendar was set by \(Int(jump.rounded())) s: the times of domains are moved with it")
            table.moveCalendar(by: jump)
            calendarLead += jump
            timesMoved = true
            spawn { await $0.rememberTimes() }
        }
        return host.clock.wallTime.seconds
    }

    /// Writes the times down that a jump of the calendar has moved, so that the next daemon reckons with the same. A domain under
    /// way is written down at the end of its operation.
    func rememberTimes() async {
        guard timesMoved else { return }
        timesMoved = false
        let records = table.sorted.filter { $0.startTime != nil && $0.operation == nil && !$0.isForeign }
        do {
            try await database.journal.append(records.map(database.record))
        } catch {
            log.error("cannot record the times of domains: \(error)")
        }
        for record in records { await database.writeFile(record) }
    }

    /// Seconds by which a calendar is set; less is the slow correction that time servers make.
    private static let calendarJump = 1.0

    // MARK: - Turns

    /// Returns when it is the caller's turn on a domain; the caller must `passTurn`.
    func takeTurn(on domain: DomainUUID) async throws(Refusal) {
        guard let waiting = turns[domain] else {
            turns[domain] = []
            return
        }
        guard waiting.count < Self.maximumWaiting else {
            throw .tooManyWaiting(title: table[domain]?.title ?? "the domain", limit: Self.maximumWaiting)
        }
        await withCheckedContinuation { turns[domain, default: []].append($0) }
    }

    func passTurn(on domain: DomainUUID) {
        guard var waiting = turns[domain] else { return }
        if waiting.isEmpty {
            turns[domain] = nil
        } else {
            let next = waiting.removeFirst()
            turns[domain] = waiting
            next.resume()
        }
    }

    /// Operations that wait for their turn, on all domains together.
    var waitingOperations: Int { turns.values.reduce(0) { $0 + $1.count } }

    // MARK: - Background

    /// Work that goes on after an answer; ended with the daemon.
    @discardableResult
    func spawn(_ body: @escaping @Sendable (DomainManager) async -> Void) -> Task<Void, Never> {
        host.tasks.spawn { [weak self] in
            guard let self else { return }
            await body(self)
        }
    }
}

/// Where a domain's rings are between being built and being introduced.
struct DomainRings: Sendable {
    var storePort: EventPort
    var consolePort: EventPort
    var built: BuiltDomain?
}

extension HostClock {
    /// How far the calendar is ahead of the monotonic time, in seconds; another one when the calendar was set.
    fileprivate var calendarLead: Double { Double(wallTime.nanoseconds - now.nanoseconds) / 1e9 }
}
