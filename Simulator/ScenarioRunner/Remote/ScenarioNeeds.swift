import ScenarioLanguage

/// What a scenario uses that only a simulated machine has.
struct ScenarioNeeds {
    /// The first form that needs one; nil when HTTP is enough.
    private(set) var simulator: String?

    init(_ scenario: Scenario) {
        if scenario.setup.hosts.count > 1 { simulator = "host" }
        if scenario.setup.toleratesFailures { need("tolerate") }
        if scenario.setup.isShuffled { need("order") }
        for item in scenario.setup.items where item.needsMachine { need(item.source.name) }
        for step in scenario.steps { look(step) }
    }

    private mutating func need(_ form: String?) { simulator = simulator ?? form }

    private mutating func look(_ step: ScenarioStep) {
        for check in (step.expectation ?? []) + step.action.checks { look(check) }
        for inner in step.action.inner { look(inner) }
        if case .request(let request) = step.action, request.origin != nil { need("from") }
        if case .console(let console) = step.action { look(console.acts) }
        if case .debug(let acts) = step.action { look(acts) }
        if case .machine = step.action { need(step.source.name) }
    }

    /// Only a simulated network has clients elsewhere.
    private mutating func look(_ acts: [StreamAct]) {
        for act in acts {
            if case .from = act { need("from") }
        }
    }

    private mutating func look(_ check: Check) {
        switch check.kind {
        case .runningOn, .memoryFree, .noLeaks, .scriptCalls, .file, .received: need(check.source.name)
        case .not(let inner): look(inner)
        case .anything, .status, .header, .text, .error, .sxp, .xpath, .domain, .noDomain, .domains, .events, .task,
            .log,
            .open, .closed:
            break
        }
    }
}

extension SetupItem {
    fileprivate var needsMachine: Bool {
        switch kind {
        case .binding: false
        case .kernel, .file, .blockDevice, .bridge, .script, .missing, .receiver: true
        }
    }
}
