import SExpressions

/// Reads what is expected, of the last answer and of what is there.
struct CheckReader {
    /// The name of what is read, for errors.
    let file: String
    /// Where a check goes that cannot be read, so that those behind it are read too.
    let refusals: Refusals

    /// The checks of an `(expect CHECK…)`.
    func expectation(_ value: LocatedSExpression) throws(ScenarioError) -> [Check] {
        let form = Vocabulary.Form(name: "expect", shape: "(expect CHECK…)")
        return try expectation(try FormReader(value, "expectation", [form], file: file))
    }

    func expectation(_ reader: FormReader) throws(ScenarioError) -> [Check] {
        guard !reader.arguments.isEmpty else {
            throw reader.misuse("it expects nothing; (expect _) accepts anything")
        }
        return try checks(reader.arguments)
    }

    func checks(_ values: [LocatedSExpression]) throws(ScenarioError) -> [Check] {
        var checks: [Check] = []
        for value in values {
            if let check = refusals.attempt({ () throws(ScenarioError) in try check(value) }) { checks.append(check) }
        }
        return checks
    }

    func check(_ value: LocatedSExpression) throws(ScenarioError) -> Check {
        if case .atom("_", quoted: false) = value.kind {
            return Check(kind: .anything, position: value.position, source: value)
        }
        var form = try FormReader(value, "check", Vocabulary.checks, file: file)
        let host = try form.takeHost()
        var kind = try answerCheck(&form)
        if kind == nil { kind = try stateCheck(&form) }
        guard let kind else { preconditionFailure("the vocabulary has a check \(form.name) that nothing reads") }
        try form.end()
        return Check(kind: kind, host: host, position: value.position, source: value)
    }

    /// Checks of the last answer; nil when it is none of them.
    private func answerCheck(_ form: inout FormReader) throws(ScenarioError) -> Check.Kind? {
        switch form.name {
        case "status": return .status(try nextNumber(&form, "the status"))
        case "header":
            let name = try form.word("the header's name")
            return .header(name, try nextPattern(&form, "a pattern"))
        case "text": return .text(try nextPattern(&form, "a pattern"))
        case "error": return .error(try nextPattern(&form, "a pattern"))
        case "sxp": return .sxp(try nextPattern(&form, "a pattern"))
        case "xpath":
            let value = form.arguments.first
            let expression = try form.next("the XPath expression")
            guard let text = expression.atom else { throw form.misuse("the expression is a string", at: value) }
            if let reason = XPathSyntax.problem(of: text) {
                throw form.error("\(expression.value) is no XPath expression: \(reason)", at: value)
            }
            return .xpath(text, form.arguments.isEmpty ? nil : try nextPattern(&form, "a pattern"))
        case "not":
            let inner = try check(try form.next("a check"))
            return .not(inner)
        default: return nil
        }
    }

    /// Checks of what is there now.
    private func stateCheck(_ form: inout FormReader) throws(ScenarioError) -> Check.Kind {
        switch form.name {
        case "domain":
            let domain = try form.template("the domain")
            return .domain(domain, try rest(&form))
        case "no-domain": return .noDomain(try form.template("the domain"))
        case "domains": return .domains(try rest(&form))
        case "events": return .events(try rest(&form).map(\.asEvent), exactly: false)
        case "events-exactly": return .events(try rest(&form).map(\.asEvent), exactly: true)
        case "running-on":
            let host = try form.word("the host")
            return .runningOn(host: host, domain: try form.template("the domain"))
        case "memory-free": return .memoryFree(try nextNumber(&form, "the MB"))
        case "no-leaks": return .noLeaks
        case "script-calls":
            let path = try form.word("the script's path")
            return .scriptCalls(path: path, try rest(&form))
        case "task":
            let domain = try form.template("the domain")
            return .task(domain: domain, try nextPattern(&form, "a pattern"))
        case "log": return .log(try nextPattern(&form, "a pattern"))
        case "file":
            let path = try form.template("the path")
            return .file(path: path, try nextPattern(&form, "a pattern"))
        case "received":
            let name = try form.word("the receiver")
            return .received(receiver: name, try rest(&form).map(\.asEvent))
        case "open": return .open(connection: try form.word("the connection"))
        default: return .closed(connection: try form.word("the connection"))
        }
    }

    func nextPattern(_ form: inout FormReader, _ what: String) throws(ScenarioError) -> Pattern {
        try pattern(try form.next(what))
    }

    /// A pattern of what is always a number: another word would never match.
    private func nextNumber(_ form: inout FormReader, _ what: String) throws(ScenarioError) -> Pattern {
        let value = try form.next(what)
        let pattern = try pattern(value)
        if case .text(let template) = pattern, let text = template.literal, Int(text) == nil {
            throw form.error("\(what) is a number, or a pattern like (> 400), not \(text)", at: value)
        }
        return pattern
    }

    private func pattern(_ value: LocatedSExpression) throws(ScenarioError) -> Pattern {
        try PatternReader(file: file).pattern(value)
    }

    private func rest(_ form: inout FormReader) throws(ScenarioError) -> [Pattern] {
        var patterns: [Pattern] = []
        for argument in form.arguments { patterns.append(try pattern(argument)) }
        form.arguments = []
        return patterns
    }
}

extension Pattern {
    /// As the pattern of an event `(NAME VALUE)`: its name alone, bare or in parentheses, stands for any value.
    var asEvent: Pattern {
        switch self {
        case .text, .regex: .list([self, .rest])
        case .list(let members) where members.count == 1: .list(members + [.rest])
        case .either(let patterns): .either(patterns.map(\.asEvent))
        case .all(let patterns): .all(patterns.map(\.asEvent))
        case .not(let pattern): .not(pattern.asEvent)
        case .anything, .rest, .variable, .less, .greater, .list, .element: self
        }
    }
}
