import SExpressions

/// What can be said about a scenario's names without running it: hosts that are not declared, names that nothing binds, values
/// that contain themselves, domains that nothing creates.
struct ReferenceCheck {
    private let scenario: Scenario
    private var bound: Set<String> = []
    private var backgrounds: Set<String> = []
    private var connections: Set<String> = []
    private var domains = DomainNames()

    /// A value that grows beyond this many atoms and lists when its names are replaced is refused.
    static let expansionLimit = 100_000
    /// Values are replaced by recursion.
    static let depthLimit = 100

    static func check(_ scenario: Scenario) throws(ScenarioError) {
        var check = ReferenceCheck(scenario: scenario)
        try check.bindings()
        check.domains = DomainNames(of: scenario)
        for item in scenario.setup.items { try check.host(item.host, at: item.position) }
        for step in scenario.steps { try check.step(step) }
    }

    private init(scenario: Scenario) { self.scenario = scenario }

    private func error(_ message: String, at position: SXPPosition) -> ScenarioError {
        ScenarioError(ScenarioPlace(file: scenario.place.file, position: position), message)
    }

    // MARK: Values

    private mutating func bindings() throws(ScenarioError) {
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
            guard bound.insert(name).inserted else {
                throw error("let: $\(name) is bound already", at: item.position)
            }
        }
        let templates = Dictionary(values.map { ($0.name, $0.template) }) { first, _ in first }
        var sizes: [String: Int] = [:]
        for value in values {
            try use(value.template)
            var path: [String] = []
            _ = try size(of: value.name, templates, &path, &sizes, at: value.position)
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

    private func use(_ template: Template) throws(ScenarioError) {
        for reference in template.references {
            guard Template.resolve(reference.name, { bound.contains($0) }) == nil else { continue }
            let names = bound.sorted()
            let hint = Suggestion.phrase(for: reference.name, among: names)
            let known = names.isEmpty ? "nothing is bound here" : "bound are " + names.map { "$" + $0 }.joined(separator: ", ")
            throw error("nothing binds $\(reference.name) before this\(hint); \(known)", at: reference.position)
        }
    }

    private mutating func use(_ pattern: Pattern) throws(ScenarioError) {
        switch pattern {
        case .anything, .rest, .regex: break
        case .variable(let name): bound.insert(name)
        case .text(let template), .less(let template), .greater(let template): try use(template)
        case .not(let inner): try use(inner)
        case .either(let patterns), .list(let patterns): for pattern in patterns { try use(pattern) }
        case .element(let name, let fields):
            try use(name)
            for field in fields { try use(field) }
        }
    }

    private func host(_ name: String?, at position: SXPPosition) throws(ScenarioError) {
        guard let name, !name.contains("$") else { return }
        let hosts = scenario.setup.hosts.map(\.name)
        guard !hosts.contains(name) else { return }
        throw error(
            "there is no host \(name)\(Suggestion.phrase(for: name, among: hosts)); hosts are "
                + hosts.joined(separator: ", "), at: position)
    }

    // MARK: Steps

    private mutating func step(_ step: Step) throws(ScenarioError) {
        try host(step.host, at: step.position)
        try action(step)
        for check in step.expectation ?? [] { try self.check(check) }
    }

    private mutating func action(_ step: Step) throws(ScenarioError) {
        let isGuarded = step.expectation != nil
        switch step.action {
        case .request(let request): try self.request(request, in: step)
        case .console(let console):
            try domain(console.domain, "console", unless: isGuarded)
            if let name = console.connection { connections.insert(name) }
            try stream(console.acts)
        case .debug(let acts): try stream(acts)
        case .guest(let domain, _): try self.domain(domain, "guest", unless: isGuarded)
        case .expect, .advance, .settle, .heal, .daemon, .xl, .clock: break
        case .wait(_, let checks): for check in checks { try self.check(check) }
        case .background(let name, let inner):
            try self.step(inner)
            guard backgrounds.insert(name).inserted else {
                throw error("background: \(name) is begun already", at: step.position)
            }
        case .finish(let name, let checks): try finish(name, checks, at: step.position)
        case .when(let check, let inner):
            try self.check(check)
            try self.step(inner)
        case .parallel(let steps): for inner in steps { try self.step(inner) }
        case .repeat(_, let steps): try repeated(steps)
        case .fault(let rule): if rule.pattern.kind == .network {
            for name in [rule.pattern.name, rule.pattern.detail] { try host(name, at: step.position) }
        }
        case .powerLoss(let host), .hostReboot(let host): try self.host(host, at: step.position)
        case .copy(let path, let from, let to):
            try use(path)
            try host(from, at: step.position)
            try host(to, at: step.position)
        case .write(let path, let text):
            try use(path)
            try use(text)
        case .corrupt(let path): try use(path)
        case .change(let item): try host(item.host, at: item.position)
        }
    }

    private mutating func finish(_ name: String, _ checks: [Check], at position: SXPPosition) throws(ScenarioError) {
        guard backgrounds.remove(name) != nil else {
            let names = backgrounds.sorted()
            throw error(
                "finish: nothing named \(name) was begun with (background \(name) …)"
                    + Suggestion.phrase(for: name, among: names), at: position)
        }
        for check in checks { try self.check(check) }
    }

    private mutating func repeated(_ steps: [Step]) throws(ScenarioError) {
        let hadCounter = bound.contains("n")
        bound.insert("n")
        for inner in steps { try step(inner) }
        if !hadCounter { bound.remove("n") }
    }

    private mutating func stream(_ acts: [StreamAct]) throws(ScenarioError) {
        for act in acts {
            switch act {
            case .from, .connect, .disconnect: break
            case .send(let template): try use(template)
            case .expect(let pattern): try use(pattern)
            }
        }
    }

    private mutating func request(_ request: RequestTemplate, in step: Step) throws(ScenarioError) {
        try use(request.method)
        for piece in request.path {
            switch piece {
            case .text(let template), .segment(let template): try use(template)
            }
        }
        var fields = request.query + request.headers
        switch request.body {
        case .none: break
        case .form(let more), .multipart(let more): fields += more
        case .text(let template): try use(template)
        }
        for field in fields {
            try use(field.name)
            try use(field.value)
        }
        guard request.isOperation, case .segment(let domain)? = request.path.last else { return }
        let name = step.source.name ?? "request"
        try self.domain(domain, name, unless: step.expectation != nil)
        if name == "migrate", case .form(let fields) = request.body, step.expectation == nil {
            try host(fields.first { $0.name.literal == "destination" }?.value.literal, at: step.position)
        }
    }

    // MARK: Domains and checks

    /// A step on a domain that nothing makes can only fail; one that says what it expects may well want that.
    private func domain(_ domain: Template, _ form: String, unless isGuarded: Bool) throws(ScenarioError) {
        try use(domain)
        guard !isGuarded, !scenario.setup.toleratesFailures, let name = domain.literal, !domains.mayExist(name) else { return }
        throw error(
            "\(form): nothing creates a domain \(name)\(Suggestion.phrase(for: name, among: domains.known)); "
                + "created are \(domains.list)", at: domain.source.position)
    }

    private mutating func check(_ check: Check) throws(ScenarioError) {
        try host(check.host, at: check.position)
        switch check.kind {
        case .anything, .noLeaks: break
        case .status(let pattern), .header(_, let pattern), .text(let pattern), .error(let pattern), .sxp(let pattern),
            .memoryFree(let pattern), .log(let pattern): try use(pattern)
        case .xpath(_, let pattern): if let pattern { try use(pattern) }
        case .domain(let domain, let fields):
            try self.domain(domain, "domain", unless: false)
            for field in fields { try use(field) }
        case .noDomain(let domain): try use(domain)
        case .domains(let patterns), .events(let patterns, _), .scriptCalls(_, let patterns):
            for pattern in patterns { try use(pattern) }
        case .runningOn(let host, let domain):
            try self.host(host, at: check.position)
            try self.domain(domain, "running-on", unless: false)
        case .task(let domain, let pattern):
            try self.domain(domain, "task", unless: false)
            try use(pattern)
        case .file(let path, let pattern):
            try use(path)
            try use(pattern)
        case .received(let receiver, let patterns):
            try self.receiver(receiver, at: check.position)
            for pattern in patterns { try use(pattern) }
        case .open(let name), .closed(let name): try connection(name, at: check.position)
        case .not(let inner): try self.check(inner)
        }
    }

    private func receiver(_ name: String, at position: SXPPosition) throws(ScenarioError) {
        var receivers: [String] = []
        for item in scenario.setup.items { if case .receiver(let known, _) = item.kind { receivers.append(known) } }
        guard !receivers.contains(name) else { return }
        throw error(
            "received: there is no (receiver \(name) …)\(Suggestion.phrase(for: name, among: receivers))", at: position)
    }

    private func connection(_ name: String, at position: SXPPosition) throws(ScenarioError) {
        guard !connections.contains(name), !domains.isOpenEnded else { return }
        throw error(
            "there is no connection \(name) before this"
                + Suggestion.phrase(for: name, among: connections.sorted())
                + "; one is named by (console D (as NAME) …), or else like its domain", at: position)
    }
}

extension SExpression {
    /// How many atoms and lists this is.
    var count: Int { (list ?? []).reduce(1) { $0 + $1.count } }
}
