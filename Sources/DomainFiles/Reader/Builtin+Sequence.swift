// Functions that make lists, or take them.

extension Builtin {
    func sequence(
        _ values: [ConfigValue], at place: SourcePosition, _ budget: inout EvaluationBudget
    ) throws(Fault) -> ConfigValue {
        if self == .range || self == .xrange { return .list(try numbers(values, at: place, &budget)) }
        if values.isEmpty, self == .list { return .list([]) }
        if values.isEmpty, self == .tuple { return .tuple([]) }
        guard values.count == 1 else { throw Fault(place, "\(rawValue)() takes one value, not \(values.count)") }
        let members = try self.members(of: values[0], at: place)
        try budget.count(members: members.count, at: place)
        switch self {
        case .tuple: return .tuple(members)
        case .enumerate: return .list(members.enumerated().map { .tuple([.int($0.offset), $0.element]) })
        case .sum: return try sum(of: members, at: place, &budget)
        case .sorted: return .list(try sorted(members, at: place))
        default: return .list(members)
        }
    }

    private func members(of value: ConfigValue, at place: SourcePosition) throws(Fault) -> [ConfigValue] {
        if let members = value.sequence { return members }
        if case .string(let text) = value { return text.map { .string(String($0)) } }
        if case .dictionary(let pairs) = value { return pairs.map(\.key) }
        throw Fault(place, "\(rawValue)() is not possible for \(value.typeName)")
    }

    /// `range(end)`, `range(start, end)`, `range(start, end, step)`.
    private func numbers(
        _ values: [ConfigValue], at place: SourcePosition, _ budget: inout EvaluationBudget
    ) throws(Fault) -> [ConfigValue] {
        let numbers = values.compactMap(\.integer)
        guard numbers.count == values.count, (1...3).contains(numbers.count) else {
            throw Fault(place, "\(rawValue)() takes one to three ints")
        }
        let start = numbers.count > 1 ? numbers[0] : 0
        let end = numbers.count > 1 ? numbers[1] : numbers[0]
        let step = numbers.count > 2 ? numbers[2] : 1
        guard step != 0 else { throw Fault(place, "the step of \(rawValue)() is 0") }
        var result: [ConfigValue] = []
        for number in stride(from: start, to: end, by: step) {
            result.append(.int(number))
            guard result.count <= ConfigLimits.members else {
                throw Fault(place, "more than \(ConfigLimits.members) members")
            }
        }
        try budget.count(members: result.count, at: place)
        return result
    }

    private func sum(
        of members: [ConfigValue], at place: SourcePosition, _ budget: inout EvaluationBudget
    ) throws(Fault) -> ConfigValue {
        var total = ConfigValue.int(0)
        for member in members { total = try Operators.binary("+", total, member, at: place, &budget) }
        return total
    }

    private func sorted(_ members: [ConfigValue], at place: SourcePosition) throws(Fault) -> [ConfigValue] {
        let numbers = members.compactMap(\.number)
        if numbers.count == members.count {
            return zip(numbers, members).sorted { $0.0 < $1.0 }.map(\.1)
        }
        let texts = members.compactMap { if case .string(let text) = $0 { text } else { nil } }
        guard texts.count == members.count else { throw Fault(place, "sorted() needs numbers, or strings") }
        return texts.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map(ConfigValue.string)
    }
}
