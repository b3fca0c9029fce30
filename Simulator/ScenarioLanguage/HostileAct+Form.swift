import SExpressions
import SimulatedHypervisor

extension HostileAct {
    /// In `(guest …)`, beside `(prints TEXT (times N))`.
    static let shapes = [
        "(writes NODE TEXT [(times N)] [(nodes N)] [(every T)])", "(removes NODE)", "(watches N)", "(transactions N)",
    ]

    init(_ part: inout FormReader) throws(ScenarioError) {
        switch part.name {
        case "writes": self = try Self.writing(&part)
        case "removes": self = .removes(node: try part.word("the node"))
        case "watches": self = .watches(try part.number("how many", 1...100_000))
        case "transactions": self = .transactions(try part.number("how many", 1...100_000))
        default: preconditionFailure("nobody reads the guest's act \(part.name), which the vocabulary has")
        }
    }

    /// `NODE TEXT (times N) (nodes N) (every T)`
    private static func writing(_ part: inout FormReader) throws(ScenarioError) -> HostileAct {
        let node = try part.word("the node")
        let value = SXPText.bytes(of: try part.word("the value"))
        var times = 1
        var nodes: Int?
        var interval: Duration?
        for var form in try part.takeForms("part of writes", Vocabulary.writingParts) {
            switch form.name {
            case "times": times = try form.number("how many times", 1...10_000_000)
            case "nodes": nodes = try form.number("how many nodes", 1...100_000)
            default: interval = try form.time("how often")
            }
            try form.end()
        }
        return .writes(node: node, value: value, times: times, nodes: nodes, every: interval)
    }

    /// As a scenario has it.
    package var form: String {
        switch self {
        case .writes(let node, let value, let times, let nodes, let interval):
            "(writes \(SExpression.atom(node)) \(Self.quoted(value))\(times == 1 ? "" : " (times \(times))")"
                + (nodes.map { " (nodes \($0))" } ?? "") + (interval.map { " (every \(TimeText.text($0)))" } ?? "")
                + ")"
        case .removes(let node): "(removes \(SExpression.atom(node)))"
        case .watches(let count): "(watches \(count))"
        case .transactions(let count): "(transactions \(count))"
        case .floods(let bytes, let times): "(prints \(Self.quoted(bytes)) (times \(times)))"
        }
    }

    /// The words of a real guest for it (CI/lab/tiny/README.md).
    var word: String {
        switch self {
        // Once: what it would do again and again is for virtual time.
        case .writes(let node, let value, let times, let nodes, _):
            "writes \(times) \(nodes ?? 0) \(node) \(GuestWords.escaped(value))"
        case .removes(let node): "removes \(node)"
        case .watches(let count): "watches \(count)"
        case .transactions(let count): "transactions \(count)"
        case .floods(let bytes, let times): "floods \(times) \(GuestWords.escaped(bytes))"
        }
    }

    private static func quoted(_ bytes: [UInt8]) -> String { SExpression.atom(SXPText.string(decoding: bytes)).quoted }
}
