import DomainManagement
import ScenarioLanguage
import SimulatedHypervisor

/// What goes wrong on the way from one real machine to another: the kernel of the one that sends does it, to the connections that domains
/// move by. What the runner and the machines that it was lent say to each other goes the same way unharmed.
struct LinkFault {
    /// Where domains move to, unless a configuration says otherwise.
    private static let port = MigrationSettings.usualPort
    private static let table = "xend-story"
    /// The card that the link is plugged into (CI/lab/xen-lab).
    private static let card = "eth1"
    /// Of the card's queues the one that nothing goes to by itself.
    private static let queue = "1:4"
    /// Packets that are under way while one is held up: more than a link of the lab takes in ten seconds.
    private static let packetsUnderWay = "200000"

    private let action: FaultAction

    /// Why a network does not do that on request; nil when it does.
    static func obstacle(to rule: FaultRule) -> String? {
        guard rule.selector == .always else {
            return "a network has packets, and knows nothing of messages (fault network, nth or probability)"
        }
        switch rule.action {
        case .drop, .delay, .cutAfter: return nil
        case .flipped, .torn, .short: return "TCP throws away what was damaged on its way (fault network)"
        default: return "a network cannot do that (fault network, \(rule.action.form))"
        }
    }

    /// - Precondition: there is no obstacle.
    init(_ action: FaultAction) { self.action = action }

    /// - Parameter address: of the machine that receives.
    func begin(to address: String) throws(ScenarioFailure) {
        try nft("add table inet \(Self.table)")
        try nft("add chain inet \(Self.table) sent { type filter hook output priority 0; }")
        if case .delay(let time) = action { try holdUp(by: time) }
        for end in ["dport", "sport"] {
            try nft("add rule inet \(Self.table) sent ip daddr \(address) tcp \(end) \(Self.port) \(deed)")
        }
    }

    /// In the words of nft.
    private var deed: String {
        switch action {
        case .delay: "meta priority set \(Self.queue)"
        case .cutAfter(let bytes): "quota over \(bytes) bytes reject with tcp reset"
        default: "drop"
        }
    }

    private func holdUp(by time: Duration) throws(ScenarioFailure) {
        try Command.must("tc", "qdisc", "add", "dev", Self.card, "root", "handle", "1:", "prio", "bands", "4")
        try Command.must(
            "tc", "qdisc", "add", "dev", Self.card, "parent", Self.queue, "netem", "limit", Self.packetsUnderWay,
            "delay", "\(Int64(time / .milliseconds(1)))ms")
    }

    /// All that was begun on this machine.
    static func end() throws(ScenarioFailure) {
        _ = try Command.run("nft", "delete table inet \(table)")
        _ = try Command.run("tc", "qdisc", "del", "dev", card, "root")
    }

    private func nft(_ command: String) throws(ScenarioFailure) { try Command.must("nft", command) }
}
