import SExpressions

/// Which domains can exist in a scenario, as far as its text shows.
struct DomainNames {
    /// Names that are written out.
    private(set) var known: [String] = []
    /// What stands before the first `$` of names that are made from others.
    private var prefixes: [String] = []
    /// Whether domains may come about that cannot be seen: by a request, a restore, a let.
    private(set) var isOpenEnded = false

    init() {}

    init(of scenario: Scenario) {
        for step in scenario.steps { collect(step) }
    }

    /// Domain-0 is always there; ids are not known before.
    func mayExist(_ name: String) -> Bool {
        if isOpenEnded || name.hasPrefix("Domain-") || Int(name) != nil { return true }
        return known.contains(name) || prefixes.contains { name.hasPrefix($0) }
    }

    var list: String {
        let names = known + prefixes.map { $0 + "…" }
        return names.isEmpty ? "none" : names.joined(separator: ", ")
    }

    private mutating func collect(_ step: ScenarioStep) {
        for inner in step.action.inner { collect(inner) }
        switch step.action {
        case .request(let request): collect(request, step.source.name ?? "")
        case .machine(.xl(.create(let name, _, _))): if !known.contains(name) { known.append(name) }
        // What is written may be a configuration or a saved domain; the debug port may do anything.
        case .machine(.copy), .machine(.write), .debug: isOpenEnded = true
        default: break
        }
    }

    private mutating func collect(_ request: RequestTemplate, _ form: String) {
        guard request.isOperation else {
            if request.method.literal != "GET" { isOpenEnded = true }
            return
        }
        guard form == "create" else {
            if form == "restore" { isOpenEnded = true }
            return
        }
        guard let template = request.domain else {
            isOpenEnded = true
            return
        }
        if let name = template.literal {
            if !known.contains(name) { known.append(name) }
        } else if case .text(let prefix)? = Template.pieces(of: template.source.atom ?? "").first {
            prefixes.append(prefix)
        } else {
            isOpenEnded = true
        }
    }
}
