// Functions of the file, and the variables it declares with them.

extension Evaluator {
    // MARK: Functions of the file

    /// Calls a function of the file.
    mutating func call(_ index: Int, _ arguments: [Argument], at place: SourcePosition) throws(Fault) -> ConfigValue {
        guard locals.count < ConfigLimits.callDepth else {
            throw Fault(place, "more than \(ConfigLimits.callDepth) calls inside each other")
        }
        let function = functions[index]
        let scope = try bind(function, arguments, at: place)
        locals.append(scope)
        defer { locals.removeLast() }
        return try perform(function.body)?.value ?? .none
    }

    private mutating func bind(
        _ function: FunctionDefinition, _ arguments: [Argument], at place: SourcePosition
    ) throws(Fault) -> Scope {
        var scope = Scope()
        var positional = arguments.filter { $0.name == nil }.map(\.value)[...]
        for parameter in function.parameters {
            if let value = positional.popFirst() {
                scope[parameter.name] = try budget.bounded(value, at: place)
            } else if let named = arguments.last(where: { $0.name == parameter.name }) {
                scope[parameter.name] = try budget.bounded(named.value, at: place)
            } else if let standard = parameter.standard {
                scope[parameter.name] = try value(of: standard)
            } else {
                throw Fault(place, "\(function.name)() is not given its parameter \(parameter.name)")
            }
        }
        guard positional.isEmpty else {
            throw Fault(place, "\(function.name)() takes \(function.parameters.count) values, not \(arguments.count)")
        }
        for argument in arguments {
            if let name = argument.name, !function.parameters.contains(where: { $0.name == name }) {
                throw Fault(place, "\(function.name)() has no parameter \(name)")
            }
        }
        return scope
    }

    // MARK: xm_vars

    mutating func declare(_ declaration: Declaration, at place: SourcePosition) throws(Fault) {
        declared.append(declaration)
        try budget.count(members: declared.count, at: place)
    }

    /// `xm_vars.check()`: every declared variable is replaced by what its check makes of it.
    mutating func checkDeclared(at place: SourcePosition) throws(Fault) {
        if onlyDeclarations { throw Fault(place, "only the declarations were wanted") }
        for declaration in declared {
            guard let check = declaration.check else { continue }
            let hint = declaration.use.isEmpty ? "" : " (\(declaration.use))"
            guard let old = globals[declaration.name] else {
                throw Fault(
                    place, "\(declaration.name) is not set: add \(declaration.name)=VALUE to the command line\(hint)")
            }
            do throws(Fault) {
                let arguments = [Argument(value: .string(declaration.name)), Argument(value: old)]
                globals[declaration.name] = try apply(check, arguments, at: place)
            } catch {
                throw Fault(
                    error.position,
                    "\(declaration.name)=\(old.text) is not accepted: \(error.text)\(hint)")
            }
        }
    }
}
