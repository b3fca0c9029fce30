// Expressions, from the weakest operator to the strongest.

extension Parser {
    /// One expression, or several with commas between them, which make a tuple.
    mutating func expressionList() throws(Fault) -> Expression {
        let start = current.position
        let first = try expression()
        guard isSymbol(",") else { return first }
        var members = [first]
        while takeSymbol(",") {
            if !startsExpression { break }
            members.append(try expression())
        }
        return Expression(position: start, kind: .tuple(members))
    }

    private var startsExpression: Bool {
        switch current.kind {
        case .int, .float, .string: true
        case .name(let word): !Parser.keywords.contains(word) || word == "not"
        case .symbol(let symbol): ["(", "[", "{", "+", "-", "~"].contains(symbol)
        case .newline, .indent, .dedent, .end: false
        }
    }

    /// `a if c else b`, or anything stronger.
    mutating func expression() throws(Fault) -> Expression {
        try enter()
        defer { leave() }
        let value = try disjunction()
        guard isWord("if") else { return value }
        advance()
        let condition = try disjunction()
        guard takeWord("else") else {
            throw Fault(current.position, "expected \"else\" after the condition, not \(current.kind.spoken)")
        }
        let kind = Expression.Kind.conditional(condition: condition, then: value, otherwise: try expression())
        return Expression(position: value.position, kind: kind)
    }

    /// Counts the links of a chain: a chain is a tree as deep as it is long, and is walked by recursion.
    private func count(_ links: inout Int) throws(Fault) {
        links += 1
        if links > ConfigLimits.chain {
            throw Fault(current.position, "more than \(ConfigLimits.chain) operators in one chain")
        }
    }

    private mutating func disjunction() throws(Fault) -> Expression {
        var left = try conjunction()
        var links = 0
        while takeWord("or") {
            try count(&links)
            left = Expression(position: left.position, kind: .or(left, try conjunction()))
        }
        return left
    }

    private mutating func conjunction() throws(Fault) -> Expression {
        var left = try negation()
        var links = 0
        while takeWord("and") {
            try count(&links)
            left = Expression(position: left.position, kind: .and(left, try negation()))
        }
        return left
    }

    private mutating func negation() throws(Fault) -> Expression {
        guard isWord("not") else { return try comparison() }
        try enter()
        defer { leave() }
        let start = advance().position
        return Expression(position: start, kind: .unary("not", try negation()))
    }

    private mutating func comparison() throws(Fault) -> Expression {
        let left = try binary(level: 0)
        var rest: [(operation: String, right: Expression)] = []
        while let operation = takeComparison() {
            rest.append((operation, try binary(level: 0)))
        }
        return rest.isEmpty ? left : Expression(position: left.position, kind: .comparison(left, rest))
    }

    private mutating func takeComparison() -> String? {
        switch current.kind {
        case .symbol(let symbol) where ["<", ">", "<=", ">=", "==", "!=", "<>"].contains(symbol):
            advance()
            return symbol == "<>" ? "!=" : symbol
        case .name("in"):
            advance()
            return "in"
        case .name("is"):
            advance()
            return takeWord("not") ? "is not" : "is"
        case .name("not"):
            advance()
            return takeWord("in") ? "not in" : "not"
        case .name, .int, .float, .string, .symbol, .newline, .indent, .dedent, .end: return nil
        }
    }

    /// The operators that associate to the left, weakest first.
    private static let levels = [["|"], ["^"], ["&"], ["<<", ">>"], ["+", "-"], ["*", "/", "//", "%"]]

    private mutating func binary(level: Int) throws(Fault) -> Expression {
        guard level < Parser.levels.count else { return try unary() }
        var left = try binary(level: level + 1)
        var links = 0
        while case .symbol(let symbol) = current.kind, Parser.levels[level].contains(symbol) {
            try count(&links)
            let place = advance().position
            left = Expression(position: place, kind: .binary(symbol, left, try binary(level: level + 1)))
        }
        return left
    }

    private mutating func unary() throws(Fault) -> Expression {
        guard case .symbol(let symbol) = current.kind, ["+", "-", "~"].contains(symbol) else { return try power() }
        try enter()
        defer { leave() }
        let start = advance().position
        return Expression(position: start, kind: .unary(symbol, try unary()))
    }

    private mutating func power() throws(Fault) -> Expression {
        let left = try primary()
        guard isSymbol("**") else { return left }
        try enter()
        defer { leave() }
        let place = advance().position
        return Expression(position: place, kind: .binary("**", left, try unary()))
    }

    // MARK: Calls, items, attributes

    private mutating func primary() throws(Fault) -> Expression {
        var value = try atom()
        var links = 0
        while true {
            if takeSymbol("(") {
                value = Expression(position: value.position, kind: .call(value, try arguments()))
            } else if takeSymbol("[") {
                value = Expression(position: value.position, kind: try subscription(of: value))
            } else if takeSymbol(".") {
                value = Expression(
                    position: value.position, kind: .attribute(value, try expectName("a name after \".\"")))
            } else {
                return value
            }
            try count(&links)
        }
    }

    private mutating func arguments() throws(Fault) -> [Expression.Argument] {
        var arguments: [Expression.Argument] = []
        while !isSymbol(")") {
            let value = try expression()
            if isSymbol("="), case .name(let name) = value.kind {
                advance()
                arguments.append(Expression.Argument(name: name, value: try expression()))
            } else {
                let value = try comprehension(of: value) ?? value
                arguments.append(Expression.Argument(name: nil, value: value))
            }
            guard takeSymbol(",") else { break }
        }
        try expectSymbol(")", "after the arguments")
        return arguments
    }

    private mutating func subscription(of owner: Expression) throws(Fault) -> Expression.Kind {
        let first = isSymbol(":") ? nil : try expression()
        guard takeSymbol(":") else {
            try expectSymbol("]", "after the index")
            guard let first else { throw Fault(current.position, "expected an index") }
            return .item(owner, first)
        }
        let last = isSymbol("]") ? nil : try expression()
        try expectSymbol("]", "after the range")
        return .slice(owner, from: first, to: last)
    }

    // MARK: Atoms

    private mutating func atom() throws(Fault) -> Expression {
        let token = current
        switch token.kind {
        case .int(let value):
            advance()
            return Expression(position: token.position, kind: .literal(.int(value)))
        case .float(let value):
            advance()
            return Expression(position: token.position, kind: .literal(.float(value)))
        case .string: return Expression(position: token.position, kind: .literal(.string(try strings())))
        case .name(let word): return try name(word)
        case .symbol("("): return try parenthesis()
        case .symbol("["):
            advance()
            return try list(token.position)
        case .symbol("{"): return try dictionary()
        case .symbol("`"): throw Fault(token.position, "`value` is not supported: write repr(value)")
        case .symbol, .newline, .indent, .dedent, .end:
            throw Fault(token.position, "expected a value, not \(token.kind.spoken)")
        }
    }

    /// Strings that stand beside each other are one.
    private mutating func strings() throws(Fault) -> String {
        var result = ""
        while case .string(let part) = current.kind {
            result += part
            if result.utf8.count > ConfigLimits.stringSize {
                throw Fault(current.position, "the string is longer than \(ConfigLimits.stringSize) bytes")
            }
            advance()
        }
        return result
    }

    private mutating func name(_ word: String) throws(Fault) -> Expression {
        let place = current.position
        if let refusal = Parser.refusal(of: word) { throw Fault(place, refusal) }
        if Parser.keywords.contains(word) { throw Fault(place, "expected a value, not \"\(word)\"") }
        advance()
        return Expression(position: place, kind: .name(word))
    }

    private mutating func parenthesis() throws(Fault) -> Expression {
        let start = advance().position
        if takeSymbol(")") { return Expression(position: start, kind: .tuple([])) }
        let value = try expression()
        let first = try comprehension(of: value) ?? value
        guard takeSymbol(",") else {
            try expectSymbol(")", "after the expression")
            return Expression(position: first.position, kind: first.kind)
        }
        let rest = try members(until: ")", of: "tuple")
        return Expression(position: start, kind: .tuple([first] + rest))
    }

    private mutating func members(until close: String, of what: String) throws(Fault) -> [Expression] {
        var members: [Expression] = []
        while !isSymbol(close) {
            members.append(try expression())
            if members.count > ConfigLimits.members {
                throw Fault(current.position, "the \(what) has more than \(ConfigLimits.members) members")
            }
            guard takeSymbol(",") else { break }
        }
        try expectSymbol(close, "or \",\" after a member of the \(what)")
        return members
    }

    private mutating func dictionary() throws(Fault) -> Expression {
        let start = advance().position
        var pairs: [(key: Expression, value: Expression)] = []
        while !isSymbol("}") {
            let key = try expression()
            try expectSymbol(":", "after the key of a dictionary")
            pairs.append((key, try expression()))
            try refuseComprehension()
            guard pairs.count <= ConfigLimits.members else {
                throw Fault(current.position, "the dictionary has more than \(ConfigLimits.members) members")
            }
            guard takeSymbol(",") else { break }
        }
        try expectSymbol("}", "or \",\" after a member of the dictionary")
        return Expression(position: start, kind: .dictionary(pairs))
    }

    private func refuseComprehension() throws(Fault) {
        guard isWord("for") else { return }
        throw Fault(current.position, "comprehensions of dictionaries are not supported: write the members out")
    }

    // MARK: Comprehensions

    /// `[a, b]`, or `[f(a) for a in b]`.
    private mutating func list(_ start: SourcePosition) throws(Fault) -> Expression {
        if takeSymbol("]") { return Expression(position: start, kind: .list([])) }
        let first = try expression()
        if let comprehension = try comprehension(of: first) {
            try expectSymbol("]", "after the comprehension")
            return comprehension
        }
        if takeSymbol("]") { return Expression(position: start, kind: .list([first])) }
        try expectSymbol(",", "or \"]\" after a member of the list")
        return Expression(position: start, kind: .list([first] + (try members(until: "]", of: "list"))))
    }

    /// What stands behind the member of a comprehension; nil: it is none.
    private mutating func comprehension(of member: Expression) throws(Fault) -> Expression? {
        guard takeWord("for") else { return nil }
        try enter()
        defer { leave() }
        let target = try loopTarget()
        let source = try disjunction()
        let condition = takeWord("if") ? try disjunction() : nil
        if isWord("for") || isWord("if") {
            throw Fault(current.position, "a comprehension has one for, and at most one if")
        }
        let kind = Expression.Kind.comprehension(member, target: target, source: source, condition: condition)
        return Expression(position: member.position, kind: kind)
    }

    /// `a in`, `a, b in`, `(a, b) in`.
    mutating func loopTarget() throws(Fault) -> Expression {
        let start = current.position
        let isBracketed = takeSymbol("(")
        var names: [Expression] = []
        repeat {
            let place = current.position
            names.append(Expression(position: place, kind: .name(try expectName("the name of a variable"))))
        } while takeSymbol(",")
        if isBracketed { try expectSymbol(")", "after the names") }
        guard takeWord("in") else {
            throw Fault(current.position, "expected \"in\" after the name, not \(current.kind.spoken)")
        }
        return names.count == 1 ? names[0] : Expression(position: start, kind: .tuple(names))
    }
}
