import SExpressions

/// Reads the steps of a story.
struct StepReader {
    /// The name of what is read, for errors.
    let file: String
    /// Where a step or check goes that cannot be read, so that those behind it are read too.
    let refusals: Refusals

    private var checkReader: CheckReader { CheckReader(file: file, refusals: refusals) }

    /// - Parameter orSetup: whether the errors should name the setup forms too, since they may stand here.
    func step(_ value: LocatedSExpression, orSetup: Bool = false) throws(ScenarioError) -> ScenarioStep {
        let isStep = Vocabulary.steps.names.contains(value.list?.first?.atom ?? "")
        let allowed = orSetup && !isStep ? Vocabulary.steps + Vocabulary.setup : Vocabulary.steps
        if let head = value.list?.first?.atom, let instead = Self.elsewhere[head], !isStep {
            throw ScenarioError(
                ScenarioPlace(file: file, position: value.position), "(\(head) …) is no step; \(instead)")
        }
        var form = try FormReader(value, "step", allowed, file: file)
        let host = try form.takeHost()
        if form.name == "expect" {
            let checks = try checkReader.expectation(form)
            return ScenarioStep(
                action: .expect, host: host, expectation: checks, position: value.position, source: value)
        }
        let expectation = try takeExpectation(&form)
        let action = try self.action(&form)
        try form.end()
        return ScenarioStep(
            action: action, host: host, expectation: expectation, position: value.position, source: value)
    }

    /// Takes the `(expect CHECK…)` at the end away. On a stream `(expect TEXT)` is what should come next, not a check.
    private func takeExpectation(_ form: inout FormReader) throws(ScenarioError) -> [Check]? {
        guard let last = form.arguments.last, last.list?.first?.atom == "expect" else { return nil }
        if form.name == "console" || form.name == "debug" {
            let isCheck = last.list?.dropFirst().first.map { argument in
                if case .atom("_", quoted: false) = argument.kind { return true }
                return argument.list?.first?.atom.map(Vocabulary.checks.names.contains) ?? false
            }
            guard isCheck ?? false else { return nil }
        }
        form.arguments.removeLast()
        return try checkReader.expectation(last)
    }

    /// Forms that people look for among the steps.
    private static let elsewhere: [String: String] = {
        var hints: [String: String] = ["on": "(on HOST) is the first child of a step or check"]
        for check in Vocabulary.checks { hints[check.name] = "it is a check: (expect \(check.shape))" }
        for behaviour in Vocabulary.behaviours {
            hints[behaviour.name] = "it belongs into (kernel PATH \(behaviour.shape)) or (guest D …)"
        }
        return hints
    }()

    private func action(_ form: inout FormReader) throws(ScenarioError) -> ScenarioStep.Action {
        if let request = try RequestReader().operation(&form) { return .request(request) }
        if let action = try machineAction(&form) { return action }
        return try orderAction(&form)
    }

    /// Steps on streams, guests and machines; nil when it is none of them.
    private func machineAction(_ form: inout FormReader) throws(ScenarioError) -> ScenarioStep.Action? {
        switch form.name {
        case "request": return .request(try RequestReader().request(&form))
        case "console": return .console(try console(&form))
        case "debug": return .debug(try streamActs(&form))
        default: return try MachineAct.read(&form).map { .machine($0) }
        }
    }

    /// Steps about time and order, and checks.
    private func orderAction(_ form: inout FormReader) throws(ScenarioError) -> ScenarioStep.Action {
        switch form.name {
        case "advance": return .advance(try form.time("the time"))
        case "settle": return .settle
        case "wait": return try wait(&form)
        case "background":
            let name = try form.word("a name for it")
            return .background(name: name, try step(try form.next("the step")))
        case "finish":
            let name = try form.word("the name of what was begun with background")
            return .finish(name: name, try remainingChecks(&form))
        case "when":
            let condition = try checkReader.check(try form.next("a check"))
            return .when(condition, try step(try form.next("the step")))
        case "parallel": return .parallel(try remainingSteps(&form))
        case "repeat":
            let times = try form.number("how often", 0...ScenarioReader.stepLimit)
            return .repeat(times, try remainingSteps(&form))
        default:
            preconditionFailure("the vocabulary has a step \(form.name) that nothing reads")
        }
    }

    private func wait(_ form: inout FormReader) throws(ScenarioError) -> ScenarioStep.Action {
        var within = Duration.seconds(60)
        if let first = form.arguments.first, first.list?.first?.atom == "within" {
            form.arguments.removeFirst()
            let shape = Vocabulary.Form(name: "within", shape: "(within T)")
            var part = try FormReader(first, "part of wait", [shape], file: file)
            within = try part.time("the time")
            try part.end()
        }
        guard !form.arguments.isEmpty else { throw form.misuse("what to wait for is missing") }
        return .wait(within: within, try remainingChecks(&form))
    }

    private func remainingChecks(_ form: inout FormReader) throws(ScenarioError) -> [Check] {
        let checks = try checkReader.checks(form.arguments)
        form.arguments = []
        return checks
    }

    private func remainingSteps(_ form: inout FormReader) throws(ScenarioError) -> [ScenarioStep] {
        guard !form.arguments.isEmpty else { throw form.misuse("a step is missing") }
        var steps: [ScenarioStep] = []
        for argument in form.arguments {
            if let step = refusals.attempt({ () throws(ScenarioError) in try step(argument) }) { steps.append(step) }
        }
        form.arguments = []
        return steps
    }

    private func console(_ form: inout FormReader) throws(ScenarioError) -> ConsoleStep {
        let domain = try form.template("the domain")
        var connection: String?
        if let first = form.arguments.first, first.list?.first?.atom == "as" {
            form.arguments.removeFirst()
            let shape = Vocabulary.Form(name: "as", shape: "(as NAME)")
            var part = try FormReader(first, "part of console", [shape], file: file)
            connection = try part.word("the name")
            try part.end()
        }
        if connection == nil { connection = domain.literal }
        return ConsoleStep(domain: domain, connection: connection, acts: try streamActs(&form))
    }

    private func streamActs(_ form: inout FormReader) throws(ScenarioError) -> [StreamAct] {
        var acts: [StreamAct] = []
        for argument in form.arguments {
            var part = try FormReader(argument, "act of a connection", Vocabulary.streamActs, file: file)
            switch part.name {
            case "from": acts.append(.from(try part.word("the client's address")))
            case "connect": acts.append(.connect)
            case "send": acts.append(.send(try part.value("the text")))
            case "expect": acts.append(.expect(try checkReader.nextPattern(&part, "the text")))
            default: acts.append(.disconnect)
            }
            try part.end()
        }
        form.arguments = []
        return acts
    }
}
