// Methods of lists and dictionaries, and the way to those of other values.

extension Evaluator {
    /// Calls `value.name(arguments)`.
    ///
    /// - Parameters:
    ///   - value: of `owner`.
    ///   - owner: as it stands in the file: a list or dictionary that a method changes is a variable's.
    mutating func method(
        _ name: String, of value: ConfigValue, _ owner: Expression, _ arguments: [Argument], at place: SourcePosition
    ) throws(Fault) -> ConfigValue {
        if let named = arguments.first(where: { $0.name != nil }) {
            throw Fault(place, "\(name)() has no parameter \(named.name ?? "")")
        }
        let values = arguments.map(\.value)
        let result: ConfigValue?
        switch value {
        case .string(let text): result = try TextMethods(text, place).call(name, values, &budget)
        case .list(let members): result = try change(members, name, owner, values, at: place)
        case .dictionary(let pairs): result = lookUp(name, in: pairs, values)
        case .module(let module): result = try ModuleFunctions(module, place).call(name, values, &budget)
        case .none, .bool, .int, .float, .tuple, .function, .builtin, .variableTable, .exception: result = nil
        }
        guard let result else { throw refusal(of: value, name, at: place) }
        if case .string(let text) = result { try budget.count(bytes: text.utf8.count, at: place) }
        return result
    }

    // MARK: Lists and dictionaries

    /// Lists that a method changes are those of variables; what is changed is the variable's alone.
    private mutating func change(
        _ members: [ConfigValue], _ name: String, _ owner: Expression, _ values: [ConfigValue], at place: SourcePosition
    ) throws(Fault) -> ConfigValue? {
        var members = members
        switch (name, values.count) {
        case ("append", 1): members.append(try budget.bounded(values[0], within: 1, at: place))
        case ("extend", 1): members += try self.members(of: try budget.bounded(values[0], at: place), at: place)
        case ("insert", 2):
            guard let index = values[0].integer else { return nil }
            members.insert(
                try budget.bounded(values[1], within: 1, at: place),
                at: max(0, min(members.count, index < 0 ? index + members.count : index)))
        case ("reverse", 0): members.reverse()
        case ("index", 1):
            guard let index = members.firstIndex(where: { $0.equals(values[0]) }) else {
                throw Fault(place, "\(values[0].representation) is not in the list")
            }
            return .int(index)
        case ("count", 1): return .int(members.count { $0.equals(values[0]) })
        default: return nil
        }
        guard case .name(let variable) = owner.kind else {
            throw Fault(place, "\(name)() is for a list that has a name")
        }
        guard members.count <= ConfigLimits.members else {
            throw Fault(place, "more than \(ConfigLimits.members) members")
        }
        try budget.count(members: 1, at: place)
        replace(variable, with: .list(members))
        return ConfigValue.none
    }

    private func lookUp(
        _ name: String, in pairs: [(key: ConfigValue, value: ConfigValue)], _ values: [ConfigValue]
    ) -> ConfigValue? {
        switch (name, values.count) {
        case ("keys", 0): .list(pairs.map(\.key))
        case ("values", 0): .list(pairs.map(\.value))
        case ("items", 0): .list(pairs.map { .tuple([$0.key, $0.value]) })
        case ("has_key", 1): .bool(pairs.contains { $0.key.equals(values[0]) })
        case ("get", 1), ("get", 2):
            pairs.first { $0.key.equals(values[0]) }?.value ?? (values.count > 1 ? values[1] : ConfigValue.none)
        default: nil
        }
    }
}
