import DomainModel
import SExpressions

/// A long operation as people watch it: `/xend/task` (save, restore, migrate).
public struct TaskInformation: Hashable, Sendable {
    /// How a task ended, if it has.
    public enum Outcome: Hashable, Sendable {
        /// Without a word to add.
        case running, done, cancelled
        /// And why.
        case failed(String)
        /// The daemon ended in the middle of it.
        case interrupted
    }
    /// Counts up, through restarts of xend.
    public var id: Int
    /// `save`, `restore`, `migrate`, `receive`.
    public var operation: String
    /// Its name at the beginning.
    public var domain: String
    /// nil until an arriving domain has one.
    public var domainID: DomainID?
    /// Who asked, for people.
    public var requester: String
    /// What it is doing: `prepare`, `copy`, `suspend`, `stop-and-copy`, `commit`, …
    public var phase: String
    /// Of the memory; 100 only when all is done.
    public var percent: Int
    /// Over the memory of a domain that runs meanwhile.
    public var rounds: [TaskRound]
    /// Bytes per second, lately.
    public var rate: UInt64
    /// Were the guest suspended now; nil while nothing is known of the wire.
    public var predictedDowntime: Duration?
    /// From the suspension to the first cpu that ran again.
    public var finalDowntime: Duration?
    /// Whether `cancel` still works.
    public var isCancellable: Bool
    /// How it ended, if it has.
    public var outcome: Outcome
    /// Seconds since 1970.
    public var started: Double
    /// In seconds since 1970.
    public var ended: Double?

    public init(
        id: Int, operation: String, domain: String, domainID: DomainID?, requester: String, phase: String,
        started: Double
    ) {
        self.id = id
        self.operation = operation
        self.domain = domain
        self.domainID = domainID
        self.requester = requester
        self.phase = phase
        percent = 0
        rounds = []
        rate = 0
        isCancellable = true
        outcome = .running
        self.started = started
    }
}

/// One pass over the memory of a domain.
public struct TaskRound: Hashable, Sendable {
    /// In this round.
    public var pagesSent: UInt64
    /// Written to meanwhile: to be sent again.
    public var pagesDirty: UInt64
    public init(pagesSent: UInt64, pagesDirty: UInt64) {
        self.pagesSent = pagesSent
        self.pagesDirty = pagesDirty
    }
}
