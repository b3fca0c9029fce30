import DomainLifecycle
import SExpressions
import Simulation

/// Asks for the operations of the table that are no acts of a story: each with what its row says may be tried.
///
/// It draws from a source of its own, so that what else happens in a story does not depend on the table.
struct OperationProbe {
    private let random: SimulatedRandom
    private let rules: [OperationRule]
    private let rate: Double

    /// The rows that can be asked for in this way.
    static let rules = OperationRule.all.filter { rule in
        if case .with = rule.probing { return true }
        return false
    }

    init(seed: UInt64) {
        let random = SimulatedRandom(seed: seed).fork("operations")
        self.random = random
        rate = [0, 0.1, 0.3][random.number(in: 0..<3)]
        rules = Self.rules.filter { _ in random.chance(0.6) }
    }

    /// A step, now and then.
    /// - Parameters:
    ///   - domains: those that there may be, by host.
    ///   - names: names of domains, whether there are any or not.
    ///   - on: how a step says on which host it is.
    func next(
        _ domains: [StoryBeliefs.Domain], hosts: [String], names: [String], on: (String) -> String
    ) -> String? {
        guard !rules.isEmpty, random.chance(rate), case let rule = pick(rules), case .with(let fields) = rule.probing
        else { return nil }
        let someone =
            domains.isEmpty || random.chance(0.1)
            ? StoryBeliefs.Domain(name: pick(names), host: pick(hosts)) : pick(domains)
        let parameters = fields.map { field in "(\(field.name) \(SExpression.atom(pick(field.values))))" }
        let path =
            switch rule.target {
            case .node: "/xend/node"
            case .domains: "/xend/domain"
            case .domain: "/xend/domain/\(someone.name)"
            }
        let form = (["(op \(rule.name))"] + parameters).joined(separator: " ")
        return "(request \(on(someone.host))POST \(path) (form \(form)))"
    }

    private func pick<Item>(_ items: [Item]) -> Item { items[random.number(in: 0..<items.count)] }
}
