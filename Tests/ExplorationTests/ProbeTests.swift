import DomainLifecycle
import SExpressions
import ScenarioLanguage
import Testing

@testable import Exploration

/// Exploration asks for every operation there is, or the table says why it does not.
@Suite struct ProbeTests {
    /// The operations that a step asks for, whether as a form of its own or as a request.
    private static func operations(_ step: ScenarioStep) -> [String] {
        switch step.action {
        case .request(let request):
            let node = request.path.contains {
                if case .text(let text) = $0 { text.literal == "/xend/node" } else { false }
            }
            let name: String?
            if case .form(let fields) = request.body, let op = fields.first(where: { $0.name.literal == "op" }) {
                name = op.value.literal
            } else {
                name = step.source.name == "create" ? "create" : nil
            }
            return name.map { ["\(node ? "node" : "domain") \($0)"] } ?? []
        case .parallel(let steps): return steps.flatMap(operations)
        default: return []
        }
    }

    private static func operations(_ rules: [OperationRule]) -> Set<String> {
        Set(rules.map { "\($0.target == .node ? "node" : "domain") \($0.name)" })
    }

    @Test("Every operation is asked for in some story, but for those that say why not")
    func everyOperation() throws {
        var asked: Set<String> = []
        for seed in 1...150 as ClosedRange<UInt64> {
            let story = Exploration(hosts: 2, length: 40).story(seed)
            for scenario in try ScenarioReader.scenarios(in: story, file: "x") {
                asked.formUnion(scenario.steps.flatMap(Self.operations))
            }
        }
        let never = OperationRule.all.filter { rule in
            if case .never = rule.probing { return true }
            return false
        }
        let all = Self.operations(OperationRule.all)
        #expect(asked.intersection(all) == all.subtracting(Self.operations(never)))
    }

    @Test("What a row offers for a parameter is tried, every value of it")
    func everyValue() {
        let domains = [StoryBeliefs.Domain(name: "a", host: "h0")]
        var steps: Set<String> = []
        for seed in 1...400 as ClosedRange<UInt64> {
            let probe = OperationProbe(seed: seed)
            for _ in 0..<40 {
                if let step = probe.next(domains, hosts: ["h0"], names: ["b"], on: { _ in "" }) { steps.insert(step) }
            }
        }
        for rule in OperationProbe.rules {
            guard case .with(let fields) = rule.probing else { continue }
            for field in fields {
                for value in field.values {
                    let text = "(\(field.name) \(SExpression.atom(value)))"
                    #expect(
                        steps.contains { $0.contains("(op \(rule.name))") && $0.contains(text) }, "\(rule.name) \(text)"
                    )
                }
            }
        }
    }
}
