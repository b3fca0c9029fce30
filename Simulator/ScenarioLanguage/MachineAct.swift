import SExpressions
import SimulatedHypervisor

/// Something done to a machine from outside, behind the daemon's back: what a guest does, what goes wrong, power, files.
///
/// Steps of scenarios, the forms that `/simulator` takes and the test kit are about the same acts. Each has one form of text
/// (`Vocabulary.acts`), whose shape stands here, and which is read and printed here, and is performed by `WorldActs` on simulated machines and by
/// `RealMachine` on a real one.
public enum MachineAct: Sendable {
    /// `(guest D ACT...)`: the guest does something by itself.
    case guest(domain: Template, [GuestAct])
    /// Names of guests and of scripts in it are the story's.
    case fault(FaultRule)
    /// `(heal)`: everything behaves again.
    case heal
    /// `(heal POINT)`: what went wrong there goes right again, and nothing else.
    case healAt(FaultPattern)
    /// What another toolstack does behind the daemon's back.
    case xl(XLAct)
    /// Shifts a host's calendar.
    case clock(Duration)
    /// `(copy FILE HOST HOST)`
    case copy(path: Template, from: String, to: String)
    /// `(write PATH TEXT)`
    case write(path: Template, text: Template)
    /// `(corrupt PATH)`: some bytes change.
    case corrupt(path: Template)
    /// A setup form: takes effect where it stands.
    case change(SetupItem)
    /// What takes time, or ends the daemon.
    case life(LifeAct)
}

// MARK: - As text

extension MachineAct {
    /// How they are written.
    static let shapes = [
        "(guest D \(GuestAct.shapes.joined(separator: " | ")))", FaultRule.shape, "(heal [POINT])",
        "(daemon \(Vocabulary.words(LifeAct.DaemonAct.self)))", "(power-loss HOST)", "(host-reboot HOST)",
        "(xl create D MB KERNEL | destroy D)", "(clock (forward T) | (back T))", "(copy FILE HOST HOST)",
        "(write PATH TEXT)", "(corrupt PATH)",
    ]

    /// A form with one of these shapes; nil when it has none of them.
    static func read(_ form: inout FormReader) throws(ScenarioError) -> MachineAct? {
        switch form.name {
        case "guest":
            let domain = try form.template("the domain")
            return .guest(domain: domain, try GuestAct.all(in: &form))
        case "fault": return .fault(try FaultRule(&form))
        case "heal":
            guard !form.arguments.isEmpty else { return .heal }
            var point = try form.form("the point", "fault point", Vocabulary.points)
            let pattern = try FaultPattern(&point)
            try point.end()
            return .healAt(pattern)
        case "daemon": return .life(.daemon(try form.word("what happens to the daemon", LifeAct.DaemonAct.self)))
        case "power-loss": return .life(.powerLoss(host: try form.word("the host")))
        case "host-reboot": return .life(.hostReboot(host: try form.word("the host")))
        case "xl": return .xl(try XLAct(&form))
        case "clock": return .clock(try form.clockJump())
        case "copy":
            let path = try form.template("the path")
            let from = try form.word("the host it is on")
            return .copy(path: path, from: from, to: try form.word("the host it goes to"))
        case "write":
            let path = try form.template("the path")
            return .write(path: path, text: try form.value("the text"))
        case "corrupt": return .corrupt(path: try form.template("the path"))
        default: return nil
        }
    }

    /// One form, as a scenario's step or setup form has it, and the host that it names; nil: the first.
    /// - Throws: what is wrong with it, and what is allowed.
    public static func read(_ text: String) throws(ScenarioError) -> (act: MachineAct, host: String?) {
        let forms: [LocatedSExpression]
        do {
            forms = try LocatedSExpression.parseAll(text)
        } catch {
            throw ScenarioError(error, file: "act")
        }
        guard forms.count == 1 else { throw ScenarioError(ScenarioPlace(file: "act"), "\(text) is not one form") }
        if case .item(let item)? = try ScenarioReader.setup(forms[0], file: "act") { return (.change(item), item.host) }
        let step = try ScenarioReader.step(forms[0], file: "act")
        guard case .machine(let act) = step.action else {
            throw ScenarioError(
                ScenarioPlace(file: "act"),
                "\(text) is nothing that is done to a machine; there are "
                    + Vocabulary.acts.names.joined(separator: ", "))
        }
        return (act, step.host)
    }

    /// The form that does the same.
    /// - Parameters:
    ///   - host: the host it happens on.
    ///   - named: what the reader calls a host.
    package func form(on host: String, named: (String) -> String = { $0 }) -> String {
        let on = "(on \(named(host)))"
        switch self {
        case .guest(let domain, let acts):
            return "(guest \(on) \(domain.source.literalText) \(acts.map(\.form).joined(separator: " ")))"
        case .fault(var rule):
            rule.pattern = rule.pattern.named(named)
            return rule.form(on: named(host))
        case .heal: return "(heal)"
        case .healAt(let pattern): return "(heal \(on) \(pattern.named(named).form))"
        case .xl(let act): return "(xl \(on) \(act.form))"
        case .clock(let offset):
            let jump = offset < .zero ? "(back \(TimeText.text(.zero - offset)))" : "(forward \(TimeText.text(offset)))"
            return "(clock \(on) \(jump))"
        case .copy(let path, let from, let to): return "(copy \(path.source.literalText) \(named(from)) \(named(to)))"
        case .write(let path, let text):
            return "(write \(on) \(path.source.literalText) \(text.source.literalText))"
        case .corrupt(let path): return "(corrupt \(on) \(path.source.literalText))"
        case .change(let item): return item.source.literalText
        case .life(.daemon(let act)): return "(daemon \(on) \(act.rawValue))"
        case .life(.powerLoss(let host)): return "(power-loss \(named(host)))"
        case .life(.hostReboot(let host)): return "(host-reboot \(named(host)))"
        }
    }

    /// The act with every name in it replaced by what it is bound to.
    package func expanded(_ bindings: Bindings) throws(ScenarioFailure) -> MachineAct {
        switch self {
        case .guest(let domain, let acts): .guest(domain: try domain.expanded(bindings), acts)
        case .copy(let path, let from, let to): .copy(path: try path.expanded(bindings), from: from, to: to)
        case .write(let path, let text):
            .write(path: try path.expanded(bindings), text: try text.expanded(bindings))
        case .corrupt(let path): .corrupt(path: try path.expanded(bindings))
        case .fault, .heal, .healAt, .xl, .clock, .change, .life: self
        }
    }

    /// What in it may name values, and the hosts that it names beside the one it happens on.
    var references: (values: [Template], hosts: [String]) {
        switch self {
        case .guest, .heal, .xl, .clock, .life(.daemon): ([], [])
        case .life(.powerLoss(let host)), .life(.hostReboot(let host)): ([], [host])
        case .fault(let rule): ([], rule.pattern.hosts)
        case .healAt(let pattern): ([], pattern.hosts)
        case .copy(let path, let from, let to): ([path], [from, to])
        case .write(let path, let text): ([path, text], [])
        case .corrupt(let path): ([path], [])
        case .change(let item): ([], item.host.map { [$0] } ?? [])
        }
    }

    /// Whether it is one of the things that a picture of the run marks: something goes wrong, or is ended and begun again.
    package var isMishap: Bool {
        switch self {
        case .fault, .life: true
        case .guest, .heal, .healAt, .xl, .clock, .copy, .write, .corrupt, .change: false
        }
    }
}

extension FaultPattern {
    /// The hosts that it names.
    fileprivate var hosts: [String] { kind == .network ? [name, detail] : [] }

    /// - Parameter named: what the reader calls a host.
    fileprivate func named(_ named: (String) -> String) -> FaultPattern {
        kind == .network ? FaultPattern(kind, named(name), named(detail)) : self
    }
}

extension Template {
    /// A literal of what it stands for.
    func expanded(_ bindings: Bindings) throws(ScenarioFailure) -> Template {
        Template(literal: try text(bindings), at: source.position)
    }
}

extension FormReader {
    fileprivate mutating func clockJump() throws(ScenarioError) -> Duration {
        let allowed = [
            Vocabulary.Form(name: "forward", shape: "(forward T)"), Vocabulary.Form(name: "back", shape: "(back T)"),
        ]
        var part = try form("the jump", "part of clock", allowed)
        let time = try part.time("the time")
        try part.end()
        return part.name == "back" ? .zero - time : time
    }
}
