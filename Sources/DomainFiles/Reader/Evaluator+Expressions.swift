// Expressions to values.

extension Evaluator {
    /// An evaluated argument of a call.
    struct Argument {
        var name: String?
        var value: ConfigValue

        init(name: String? = nil, value: ConfigValue) {
            self.name = name
            self.value = value
        }
    }

    mutating func value(of expression: Expression) throws(Fault) -> ConfigValue {
        let place = expression.position
        try budget.enter(place)
        defer { budget.leave() }
        switch expression.kind {
        case .literal(let value): return value
        case .name(let name): return try variable(name, at: place)
        case .list(let members): return .list(try values(of: members))
        case .tuple(let members): return .tuple(try values(of: members))
        case .dictionary(let pairs): return try dictionary(pairs)
        case .unary(let operation, let operand):
            return try Operators.unary(operation, try value(of: operand), at: place)
        case .binary(let operation, let left, let right):
            let left = try value(of: left)
            return try Operators.binary(operation, left, try value(of: right), at: place, &budget)
        case .comparison(let left, let rest): return try comparison(left, rest)
        case .and(let left, let right):
            let left = try value(of: left)
            return left.isTrue ? try value(of: right) : left
        case .or(let left, let right):
            let left = try value(of: left)
            return left.isTrue ? left : try value(of: right)
        case .conditional(let condition, let then, let otherwise):
            return try value(of: condition).isTrue ? try value(of: then) : try value(of: otherwise)
        case .call(let function, let arguments): return try call(function, arguments, at: place)
        case .attribute(let owner, "path"):
            guard case .module("os") = try value(of: owner) else {
                throw refusal(of: try value(of: owner), "path", at: place)
            }
            return .module("os.path")
        case .attribute(let owner, let name): throw refusal(of: try value(of: owner), name, at: place)
        case .item(let owner, let key): return try item(owner, key)
        case .slice(let owner, let first, let last): return try slice(owner, first, last, at: place)
        case .comprehension(let member, let target, let source, let condition):
            return try comprehension(member, target, source, condition)
        }
    }

    private mutating func comprehension(
        _ member: Expression, _ target: Expression, _ source: Expression, _ condition: Expression?
    ) throws(Fault) -> ConfigValue {
        var result: [ConfigValue] = []
        for value in try members(of: value(of: source), at: source.position) {
            try assign(value, to: target)
            if let condition, try !self.value(of: condition).isTrue { continue }
            result.append(try self.value(of: member))
        }
        try budget.count(members: result.count, at: member.position)
        return .list(result)
    }

    private mutating func variable(_ name: String, at place: SourcePosition) throws(Fault) -> ConfigValue {
        if let value = lookup(name) { return value }
        if name.hasPrefix("get_current_ip") {
            throw Fault(place, "\(name) is not supported: it asks the network of this machine; write the address")
        }
        let hint = "define it above, or add \(name)=VALUE to the command line"
        throw Fault(place, "\(name) has no value (\(hint))")
    }

    private mutating func values(of expressions: [Expression]) throws(Fault) -> [ConfigValue] {
        var values: [ConfigValue] = []
        values.reserveCapacity(expressions.count)
        for expression in expressions { values.append(try value(of: expression)) }
        if let first = expressions.first { try budget.count(members: values.count, at: first.position) }
        return values
    }

    private mutating func dictionary(_ pairs: [(key: Expression, value: Expression)]) throws(Fault) -> ConfigValue {
        var result: [(key: ConfigValue, value: ConfigValue)] = []
        for pair in pairs {
            let key = try value(of: pair.key)
            let value = try value(of: pair.value)
            if let place = result.firstIndex(where: { $0.key.equals(key) }) {
                result[place].value = value
            } else {
                result.append((key, value))
            }
        }
        if let first = pairs.first { try budget.count(members: result.count, at: first.key.position) }
        return .dictionary(result)
    }

    private mutating func comparison(_ first: Expression, _ rest: [(operation: String, right: Expression)])
        throws(Fault)
        -> ConfigValue
    {
        var left = try value(of: first)
        for (operation, expression) in rest {
            let right = try value(of: expression)
            if !(try Operators.compare(operation, left, right, at: expression.position)) { return .bool(false) }
            left = right
        }
        return .bool(true)
    }

    // MARK: Items

    private mutating func item(_ owner: Expression, _ key: Expression) throws(Fault) -> ConfigValue {
        let container = try value(of: owner)
        let index = try value(of: key)
        switch container {
        case .list(let members), .tuple(let members):
            return members[try position(of: index, in: members.count, at: key.position)]
        case .string(let text):
            let characters = Array(text)
            return .string(String(characters[try position(of: index, in: characters.count, at: key.position)]))
        case .dictionary(let pairs):
            guard let pair = pairs.first(where: { $0.key.equals(index) }) else {
                throw Fault(key.position, "the dictionary has no key \(index.representation)")
            }
            return pair.value
        case .module(let name): throw refusal(of: container, name, at: owner.position)
        case .none, .bool, .int, .float, .function, .builtin, .variableTable, .exception:
            throw Fault(owner.position, "\(container.typeName) has no items")
        }
    }

    /// The place that an index means, counted from the end where it is negative.
    func position(of index: ConfigValue, in count: Int, at place: SourcePosition) throws(Fault) -> Int {
        guard let number = index.integer else { throw Fault(place, "an index must be an int, not \(index.typeName)") }
        let (position, overflow) = number < 0 ? number.addingReportingOverflow(count) : (number, false)
        guard !overflow, position >= 0, position < count else {
            throw Fault(place, "index \(number) is outside the \(count) members")
        }
        return position
    }

    private mutating func slice(
        _ owner: Expression, _ first: Expression?, _ last: Expression?, at place: SourcePosition
    ) throws(Fault) -> ConfigValue {
        let container = try value(of: owner)
        func bound(_ index: ConfigValue?, _ standard: Int, _ count: Int) throws(Fault) -> Int {
            guard let index else { return standard }
            guard let number = index.integer else { throw Fault(place, "a range needs ints, not \(index.typeName)") }
            return max(0, min(count, number < 0 ? number.addingReportingOverflow(count).partialValue : number))
        }
        var bounds: [ConfigValue?] = []
        for expression in [first, last] {
            if let expression { bounds.append(try value(of: expression)) } else { bounds.append(nil) }
        }
        let count = container.memberCount ?? 0
        let from = try bound(bounds[0], 0, count)
        let range = from..<max(from, try bound(bounds[1], count, count))
        switch container {
        case .list(let members): return .list(Array(members[range]))
        case .tuple(let members): return .tuple(Array(members[range]))
        case .string(let text): return .string(String(Array(text)[range]))
        case .none, .bool, .int, .float, .dictionary, .function, .builtin, .variableTable, .module, .exception:
            throw Fault(place, "\(container.typeName) has no ranges")
        }
    }

    func refusal(of owner: ConfigValue, _ name: String, at place: SourcePosition) -> Fault {
        switch owner {
        case .module(let module):
            Fault(place, "\(module).\(name) is not supported: no Python module is loaded; \(Parser.supported)")
        case .variableTable: Fault(place, "xm_vars.\(name) is not supported: there are xm_vars.var and xm_vars.check")
        case .none, .bool, .int, .float, .string, .list, .tuple, .dictionary, .function, .builtin, .exception:
            Fault(place, "methods such as .\(name) are not supported: \(Parser.supported)")
        }
    }

    // MARK: Calls

    private mutating func call(
        _ function: Expression, _ arguments: [Expression.Argument], at place: SourcePosition
    ) throws(Fault) -> ConfigValue {
        if case .attribute(let owner, let name) = function.kind {
            let value = try value(of: owner)
            guard case .variableTable = value, name == "var" || name == "check" else {
                return try method(name, of: value, owner, try evaluate(arguments), at: function.position)
            }
            return try callVariableTable(name, try evaluate(arguments), at: place)
        }
        let callee = try value(of: function)
        return try apply(callee, try evaluate(arguments), at: place)
    }

    private mutating func evaluate(_ arguments: [Expression.Argument]) throws(Fault) -> [Argument] {
        var result: [Argument] = []
        for argument in arguments { result.append(Argument(name: argument.name, value: try value(of: argument.value))) }
        return result
    }

    /// Calls anything that can be called.
    mutating func apply(_ callee: ConfigValue, _ arguments: [Argument], at place: SourcePosition) throws(Fault)
        -> ConfigValue
    {
        switch callee {
        case .function(let index): return try call(index, arguments, at: place)
        case .builtin(let builtin): return try builtin.call(arguments, at: place, &budget)
        case .exception(let name, _): return .exception(name, arguments.first?.value.text)
        case .none, .bool, .int, .float, .string, .list, .tuple, .dictionary, .variableTable, .module:
            throw Fault(place, "\(callee.typeName) cannot be called")
        }
    }

    private mutating func callVariableTable(
        _ name: String, _ arguments: [Argument], at place: SourcePosition
    ) throws(Fault) -> ConfigValue {
        if name == "check" {
            try checkDeclared(at: place)
            return .none
        }
        let names = ["name", "use", "check"]
        var given: [String: ConfigValue] = [:]
        for (index, argument) in arguments.enumerated() {
            guard index < names.count, names.contains(argument.name ?? names[index]) else {
                throw Fault(place, "xm_vars.var takes a name, use=TEXT and check=FUNCTION")
            }
            given[argument.name ?? names[index]] = argument.value
        }
        guard case .string(let variable)? = given["name"] else {
            throw Fault(place, "xm_vars.var needs the name of the variable as a string")
        }
        var use = ""
        if case .string(let text)? = given["use"] { use = text }
        try declare(Declaration(name: variable, use: use, check: given["check"]), at: place)
        return .none
    }
}

extension ConfigValue {
    /// The members of a list or tuple.
    var sequence: [ConfigValue]? {
        switch self {
        case .list(let members), .tuple(let members): members
        case .none, .bool, .int, .float, .string, .dictionary, .function, .builtin, .variableTable, .module,
            .exception:
            nil
        }
    }

    /// How many members `len()` counts.
    var memberCount: Int? {
        switch self {
        case .list(let members), .tuple(let members): members.count
        case .dictionary(let pairs): pairs.count
        case .string(let text): text.count
        case .none, .bool, .int, .float, .function, .builtin, .variableTable, .module, .exception: nil
        }
    }
}
