import SExpressions
import SimulatedHypervisor

/// What goes wrong, where and which time, as scenarios write it.
extension FaultRule {
    /// How a step is written that adds one.
    static let shape = "(fault POINT [\(Selector.shapes.joined(separator: " | "))] ACTION)"

    /// `(fault POINT [SELECTOR] ACTION)`
    init(_ form: inout FormReader) throws(ScenarioError) {
        var point = try form.form("the point", "fault point", Vocabulary.points)
        let pattern = try FaultPattern(&point)
        try point.end()
        var selector = Selector.always
        if form.arguments.count > 1 {
            var times = try form.form("which time", "choice of times", Vocabulary.selectors)
            selector = try Selector(&times)
            try times.end()
        }
        var action = try form.form("what goes wrong", "kind of fault", Vocabulary.actions)
        self.init(pattern, selector, try FaultAction(&action))
        try action.end()
    }

    /// `(fault (on alpha) (hypercall create) (nth 2) (error EIO))`: the step that adds it.
    package func form(on host: String) -> String {
        "("
            + ["fault", "(on \(host))", pattern.form, selector.form, action.form].filter { !$0.isEmpty }.joined(
                separator: " ") + ")"
    }
}

extension FaultRule.Selector {
    /// In `(fault …)`.
    static let shapes = ["(nth N)", "(every N)", "(after T)", "(probability P)"]

    init(_ form: inout FormReader) throws(ScenarioError) {
        switch form.name {
        case "nth": self = .nth(try form.number("which one", 1...1_000_000))
        case "every": self = .every(try form.number("every how many", 1...1_000_000))
        case "after": self = .after(try form.time("the time"))
        default:
            let argument = try form.next("the probability")
            guard let chance = argument.atom.flatMap(Double.init), (0...1).contains(chance) else {
                throw form.error("the probability must be a number from 0 to 1, not \(argument.value)", at: argument)
            }
            self = .probability(chance)
        }
    }

    /// `(nth 2)`; empty for always.
    public var form: String {
        switch self {
        case .always: ""
        case .nth(let number): "(nth \(number))"
        case .every(let number): "(every \(number))"
        case .after(let time): "(after \(TimeText.text(time)))"
        case .probability(let chance): "(probability \(chance))"
        }
    }
}
