import SimulatedHost
import SimulatedHypervisor

/// From the language's faults to the machine's.
enum FaultTranslation {
    static func rule(
        _ point: FaultPoint, _ selector: FaultSelector, _ action: FaultAction, on host: SimulatedHost
    ) -> FaultRule {
        FaultRule(pattern(point, on: host), self.selector(selector), self.action(action))
    }

    private static func pattern(_ point: FaultPoint, on host: SimulatedHost) -> FaultPattern {
        var name = point.arguments.first ?? ""
        let detail = point.arguments.count > 1 ? point.arguments[1] : ""
        let kind: SimulatedHypervisor.FaultPoint.Kind
        switch point.kind {
        case .hypercall: kind = .hypercall
        case .xenstore: kind = .xenstore
        case .script:
            kind = .script
            if !name.hasPrefix("/") { name = "/etc/xen/" + name }
        case .backend: kind = .backend
        case .frontend: kind = .frontend
        case .disk: kind = .disk
        case .network: kind = .network
        case .listener: kind = .listener
        case .step: kind = .step
        case .guest:
            kind = .guest
            name = host.domainID(named: name)?.description ?? name
        }
        return FaultPattern(kind, name, detail)
    }

    private static func selector(_ selector: FaultSelector) -> FaultRule.Selector {
        switch selector {
        case .always: .always
        case .nth(let number): .nth(number)
        case .every(let number): .every(number)
        case .after(let delay): .after(delay)
        case .probability(let chance): .probability(chance)
        }
    }

    private static func action(_ action: FaultAction) -> SimulatedHypervisor.FaultAction {
        switch action {
        case .error(let name): .error(name)
        case .delay(let time): .delay(time)
        case .hang: .hang
        case .drop: .drop
        case .stuck(let state): .stuck(state)
        case .torn(let bytes): .torn(bytes)
        case .cutAfter(let bytes): .cutAfter(bytes)
        case .killDaemon(let after): .killDaemon(after: after)
        case .powerLoss(let after): .powerLoss(after: after)
        }
    }
}
