import SExpressions
import SimulatedHypervisor

/// What a guest is made to do by a step.
public enum GuestAct: Hashable, Sendable {
    /// `(shutdown [REASON])`: it ends by itself.
    case shutdown(String)
    /// `(crash)`: its kernel panics.
    case crash
    /// `(hang)`: it does nothing any more.
    case hang
    /// `(prints TEXT)`, on its console.
    case prints(String)
    /// `(dirties MB/S [(of MB)])`: it writes so much memory; both in bytes here.
    case dirties(rate: UInt64, within: UInt64?)
    /// `(writes NODE TEXT …)` and the like: what no driver does.
    case hostile(HostileAct)
}

extension GuestAct {
    /// In `(guest …)`.
    static let shapes =
        ["(shutdown REASON)", "(crash)", "(hang)", "(prints TEXT [(times N)])", "(dirties MB/S (of MB))"]
        + HostileAct.shapes

    /// All that stand in a form; at least one.
    static func all(in form: inout FormReader) throws(ScenarioError) -> [GuestAct] {
        guard !form.arguments.isEmpty else { throw form.misuse("what the guest does is missing") }
        var acts: [GuestAct] = []
        for var part in try form.takeForms("act of a guest", Vocabulary.guestActs) {
            acts.append(try GuestAct(&part))
            try part.end()
        }
        return acts
    }

    private init(_ part: inout FormReader) throws(ScenarioError) {
        switch part.name {
        case "shutdown": self = .shutdown(try part.exitReason())
        case "crash": self = .crash
        case "hang": self = .hang
        case "prints":
            let text = try part.word("the text")
            let times = part.arguments.isEmpty ? nil : try part.times()
            self = times.map { .hostile(.floods(SXPText.bytes(of: text), times: $0)) } ?? .prints(text)
        case "dirties":
            let (rate, within) = try part.dirtying()
            self = .dirties(rate: rate, within: within)
        default: self = .hostile(try HostileAct(&part))
        }
    }

    /// The form that does the same.
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

    /// The word of a real guest for it (CI/lab/tiny/README.md).
    package var word: String {
        switch self {
        case .shutdown(let reason): "shutdown \(reason)"
        case .crash: "crash"
        case .hang: "hang"
        case .prints(let text): "prints \(GuestWords.escaped(text))"
        case .dirties(let rate, let within): "dirties \(rate >> 10)\(within.map { " \($0 >> 10)" } ?? "")"
        case .hostile(let act): act.word
        }
    }
}
