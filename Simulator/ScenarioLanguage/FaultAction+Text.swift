import HypervisorInterface
import SExpressions
import SimulatedHypervisor

/// What goes wrong, as scenarios write it.
extension FaultAction {
    /// In `(fault …)`.
    static let shapes = [
        "(error ERRNO | STATUS)", "(delay T)", "(hang)", "(drop)", "(stuck STATE)", "(torn N)", "(flipped BIT)",
        "(short N)", "(cut-after BYTES)",
        "(cancel)", "(kill-daemon [after])", "(power-loss [after])",
    ]

    init(_ form: inout FormReader) throws(ScenarioError) {
        switch form.name {
        case "error": self = .error(try Self.errno(&form))
        case "delay": self = .delay(try form.time("the time"))
        case "hang": self = .hang
        case "drop": self = .drop
        case "stuck": self = .stuck(try Self.xenbusState(&form))
        case "torn": self = .torn(try form.number("the bytes that arrive", 0...1 << 30))
        case "flipped": self = .flipped(try form.number("the number of the bit", 0...Int.max))
        case "short": self = .short(try form.number("the bytes that come back", 0...1 << 30))
        case "cut-after": self = .cutAfter(try form.number("the bytes that arrive", 0...Int.max))
        case "cancel": self = .cancel
        case "kill-daemon": self = .killDaemon(after: try Self.isAfter(&form))
        case "power-loss": self = .powerLoss(after: try Self.isAfter(&form))
        default: preconditionFailure("nobody reads the kind of fault \(form.name), which the vocabulary has")
        }
    }

    /// Whether it happens when the thing has just been done, instead of just before.
    private static func isAfter(_ form: inout FormReader) throws(ScenarioError) -> Bool {
        enum Moment: String, CaseIterable { case before, after }
        guard !form.arguments.isEmpty else { return false }
        return try form.word("the moment", Moment.self) == .after
    }

    /// `ENOMEM` and the like in any case, or a script's status.
    private static func errno(_ form: inout FormReader) throws(ScenarioError) -> String {
        let value = form.arguments.first
        let word = try form.word("the errno or status").uppercased()
        if let status = Int(word), (1...255).contains(status) { return word }
        guard ErrnoName.all.contains(word) else {
            throw form.error(
                "\(word) is no errno\(Suggestion.phrase(for: word, among: ErrnoName.all)); allowed: "
                    + ErrnoName.all.joined(separator: ", ") + ", or a script's status from 1 to 255", at: value)
        }
        return word
    }

    /// A state of xenbus by number or by name.
    private static func xenbusState(_ form: inout FormReader) throws(ScenarioError) -> Int {
        let names = ["Unknown", "Initialising", "InitWait", "Initialised", "Connected", "Closing", "Closed"]
        let value = form.arguments.first
        let word = try form.word("the xenbus state")
        if let number = Int(word), (0...8).contains(number) { return number }
        if let index = names.firstIndex(where: { $0.lowercased() == word.lowercased() }) { return index }
        throw form.error(
            "\(word) is no xenbus state\(Suggestion.phrase(for: word, among: names)); allowed: 1 to 6, or "
                + names.dropFirst().joined(separator: ", "), at: value)
    }

    /// `(error EIO)`
    public var form: String {
        switch self {
        case .error(let name): "(error \(name))"
        case .delay(let time): "(delay \(TimeText.text(time)))"
        case .hang: "(hang)"
        case .drop: "(drop)"
        case .stuck(let state): "(stuck \(state))"
        case .torn(let bytes): "(torn \(bytes))"
        case .flipped(let bit): "(flipped \(bit))"
        case .short(let bytes): "(short \(bytes))"
        case .cutAfter(let bytes): "(cut-after \(bytes))"
        case .cancel: "(cancel)"
        case .killDaemon(let after): after ? "(kill-daemon after)" : "(kill-daemon)"
        case .powerLoss(let after): after ? "(power-loss after)" : "(power-loss)"
        }
    }

    /// In a table of what was tried: `error`, `kill after`, …
    package var kind: String {
        switch self {
        case .error: "error"
        case .delay: "delay"
        case .hang: "hang"
        case .drop: "drop"
        case .stuck: "stuck"
        case .torn: "torn"
        case .flipped: "flipped"
        case .short: "short"
        case .cutAfter: "cut"
        case .cancel: "cancel"
        case .killDaemon(let after): after ? "kill after" : "kill before"
        case .powerLoss(let after): after ? "power after" : "power before"
        }
    }
}
