import DomainLifecycle
import DomainModel
import HostInterface
import HypervisorInterface
import Logging
import Migration

/// Does what the table decides: the one place that owns the domains' records, has plans performed and answers questions.
///
/// The way of an operation, whoever wants it:
///
/// ```
///  client          guest exits, device connects      another xend        time
///    │ submit             │ SignalDesk                   │ PoolPeers       │
///    │                    ▼                              ▼                 │
///    │                Examiner: what does Xen have?   Receiver             │
///    │ prepare            │ finding                      │ submit          │ retry
///    │ (look, change      │                              │                 │
///    │  nothing)          ▼                              ▼                 ▼
///    └──────────────▶ ┌─────────────── turn of the domain ───────────────────┐
///                     │ begin      the table decides: refusal, or a plan and │
///                     │            a ticket on the domain      (no await)    │
///                     │ perform    PlanPerformer: journal, steps, undo       │
///                     │ finish     the table records           (no await)    │
///                     │ follow     what comes next: clear, rebuild, retry    │
///                     └──────────────────────────────────────────────────────┘
///                                          │ events, answer
/// ```
///
/// *Decide, perform, record.* Between `begin` and `finish` the domain carries the plan's ticket. Nothing read from the table before
/// an `await` is written back after it: what happens in between is kept out by the ticket, and single facts are recorded by `note`.
///
/// Operations on one domain take turns; those on different domains do not wait for each other. Questions never wait. A transfer
/// has the domain for long: what may be done meanwhile goes beside it, and is asked of the table like everything else.
///
/// What else there is to do is done by the parts that the manager owns: each has its own state, all share a `ManagerContext`, and all
/// act in the manager's isolation, so that they need neither locks nor messages among themselves.
public actor DomainManager {
    /// Where events are published, in their order.
    public nonisolated let events: EventHub
    let context: ManagerContext
    let turns: DomainTurns
    /// Those that do the work, each with its own state.
    let parts: ManagerParts
    private nonisolated let executor: any SerialExecutor
    /// That of the host.
    public nonisolated let unownedExecutor: UnownedSerialExecutor

    /// What was lost or mended of the database when this daemon started: for people, until it ends.
    public internal(set) var notices: [String] = []
    /// How often the daemon has started on this database.
    var starts: UInt64 = 0
    /// Where events are posted.
    public nonisolated let notification = Notification()

    /// A manager that knows nothing yet: `start` makes it look.
    public init(machine: Machine, host: Host, settings: ManagerSettings, events: EventHub, log: Logger) {
        let reference = ManagerReference()
        context = ManagerContext(
            machine: machine, host: host, settings: settings, events: events, log: log, reference: reference)
        turns = DomainTurns()
        self.events = events
        executor = host.tasks.serialExecutor()
        unownedExecutor = executor.asUnownedSerialExecutor()
        parts = ManagerParts(context, turns: turns)
        reference.set(self)
    }

    // MARK: - The table

    /// Every domain, and the rules.
    var table: DomainTable {
        _read { yield context.table }
        _modify { yield &context.table }
    }

    var machine: Machine { context.machine }
    var host: Host { context.host }
    var settings: ManagerSettings { context.settings }
    var database: Database { context.database }
    var log: Logger { context.log }
    var account: Account { context.account }

    /// Seconds since 1970 by the host's calendar.
    var now: Double { context.host.clock.wallTime.seconds }

    /// Does something in turn with everything else that is done to a domain.
    ///
    /// - Throws: what `body` throws, or that too many wait already.
    func inTurn<Value: Sendable>(
        on domain: DomainUUID, _ body: () async throws(OperationError) -> Value
    ) async throws(OperationError) -> Value {
        do {
            try await turns.take(on: domain, table[domain]?.title)
        } catch {
            throw error.operationError
        }
        defer { turns.pass(on: domain) }
        return try await body()
    }

    /// Work that goes on after an answer; ended with the daemon.
    @discardableResult
    func spawn(_ body: @escaping @Sendable (isolated DomainManager) async -> Void) -> Task<Void, Never> {
        context.spawn(body)
    }
}
