import SExpressions
import ScenarioLanguage

/// What can be done to a real machine, and what cannot.
extension RealMachine {
    /// Why an act cannot be done there; nil when it can.
    static func obstacle(to act: MachineAct) -> String? {
        switch act {
        case .guest(_, let acts) where acts.contains(where: \.neverEnds):
            "a guest's writing without end is for virtual time (every)"
        case .guest, .heal, .xl, .clock, .write, .corrupt, .change, .life(.daemon): nil
        case .fault(let rule): RealFault.obstacle(to: rule)
        case .healAt(let pattern):
            switch pattern.kind {
            case .hypercall, .xenstore, .disk, .step: nil
            default: "all of that kind is healed at once (heal \(pattern.kind.rawValue))"
            }
        case .copy: "there is one machine only (copy)"
        case .life(.powerLoss): "the machine cannot lose its power and go on with the story (power-loss)"
        case .life(.hostReboot): "the machine cannot be rebooted within a story (host-reboot)"
        }
    }

    func perform(_ act: MachineAct) throws(ScenarioFailure) {
        switch act {
        case .guest(let domain, let acts): for act in acts { try guest(act, domain: try domain.text([:])) }
        case .fault(let rule): try fail(rule)
        case .heal: try heal()
        case .healAt(let pattern): try heal(pattern)
        case .clock(let offset): try setClock(by: offset)
        case .xl(let act): try xl(act)
        case .write(let path, let text): try write(try path.text([:]), SXPText.bytes(of: try text.text([:])))
        case .corrupt(let path): try corrupt(try path.text([:]))
        case .change(let item): try change(item)
        case .life(.daemon(let act)): try daemon(act)
        case .copy, .life(.powerLoss), .life(.hostReboot):
            throw ScenarioFailure(Self.obstacle(to: act) ?? "")
        }
    }
}

extension GuestAct {
    /// Whether it is done again and again.
    fileprivate var neverEnds: Bool {
        if case .hostile(.writes(_, _, _, _, every: .some)) = self { return true }
        return false
    }
}
