import SExpressions
import SimulatedHypervisor

// Parsed forms back as text, for the control resource.

extension GuestAct {
    package var form: String {
        switch self {
        case .shutdown(let reason): "(shutdown \(reason))"
        case .crash: "(crash)"
        case .hang: "(hang)"
        case .prints(let text): "(prints \(SExpression.atom(text).quoted))"
        case .dirties(let rate, let within): "(dirties \(rate >> 20)\(within.map { " (of \($0 >> 20))" } ?? ""))"
        case .hostile(let act): act.form
        }
    }
}

extension FaultRule {
    /// `(fault (on alpha) (hypercall create) (nth 2) (error EIO))`: the step that adds it.
    package func form(on host: String) -> String {
        "("
            + ["fault", "(on \(host))", pattern.form, selector.form, action.form].filter { !$0.isEmpty }.joined(
                separator: " ") + ")"
    }
}

extension FaultPattern {
    /// `(hypercall create)`
    public var form: String {
        let words = [name, detail].filter { !$0.isEmpty }.map { SExpression.atom($0).description }
        return "(\(([kind.rawValue] + words).joined(separator: " ")))"
    }
}

extension FaultRule.Selector {
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

extension FaultAction {
    /// `(error EIO)`
    public var form: String {
        switch self {
        case .error(let name): "(error \(name))"
        case .delay(let time): "(delay \(TimeText.text(time)))"
        case .hang: "(hang)"
        case .drop: "(drop)"
        case .stuck(let state): "(stuck \(state))"
        case .torn(let bytes): "(torn \(bytes))"
        case .cutAfter(let bytes): "(cut-after \(bytes))"
        case .cancel: "(cancel)"
        case .killDaemon(let after): after ? "(kill-daemon after)" : "(kill-daemon)"
        case .powerLoss(let after): after ? "(power-loss after)" : "(power-loss)"
        }
    }
}

extension SExpression {
    /// An atom in quotes, so that nothing in it is taken for a name.
    package var quoted: String {
        guard let atom, !atom.isEmpty, description == atom else { return description }
        return "'\(atom)'"
    }
}

extension LocatedSExpression {
    /// The value as text, its quoted words quoted.
    package var literalText: String {
        switch kind {
        case .atom(let text, quoted: true): SExpression.atom(text).quoted
        case .atom(let text, quoted: false): text
        case .list(let members): "(" + members.map(\.literalText).joined(separator: " ") + ")"
        }
    }
}
