// Statements and blocks.

extension Parser {
    /// The statements of one logical line, or one compound statement with its blocks.
    mutating func statementLine() throws(Fault) -> [Statement] {
        let start = current.position
        guard case .name(let word) = current.kind else { return try simpleStatements() }
        switch word {
        case "def": return [Statement(position: start, kind: .define(try definition()))]
        case "if": return [Statement(position: start, kind: try choice())]
        case "for", "while": return [Statement(position: start, kind: try repetition(word))]
        default: return try simpleStatements()
        }
    }

    private mutating func simpleStatements() throws(Fault) -> [Statement] {
        var statements = [try simpleStatement()]
        while takeSymbol(";") {
            if current.kind == .newline || current.kind == .end { break }
            statements.append(try simpleStatement())
        }
        guard current.kind == .newline || current.kind == .end else {
            throw Fault(current.position, "expected the end of the line, not \(current.kind.spoken)")
        }
        if current.kind == .newline { advance() }
        return statements
    }

    private mutating func simpleStatement() throws(Fault) -> Statement {
        let start = current.position
        switch current.kind {
        case .indent: throw Fault(start, "this line is indented, but no block begins above it")
        case .name("pass"):
            advance()
            return Statement(position: start, kind: .pass)
        case .name("return"):
            advance()
            return Statement(position: start, kind: .giveBack(atEndOfStatement ? nil : try expressionList()))
        case .name("import"): return Statement(position: start, kind: try importing())
        case .name("break"), .name("continue"):
            return Statement(position: start, kind: .leaveLoop(forGood: advance().kind == .name("break")))
        case .name("print"):
            advance()
            if atEndOfStatement { return Statement(position: start, kind: .print([])) }
            let list = try expressionList()
            if case .tuple(let members) = list.kind { return Statement(position: start, kind: .print(members)) }
            return Statement(position: start, kind: .print([list]))
        case .name("raise"): return Statement(position: start, kind: try raising())
        case .name(let word):
            if let refusal = Parser.refusal(of: word) { throw Fault(start, refusal) }
            return try assignmentOrExpression()
        case .int, .float, .string, .symbol, .newline, .dedent, .end: return try assignmentOrExpression()
        }
    }

    private var atEndOfStatement: Bool {
        current.kind == .newline || current.kind == .end || isSymbol(";")
    }

    /// `import os, re`: many files begin so, and most use nothing of it. What they use is refused where it stands.
    private mutating func importing() throws(Fault) -> Statement.Kind {
        let start = current.position
        repeat {
            advance()
            guard case .name(let module) = current.kind, Scope.modules.contains(module) else {
                throw Fault(start, Parser.refusal(of: "import") ?? "")
            }
            advance()
        } while isSymbol(",")
        guard atEndOfStatement else { throw Fault(start, Parser.refusal(of: "import") ?? "") }
        return .pass
    }

    /// `raise`, `raise ValueError`, `raise ValueError, text`, `raise ValueError(text)`.
    private mutating func raising() throws(Fault) -> Statement.Kind {
        advance()
        if atEndOfStatement { return .raise(exception: nil, text: nil) }
        let exception = try expression()
        return .raise(exception: exception, text: takeSymbol(",") ? try expression() : nil)
    }

    private mutating func assignmentOrExpression() throws(Fault) -> Statement {
        let start = current.position
        let first = try expressionList()
        if case .symbol(let symbol) = current.kind, symbol.count > 1, symbol.hasSuffix("="),
            !["==", "!=", "<=", ">=", ":="].contains(symbol)
        {
            advance()
            try checkTarget(first)
            let kind = Statement.Kind.augment(
                target: first, operation: String(symbol.dropLast()), value: try expressionList())
            return Statement(position: start, kind: kind)
        }
        var targets: [Expression] = []
        var value = first
        while takeSymbol("=") {
            try checkTarget(value)
            targets.append(value)
            if atEndOfStatement { throw Fault(current.position, "expected a value after \"=\"") }
            value = try expressionList()
        }
        return Statement(
            position: start, kind: targets.isEmpty ? .evaluate(value) : .assign(targets: targets, value: value))
    }

    private func checkTarget(_ target: Expression) throws(Fault) {
        switch target.kind {
        case .name: return
        case .tuple(let members), .list(let members):
            for member in members { try checkTarget(member) }
        case .item(let owner, _):
            guard case .name = owner.kind else { fallthrough }
        case .literal, .dictionary, .unary, .binary, .comparison, .and, .or, .conditional, .call, .attribute, .slice,
            .comprehension:
            throw Fault(target.position, "only a name (or NAME[KEY]) can be given a value")
        }
    }

    // MARK: Blocks

    private mutating func choice() throws(Fault) -> Statement.Kind {
        var branches: [(condition: Expression, body: [Statement])] = []
        repeat {
            advance()
            let condition = try expression()
            branches.append((condition, try block(after: "the condition")))
        } while isWord("elif")
        let otherwise = takeWord("else") ? try block(after: "else") : []
        return .choose(branches, otherwise: otherwise)
    }

    /// `for a in b: …`, `while c: …`.
    private mutating func repetition(_ word: String) throws(Fault) -> Statement.Kind {
        advance()
        let target = word == "for" ? try loopTarget() : nil
        let head = try expressionList()
        let body = try block(after: "the head of the loop")
        if isWord("else") { throw Fault(current.position, "else after a loop is not supported") }
        return target.map { .each(target: $0, source: head, body: body) } ?? .loop(while: head, body: body)
    }

    private mutating func definition() throws(Fault) -> FunctionDefinition {
        advance()
        let name = try expectName("the name of the function")
        try expectSymbol("(", "after the name of the function")
        var parameters: [FunctionDefinition.Parameter] = []
        while !isSymbol(")") {
            let parameter = try expectName("the name of a parameter")
            let standard = takeSymbol("=") ? try expression() : nil
            parameters.append(FunctionDefinition.Parameter(name: parameter, standard: standard))
            guard takeSymbol(",") else { break }
        }
        try expectSymbol(")", "after the parameters")
        return FunctionDefinition(name: name, parameters: parameters, body: try block(after: "the parameters"))
    }

    /// `: statement` on the same line, or an indented block.
    private mutating func block(after what: String) throws(Fault) -> [Statement] {
        try enter()
        defer { leave() }
        try expectSymbol(":", "after \(what)")
        guard current.kind == .newline else { return try simpleStatements() }
        advance()
        guard current.kind == .indent else {
            throw Fault(current.position, "expected an indented block after \(what)")
        }
        advance()
        var statements: [Statement] = []
        while current.kind != .dedent && current.kind != .end { statements += try statementLine() }
        if current.kind == .dedent { advance() }
        return statements
    }
}
