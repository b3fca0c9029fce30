import SExpressions
import SimulatedHypervisor

/// What can be said about a scenario's names without running it: hosts that are not declared, names that nothing binds, values
/// that contain themselves, domains that nothing creates.
struct ReferenceCheck {
    private let scenario: Scenario
    private var bound: Set<String> = []
    private var backgrounds: Set<String> = []
    private var connections: Set<String> = []
    private var domains = DomainNames()
    private var errors: [ScenarioError] = []

    /// A value that grows beyond this many atoms and lists when its names are replaced is refused.
    static let expansionLimit = 100_000
    /// Values are replaced by recursion.
    static let depthLimit = 100

    /// What is wrong, in the order of the file.
    static func errors(in scenario: Scenario) -> [ScenarioError] {
        var check = ReferenceCheck(scenario: scenario)
        check.bindings()
        check.domains = DomainNames(of: scenario)
        for item in scenario.setup.items { check.host(item.host, at: item.position) }
        for step in scenario.steps { check.step(step) }
        return check.errors
    }

    private init(scenario: Scenario) { self.scenario = scenario }

    private func error(_ message: String, at position: SXPPosition) -> ScenarioError {
        ScenarioError(ScenarioPlace(file: scenario.place.file, position: position), message)
    }

    private mutating func note(_ message: String, at position: SXPPosition) {
        errors.append(error(message, at: position))
    }

    // MARK: Values

    private mutating func bindings() {
        var values: [(name: String, template: Template, position: SXPPosition)] = []
        for item in scenario.setup.items {
            let name: String
            switch item.kind {
            case .receiver(let receiver, _): name = receiver
            case .binding(let binding, let template):
                name = binding
                values.append((binding, template, item.position))
            case .kernel, .file, .blockDevice, .bridge, .script, .missing: continue
            }
            if !bound.insert(name).inserted { note("let: $\(name) is bound already", at: item.position) }
        }
        let templates = Dictionary(values.map { ($0.name, $0.template) }) { first, _ in first }
        var sizes: [String: Int] = [:]
        for value in values {
            use(value.template)
            var path: [String] = []
            do throws(ScenarioError) {
                _ = try size(of: value.name, templates, &path, &sizes, at: value.position)
            } catch {
                errors.append(error)
            }
        }
    }

    /// How large the value gets; finds cycles on the way.
    private func size(
        of name: String, _ templates: [String: Template], _ path: inout [String], _ sizes: inout [String: Int],
        at position: SXPPosition
    ) throws(ScenarioError) -> Int {
        // Each name is measured once, however often it is used: an exponential value must not take exponential time here.
        if let known = sizes[name] { return known }
        guard let template = templates[name] else { return 1 }
        guard !path.contains(name) else {
            throw error("let: $\(name) contains itself: \((path + [name]).joined(separator: " → "))", at: position)
        }
        guard path.count < Self.depthLimit else {
            throw error("let: $\(name) is reached through more than \(Self.depthLimit) other names", at: position)
        }
        path.append(name)
        defer { path.removeLast() }
        // At most a megabyte of names times the limit: far from overflow.
        var total = template.source.value.count
        for reference in template.references {
            guard let used = Template.resolve(reference.name, { bound.contains($0) })?.name else { continue }
            total += try size(of: used, templates, &path, &sizes, at: position)
        }
        guard total <= Self.expansionLimit else {
            throw error("let: $\(name) grows beyond \(Self.expansionLimit) values", at: position)
        }
        sizes[name] = total
        return total
    }

    private mutating func use(_ template: Template) {
        for reference in template.references {
            guard Template.resolve(reference.name, { bound.contains($0) }) == nil else { continue }
            let names = bound.sorted()
            let hint = Suggestion.phrase(for: reference.name, among: names)
            let known =
                names.isEmpty ? "nothing is bound here" : "bound are " + names.map { "$" + $0 }.joined(separator: ", ")
            note("nothing binds $\(reference.name) before this\(hint); \(known)", at: reference.position)
            // Once is enough.
            bound.insert(reference.name)
        }
    }

    private mutating func use(_ pattern: Pattern) {
        switch pattern {
        case .anything, .rest, .regex: break
        case .variable(let name): bound.insert(name)
        case .text(let template), .less(let template), .greater(let template): use(template)
        case .not(let inner): use(inner)
        case .either(let patterns), .all(let patterns), .list(let patterns): for pattern in patterns { use(pattern) }
        case .element(let name, let fields):
            use(name)
            for field in fields { use(field) }
        }
    }

    private mutating func host(_ name: String?, at position: SXPPosition) {
        guard let name, !name.contains("$") else { return }
        let hosts = scenario.setup.hosts.map(\.name)
        guard !hosts.contains(name) else { return }
        note(
            "there is no host \(name)\(Suggestion.phrase(for: name, among: hosts)); hosts are "
                + hosts.joined(separator: ", "), at: position)
    }

    // MARK: Steps

    private mutating func step(_ step: ScenarioStep) {
        host(step.host, at: step.position)
        action(step)
        for check in step.expectation ?? [] { self.check(check) }
    }

    private mutating func action(_ step: ScenarioStep) {
        let isGuarded = step.expectation != nil
        switch step.action {
        case .request(let request): self.request(request, in: step)
        case .console(let console):
            domain(console.domain, "console", unless: isGuarded)
            if let name = console.connection { connections.insert(name) }
            stream(console.acts)
        case .debug(let acts): stream(acts)
        case .machine(let act): self.act(act, isGuarded: isGuarded, at: step.position)
        case .expect, .advance, .settle: break
        case .wait(_, let checks): for check in checks { self.check(check) }
        case .background(let name, let inner):
            self.step(inner)
            if !backgrounds.insert(name).inserted { note("background: \(name) is begun already", at: step.position) }
        case .finish(let name, let checks): finish(name, checks, at: step.position)
        case .when(let check, let inner):
            self.check(check)
            self.step(inner)
        case .parallel(let steps): for inner in steps { self.step(inner) }
        case .repeat(_, let steps): repeated(steps)
        }
    }

    /// What an act names must be there: a fault that can never strike would show nothing.
    private mutating func act(_ act: MachineAct, isGuarded: Bool, at position: SXPPosition) {
        if case .guest(let domain, _) = act { self.domain(domain, "guest", unless: isGuarded) }
        if case .fault(let rule) = act, rule.pattern.kind == .script,
            let problem = ScriptNames(scenario).problem(with: rule.pattern.name)
        {
            note(problem, at: position)
        }
        for value in act.references.values { use(value) }
        for name in act.references.hosts { host(name, at: position) }
    }

    private mutating func finish(_ name: String, _ checks: [Check], at position: SXPPosition) {
        guard backgrounds.remove(name) != nil else {
            let names = backgrounds.sorted()
            return note(
                "finish: nothing named \(name) was begun with (background \(name) …)"
                    + Suggestion.phrase(for: name, among: names), at: position)
        }
        for check in checks { self.check(check) }
    }

    private mutating func repeated(_ steps: [ScenarioStep]) {
        let hadCounter = bound.contains("n")
        bound.insert("n")
        for inner in steps { step(inner) }
        if !hadCounter { bound.remove("n") }
    }

    private mutating func stream(_ acts: [StreamAct]) {
        for act in acts {
            switch act {
            case .from, .connect, .disconnect: break
            case .send(let template): use(template)
            case .expect(let pattern): use(pattern)
            }
        }
    }

    private mutating func request(_ request: RequestTemplate, in step: ScenarioStep) {
        use(request.method)
        for piece in request.path {
            switch piece {
            case .text(let template), .segment(let template): use(template)
            }
        }
        if let token = request.token { use(token) }
        var fields = request.query + request.headers
        switch request.body {
        case .none: break
        case .form(let more), .multipart(let more): fields += more
        case .text(let template): use(template)
        }
        for field in fields {
            use(field.name)
            use(field.value)
        }
        guard request.isOperation, case .segment(let domain)? = request.path.last else { return }
        let name = step.source.name ?? "request"
        self.domain(domain, name, unless: step.expectation != nil)
        if name == "migrate", case .form(let fields) = request.body, step.expectation == nil {
            host(fields.first { $0.name.literal == "destination" }?.value.literal, at: step.position)
        }
    }

    // MARK: Domains and checks

    /// A step on a domain that nothing makes can only fail; one that says what it expects may well want that.
    private mutating func domain(_ domain: Template, _ form: String, unless isGuarded: Bool) {
        use(domain)
        guard !isGuarded, !scenario.setup.toleratesFailures, let name = domain.literal, !domains.mayExist(name) else {
            return
        }
        note(
            "\(form): nothing creates a domain \(name)\(Suggestion.phrase(for: name, among: domains.known)); "
                + "created are \(domains.list)", at: domain.source.position)
    }

    private mutating func check(_ check: Check) {
        host(check.host, at: check.position)
        switch check.kind {
        case .anything, .noLeaks: break
        case .status(let pattern), .header(_, let pattern), .text(let pattern), .error(let pattern), .sxp(let pattern),
            .memoryFree(let pattern), .log(let pattern):
            use(pattern)
        case .xpath(_, let pattern): if let pattern { use(pattern) }
        case .domain(let domain, let fields):
            self.domain(domain, "domain", unless: false)
            for field in fields { use(field) }
        case .noDomain(let domain): use(domain)
        case .domains(let patterns), .events(let patterns, _), .scriptCalls(_, let patterns):
            for pattern in patterns { use(pattern) }
        case .runningOn(let host, let domain):
            self.host(host, at: check.position)
            self.domain(domain, "running-on", unless: false)
        case .task(let domain, let pattern):
            self.domain(domain, "task", unless: false)
            use(pattern)
        case .file(let path, let pattern):
            use(path)
            use(pattern)
        case .received(let receiver, let patterns):
            self.receiver(receiver, at: check.position)
            for pattern in patterns { use(pattern) }
        case .open(let name), .closed(let name): connection(name, at: check.position)
        case .not(let inner): self.check(inner)
        }
    }

    private mutating func receiver(_ name: String, at position: SXPPosition) {
        var receivers: [String] = []
        for item in scenario.setup.items { if case .receiver(let known, _) = item.kind { receivers.append(known) } }
        guard !receivers.contains(name) else { return }
        note(
            "received: there is no (receiver \(name) …)\(Suggestion.phrase(for: name, among: receivers))", at: position)
    }

    private mutating func connection(_ name: String, at position: SXPPosition) {
        guard !connections.contains(name), !domains.isOpenEnded else { return }
        note(
            "there is no connection \(name) before this"
                + Suggestion.phrase(for: name, among: connections.sorted())
                + "; one is named by (console D (as NAME) …), or else like its domain", at: position)
    }
}

extension SExpression {
    /// How many atoms and lists this is.
    package var count: Int { (list ?? []).reduce(1) { $0 + $1.count } }
}
