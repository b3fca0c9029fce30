import SExpressions
import SimulatedHypervisor

extension HostileAct {
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

    private static func quoted(_ bytes: [UInt8]) -> String { SExpression.atom(SXPText.string(decoding: bytes)).quoted }
}
