// Statements to variables.

/// Evaluates the statements of one file, counting its steps.
///
/// It has no way to touch anything but its own variables: there are no calls but those of ``Builtin``, a few methods, the file's own
/// functions and `xm_vars`.
struct Evaluator {
    /// A variable declared with `xm_vars.var`.
    struct Declaration {
        var name: String
        var use: String
        var check: ConfigValue?
    }

    private let file: String
    let onlyDeclarations: Bool
    var declared: [Declaration] = []
    var globals = Scope()
    /// The variables of the function being called, innermost last.
    var locals: [Scope] = []
    private(set) var functions: [FunctionDefinition] = []
    /// The names whose values the file has asked for.
    private(set) var read: Set<String> = []
    /// What it has printed, a line each.
    private(set) var printed: [String] = []
    /// What it may still do.
    var budget = EvaluationBudget()

    init(file: String, options: ConfigFile.Options) {
        self.file = file
        onlyDeclarations = options.onlyDeclarations
        globals.predefine(file: file, help: options.onlyDeclarations)
        for argument in options.arguments { globals.predefine(argument.name, .string(argument.value)) }
    }

    /// What the file has set itself, or was given on the command line and changed.
    var variables: [(name: String, value: ConfigValueView)] {
        globals.assigned.map { ($0.name, ConfigValueView($0.value)) }
    }

    mutating func run(_ statements: [Statement]) throws(Fault) {
        do throws(Fault) {
            if let result = try perform(statements) {
                throw Fault(
                    result.position,
                    result.isReturn ? "return outside a function" : "break and continue belong into a loop")
            }
        } catch {
            // Help is wanted: what could be learnt before the failure is all there is.
            if !onlyDeclarations { throw error }
        }
    }

    // MARK: Statements

    /// Why a block was left before its end.
    struct Returned {
        /// What `return` gave back.
        var value: ConfigValue
        var position: SourcePosition
        /// nil: by `return`; else by `break`, or by `continue`.
        var leavesLoopForGood: Bool?

        var isReturn: Bool { leavesLoopForGood == nil }
    }

    mutating func perform(_ statements: [Statement]) throws(Fault) -> Returned? {
        for statement in statements {
            if let returned = try perform(statement) { return returned }
        }
        return nil
    }

    private mutating func perform(_ statement: Statement) throws(Fault) -> Returned? {
        try budget.enter(statement.position)
        defer { budget.leave() }
        switch statement.kind {
        case .pass: break
        case .evaluate(let expression): _ = try value(of: expression)
        case .assign(let targets, let expression):
            let value = try value(of: expression)
            for target in targets { try assign(value, to: target) }
        case .augment(let target, let operation, let expression):
            let old = try value(of: target)
            let right = try value(of: expression)
            try assign(try Operators.binary(operation, old, right, at: statement.position, &budget), to: target)
        case .define(let function):
            functions.append(function)
            set(function.name, .function(functions.count - 1))
        case .choose(let branches, let otherwise):
            for branch in branches where try value(of: branch.condition).isTrue {
                return try perform(branch.body)
            }
            return try perform(otherwise)
        case .raise(let exception, let text): try raise(exception, text, at: statement.position)
        case .giveBack(let expression):
            var value = ConfigValue.none
            if let expression { value = try self.value(of: expression) }
            return Returned(value: value, position: statement.position)
        case .leaveLoop(let forGood):
            return Returned(value: .none, position: statement.position, leavesLoopForGood: forGood)
        case .each(let target, let source, let body): return try go(through: source, target, body)
        case .loop(let condition, let body):
            while try value(of: condition).isTrue {
                guard let left = try perform(body) else { continue }
                if left.isReturn { return left }
                if left.leavesLoopForGood == true { break }
            }
        case .print(let members): try print(members, at: statement.position)
        }
        return nil
    }

    private mutating func go(
        through source: Expression, _ target: Expression, _ body: [Statement]
    ) throws(Fault) -> Returned? {
        for member in try members(of: value(of: source), at: source.position) {
            try budget.step(target.position)
            try assign(member, to: target)
            guard let left = try perform(body) else { continue }
            if left.isReturn { return left }
            if left.leavesLoopForGood == true { break }
        }
        return nil
    }

    /// What a loop goes through.
    func members(of value: ConfigValue, at place: SourcePosition) throws(Fault) -> [ConfigValue] {
        switch value {
        case .list(let members), .tuple(let members): return members
        case .string(let text): return text.map { .string(String($0)) }
        case .dictionary(let pairs): return pairs.map(\.key)
        case .none, .bool, .int, .float, .function, .builtin, .variableTable, .module, .exception:
            throw Fault(place, "\(value.typeName) has no members to go through")
        }
    }

    private mutating func print(_ members: [Expression], at place: SourcePosition) throws(Fault) {
        var words: [String] = []
        for member in members { words.append(try value(of: member).text) }
        let line = words.joined(separator: " ")
        try budget.count(bytes: line.utf8.count, at: place)
        printed.append(line)
        try budget.count(members: printed.count, at: place)
    }

    private mutating func raise(
        _ exception: Expression?, _ text: Expression?, at position: SourcePosition
    ) throws(Fault) {
        var message = "error"
        if let exception { message = try raised(value(of: exception), at: exception.position) }
        if let text { message += ": " + (try value(of: text)).text }
        throw Fault(position, "the file raised \(message)")
    }

    private func raised(_ value: ConfigValue, at position: SourcePosition) throws(Fault) -> String {
        switch value {
        case .exception(let name, let text): return text.map { "\(name): \($0)" } ?? name
        case .string(let text): return PythonText.quoted(text)
        case .none, .bool, .int, .float, .list, .tuple, .dictionary, .function, .builtin, .variableTable, .module:
            throw Fault(position, "raise needs an exception such as ValueError, not \(value.typeName)")
        }
    }

    // MARK: Variables

    mutating func lookup(_ name: String) -> ConfigValue? {
        read.insert(name)
        return locals.last?[name] ?? globals[name]
    }

    /// Gives a variable that there is another value, wherever it is.
    mutating func replace(_ name: String, with value: ConfigValue) {
        if locals.last?[name] == nil { globals[name] = value } else { set(name, value) }
    }

    private mutating func set(_ name: String, _ value: ConfigValue) {
        if locals.isEmpty {
            globals[name] = value
        } else {
            locals[locals.count - 1][name] = value
        }
    }

    mutating func assign(_ value: ConfigValue, to target: Expression) throws(Fault) {
        switch target.kind {
        case .name(let name): set(name, try budget.bounded(value, at: target.position))
        case .tuple(let targets), .list(let targets): try unpack(value, to: targets, at: target.position)
        case .item(let owner, let key): try assignItem(value, owner, key)
        case .literal, .dictionary, .unary, .binary, .comparison, .and, .or, .conditional, .call, .attribute, .slice,
            .comprehension:
            throw Fault(target.position, "only a name can be given a value")
        }
    }

    private mutating func unpack(_ value: ConfigValue, to targets: [Expression], at place: SourcePosition) throws(Fault)
    {
        guard let members = value.sequence else {
            throw Fault(place, "\(targets.count) names cannot be given one \(value.typeName)")
        }
        guard members.count == targets.count else {
            throw Fault(place, "\(targets.count) names cannot be given \(members.count) values")
        }
        for (target, member) in zip(targets, members) { try assign(member, to: target) }
    }

    private mutating func assignItem(_ value: ConfigValue, _ owner: Expression, _ key: Expression) throws(Fault) {
        guard case .name(let name) = owner.kind else {
            throw Fault(owner.position, "only an item of a named list or dictionary can be given a value")
        }
        let key = try (position: key.position, value: self.value(of: key))
        switch try self.value(of: owner) {
        case .list(var members):
            members[try position(of: key.value, in: members.count, at: key.position)] = value
            set(name, try budget.bounded(.list(members), at: key.position))
        case .dictionary(var pairs):
            if let place = pairs.firstIndex(where: { $0.key.equals(key.value) }) {
                pairs[place].value = value
            } else {
                pairs.append((key.value, value))
            }
            try budget.count(members: pairs.count, at: owner.position)
            set(name, try budget.bounded(.dictionary(pairs), at: owner.position))
        case let other: throw Fault(owner.position, "an item of \(other.typeName) cannot be given a value")
        }
    }
}
