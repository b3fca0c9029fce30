/// Arithmetic and comparisons, as Python 2 has them: `7 / 2` is 3.
enum Operators {
    static func unary(_ operation: String, _ value: ConfigValue, at place: SourcePosition) throws(Fault) -> ConfigValue
    {
        if operation == "not" { return .bool(!value.isTrue) }
        if let integer = value.integer {
            switch operation {
            case "-":
                let (result, overflow) = (0).subtractingReportingOverflow(integer)
                if overflow { throw Fault(place, "the number is too large") }
                return .int(result)
            case "~": return .int(~integer)
            default: return .int(integer)
            }
        }
        if case .float(let number) = value, operation != "~" { return .float(operation == "-" ? -number : number) }
        throw Fault(place, "\"\(operation)\" is not possible before \(value.typeName)")
    }

    static func binary(
        _ operation: String, _ left: ConfigValue, _ right: ConfigValue, at place: SourcePosition,
        _ budget: inout EvaluationBudget
    ) throws(Fault) -> ConfigValue {
        if operation == "%", case .string(let format) = left {
            let text = try PercentFormat.format(format, with: right, at: place)
            try budget.count(bytes: text.utf8.count, at: place)
            return .string(text)
        }
        if let left = left.integer, let right = right.integer {
            return .int(try integers(operation, left, right, at: place))
        }
        if let left = left.number, let right = right.number {
            return .float(try floats(operation, left, right, at: place))
        }
        return try sequences(operation, left, right, at: place, &budget)
    }

    // MARK: Numbers

    private static func integers(_ operation: String, _ left: Int, _ right: Int, at place: SourcePosition)
        throws(Fault) -> Int
    {
        let (result, overflow): (Int, Bool)
        switch operation {
        case "+": (result, overflow) = left.addingReportingOverflow(right)
        case "-": (result, overflow) = left.subtractingReportingOverflow(right)
        case "*": (result, overflow) = left.multipliedReportingOverflow(by: right)
        case "/", "//", "%":
            if right == 0 { throw Fault(place, "division by zero") }
            (result, overflow) = floorDivision(left, right, remainder: operation == "%")
        case "**": return try integerPower(left, right, at: place)
        case "&": return left & right
        case "|": return left | right
        case "^": return left ^ right
        case "<<", ">>":
            guard (0..<64).contains(right) else { throw Fault(place, "a shift must be from 0 to 63, not \(right)") }
            (result, overflow) =
                operation == ">>"
                ? (left >> right, false) : (left << right, (left << right) >> right != left)
        default: throw Fault(place, "\"\(operation)\" is not supported")
        }
        if overflow { throw Fault(place, "the number is too large") }
        return result
    }

    private static func floorDivision(_ left: Int, _ right: Int, remainder: Bool) -> (Int, Bool) {
        let quotient = left.dividedReportingOverflow(by: right)
        if quotient.overflow { return remainder ? (0, false) : (0, true) }
        let rest = left % right
        let down = rest != 0 && (rest < 0) != (right < 0)
        return remainder
            ? (down ? rest + right : rest, false) : (down ? quotient.partialValue - 1 : quotient.partialValue, false)
    }

    /// Python's own steps, so that the last digit is the same.
    private static func floorDivision(_ left: Double, _ right: Double, remainder: Bool) -> Double {
        var rest = left.truncatingRemainder(dividingBy: right)
        if rest != 0, (rest < 0) != (right < 0) { rest += right }
        if remainder { return rest == 0 ? Double(signOf: right, magnitudeOf: 0) : rest }
        let quotient = (left - rest) / right
        if quotient == 0 { return Double(signOf: left / right, magnitudeOf: 0) }
        let whole = quotient.rounded(.down)
        return quotient - whole > 0.5 ? whole + 1 : whole
    }

    private static func integerPower(_ base: Int, _ exponent: Int, at place: SourcePosition) throws(Fault) -> Int {
        guard (0..<64).contains(exponent) else { throw Fault(place, "an exponent must be from 0 to 63") }
        var result = 1
        for _ in 0..<exponent { result = try integers("*", result, base, at: place) }
        return result
    }

    private static func floats(_ operation: String, _ left: Double, _ right: Double, at place: SourcePosition)
        throws(Fault) -> Double
    {
        switch operation {
        case "+": return left + right
        case "-": return left - right
        case "*": return left * right
        case "/", "//", "%":
            if right == 0 { throw Fault(place, "division by zero") }
            return operation == "/" ? left / right : floorDivision(left, right, remainder: operation == "%")
        default: throw Fault(place, "\"\(operation)\" is not possible with a float")
        }
    }

    // MARK: Strings, lists, tuples

    private static func sequences(
        _ operation: String, _ left: ConfigValue, _ right: ConfigValue, at place: SourcePosition,
        _ budget: inout EvaluationBudget
    ) throws(Fault) -> ConfigValue {
        switch (operation, left, right) {
        case ("+", .string(let left), .string(let right)):
            try budget.count(bytes: left.utf8.count + right.utf8.count, at: place)
            return .string(left + right)
        case ("+", .list(let left), .list(let right)):
            try budget.count(members: left.count + right.count, at: place)
            return .list(left + right)
        case ("+", .tuple(let left), .tuple(let right)):
            try budget.count(members: left.count + right.count, at: place)
            return .tuple(left + right)
        case ("*", let sequence, let times) where times.integer != nil,
            ("*", let times, let sequence) where times.integer != nil:
            guard let times = times.integer else { break }
            return try repeated(sequence, max(0, times), at: place, &budget)
        default: break
        }
        let hint = operation == "+" ? " (str(value) makes a string of a number)" : ""
        throw Fault(place, "\"\(operation)\" is not possible between \(left.typeName) and \(right.typeName)\(hint)")
    }

    private static func repeated(
        _ value: ConfigValue, _ times: Int, at place: SourcePosition, _ budget: inout EvaluationBudget
    ) throws(Fault)
        -> ConfigValue
    {
        func size(_ count: Int) -> Int {
            count.multipliedReportingOverflow(by: times).overflow ? .max / 32 : count * times
        }
        switch value {
        case .string(let text):
            try budget.count(bytes: size(text.utf8.count), at: place)
            return .string(String(repeating: text, count: text.isEmpty ? 0 : times))
        case .list(let members):
            try budget.count(members: size(members.count), at: place)
            return .list(members.isEmpty ? [] : Array(repeatElement(members, count: times).joined()))
        case .tuple(let members):
            try budget.count(members: size(members.count), at: place)
            return .tuple(members.isEmpty ? [] : Array(repeatElement(members, count: times).joined()))
        case .none, .bool, .int, .float, .dictionary, .function, .builtin, .variableTable, .module, .exception:
            throw Fault(place, "\(value.typeName) cannot be repeated")
        }
    }

    // MARK: Comparisons

    static func compare(
        _ operation: String, _ left: ConfigValue, _ right: ConfigValue, at place: SourcePosition
    ) throws(Fault) -> Bool {
        switch operation {
        case "==", "is": return left.equals(right)
        case "!=", "is not": return !left.equals(right)
        case "in": return try contains(right, left, at: place)
        case "not in": return !(try contains(right, left, at: place))
        default: break
        }
        if let left = left.number, let right = right.number {
            return ordered(operation, left, right)
        }
        guard case .string(let left) = left, case .string(let right) = right else {
            throw Fault(place, "\(left.typeName) and \(right.typeName) cannot be compared (int(value) makes a number)")
        }
        return ordered(operation, left, right)
    }

    private static func ordered<Value: Comparable>(_ operation: String, _ left: Value, _ right: Value) -> Bool {
        switch operation {
        case "<": left < right
        case "<=": left <= right
        case ">": left > right
        default: left >= right
        }
    }

    private static func contains(_ container: ConfigValue, _ value: ConfigValue, at place: SourcePosition) throws(Fault)
        -> Bool
    {
        switch (container, value) {
        case (.list(let members), _), (.tuple(let members), _): return members.contains { $0.equals(value) }
        case (.dictionary(let pairs), _): return pairs.contains { $0.key.equals(value) }
        case (.string(let text), .string(let part)): return part.isEmpty || text.contains(part)
        default: throw Fault(place, "\(container.typeName) cannot contain \(value.typeName)")
        }
    }
}
