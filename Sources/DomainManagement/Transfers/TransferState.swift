import DomainLifecycle
import DomainModel
import HostInterface
import HypervisorInterface
import Migration
import SExpressions

/// What the manager keeps about domains on their way.
struct TransferState: Sendable {
    /// Settled migrations that are remembered for late words about them.
    static let keptHandovers = 200
    /// Half save files that are remembered until they can be removed: more would be a disk that is broken for good.
    static let keptLeftovers = 100

    var tasks = TaskRegistry()
    /// The transfer of each domain that has one.
    var current: [DomainUUID: TransferTask] = [:]
    /// Save files whose unfinished beginnings could not be removed.
    var leftovers: [String] = []
    /// What an earlier daemon was in the middle of, as its journal had it, until it is taken up.
    var leftBehind: [SExpression] = []
    /// Where the memory of an arriving domain comes from.
    var inputs: [DomainUUID: any ImageInput] = [:]
    /// What was asked of the migrations that are about to begin: the request, host and port.
    var requests: [DomainUUID: (MigrationRequest, String, UInt16)] = [:]
    /// Where domains went whose migration is about to be answered.
    var arrivals: [DomainUUID: MigrationArrival] = [:]
    /// Migrations that are not settled, by id.
    var handovers: [String: Handover] = [:]
    /// Those that are, for late questions.
    var settled: [String: Handover] = [:]
    private var order: [String] = []
    /// Of other xends, at the moment.
    var connections = 0
    var listener: (any NetworkListener)?
    private var node: String?

    /// What this start of the daemon calls itself, so that it knows itself again.
    mutating func nodeID(random: any RandomSource) -> String {
        if let node { return node }
        let new = String(random.next(), radix: 16)
        node = new
        return new
    }

    mutating func forgetOldest() {
        order += settled.keys.filter { !order.contains($0) }.sorted()
        while order.count > Self.keptHandovers { settled[order.removeFirst()] = nil }
    }
}
