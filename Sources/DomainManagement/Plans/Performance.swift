import DomainLifecycle
import DomainModel
import HypervisorInterface
import Migration
import SExpressions

/// A plan that is being performed, and what its steps need beside it and hand on to one another. It is gone when the plan has
/// ended: what lasts is in the table.
final class Performance {
    let plan: Plan
    /// Of a transfer: what people see of it, and how they end it.
    let task: TransferTask?
    /// Of a migration: where to, and how.
    let route: MigrationRoute?
    /// Of an arrival: where the domain's memory comes from.
    let input: (any ImageInput)?

    /// What the journal says of it, so that a journal that is written anew says it too.
    var entries: [JournalEntry] = []
    /// Where the domain's rings are between being built and being introduced.
    var rings: DomainRings?
    /// Where the domain is now that has been migrated.
    var arrival: MigrationArrival?

    init(
        _ plan: Plan, task: TransferTask? = nil, route: MigrationRoute? = nil, input: (any ImageInput)? = nil
    ) {
        self.plan = plan
        self.task = task
        self.route = route
        self.input = input
    }
}

/// Where a domain's rings are between being built and being introduced.
struct DomainRings: Sendable {
    var storePort: EventPort
    var consolePort: EventPort
    var built: BuiltDomain
}

/// How a performance went.
struct Execution: Sendable {
    /// For whoever asked.
    var failure: OperationError?
    var followUp: FollowUp
    /// Its end, as a cause of what follows.
    var end: UInt64?
}

/// Why a step failed.
struct StepFailure: Error, Sendable, CustomStringConvertible {
    var kind = OperationError.Kind.failed
    var message: String
    /// A device step, or after it: reported without the prefix `Error creating domain: ` (reference/http-api.md §6.5).
    var isLate = false

    init(_ message: String, kind: OperationError.Kind = .failed, isLate: Bool = false) {
        self.message = message
        self.kind = kind
        self.isLate = isLate
    }

    var description: String { message }
}
