import DomainModel
import HypervisorInterface
import SExpressions

/// What the manager keeps about domains on their way.
struct TransferState: Sendable {
    var tasks = TaskRegistry()
    /// The transfer of each domain that has one.
    var current: [DomainUUID: TransferTask] = [:]
    /// What an earlier daemon was in the middle of, as its journal had it, until it is taken up.
    var leftBehind: [SExpression] = []
    /// Where the memory of an arriving domain comes from.
    var inputs: [DomainUUID: any ImageInput] = [:]
}
