import DomainModel
import SExpressions

/// A long operation as people watch it: `/xend/task` (save, restore, migrate).
public struct TaskInformation: Hashable, Sendable {
    public enum Outcome: Hashable, Sendable {
        case running, done, cancelled
        case failed(String)
        /// The daemon ended in the middle of it.
        case interrupted
    }
    public var id: Int
    /// `save`, `restore`, `migrate`, `receive`.
    public var operation: String
    public var domain: String
    public var domainID: DomainID?
    public var requester: String
    /// What it is doing: `prepare`, `copy`, `suspend`, `stop-and-copy`, `commit`, …
    public var phase: String
    public var percent: Int
    public var rounds: [TaskRound]
    /// Bytes per second, lately.
    public var rate: UInt64
    public var predictedDowntime: Duration?
    public var finalDowntime: Duration?
    /// Whether `cancel` still works.
    public var isCancellable: Bool
    public var outcome: Outcome
    /// Seconds since 1970.
    public var started: Double
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
    public var pagesSent: UInt64
    public var pagesDirty: UInt64
    public init(pagesSent: UInt64, pagesDirty: UInt64) {
        self.pagesSent = pagesSent
        self.pagesDirty = pagesDirty
    }
}
