// The functions a configuration file may call.

extension Builtin {
    func call(_ arguments: [Evaluator.Argument], at place: SourcePosition, _ budget: inout EvaluationBudget)
        throws(Fault)
        -> ConfigValue
    {
        if let named = arguments.first(where: { $0.name != nil }) {
            throw Fault(place, "\(rawValue)() has no parameter \(named.name ?? "")")
        }
        let values = arguments.map(\.value)
        switch self {
        case .min, .max: return try extreme(values, at: place)
        case .addOffsetToIP, .checkSubnet, .inetAton, .inetNtoa: return try address(values, at: place)
        case .range, .xrange, .list, .tuple, .sum, .enumerate, .sorted:
            return try sequence(values, at: place, &budget)
        case .int where values.count == 2: return try integer(values[0], radix: values[1], at: place)
        case .int, .float, .str, .repr, .len, .bool, .abs, .chr, .ord, .hex: break
        }
        guard values.count == 1 else {
            throw Fault(place, "\(rawValue)() takes one value, not \(values.count)")
        }
        return try convert(values[0], at: place, &budget)
    }

    private func convert(_ value: ConfigValue, at place: SourcePosition, _ budget: inout EvaluationBudget) throws(Fault)
        -> ConfigValue
    {
        switch self {
        case .int: return .int(try integer(value, at: place))
        case .float: return .float(try float(value, at: place))
        case .str, .repr:
            let text = self == .str ? value.text : value.representation
            try budget.count(bytes: text.utf8.count, at: place)
            return .string(text)
        case .len:
            guard let count = value.memberCount else { throw Fault(place, "\(value.typeName) has no length") }
            return .int(count)
        case .bool: return .bool(value.isTrue)
        case .abs:
            if let number = value.integer, number != .min { return .int(Swift.abs(number)) }
            if case .float(let number) = value { return .float(Swift.abs(number)) }
        case .chr:
            if let number = value.integer, (0...127).contains(number) {
                return .string(String(UnicodeScalar(UInt8(number))))
            }
        case .ord:
            if case .string(let text) = value, text.unicodeScalars.count == 1, let scalar = text.unicodeScalars.first {
                return .int(Int(scalar.value))
            }
        case .hex:
            if let number = value.integer {
                return .string((number < 0 ? "-0x" : "0x") + String(number.magnitude, radix: 16))
            }
        case .min, .max, .inetAton, .inetNtoa, .addOffsetToIP, .checkSubnet, .range, .xrange, .list, .tuple, .sum,
            .enumerate, .sorted:
            break
        }
        throw Fault(place, "\(rawValue)() is not possible for \(value.typeName)")
    }

    private func integer(_ value: ConfigValue, at place: SourcePosition) throws(Fault) -> Int {
        if let number = value.integer { return number }
        if case .float(let number) = value {
            guard let result = Int(exactly: number.rounded(.towardZero)) else {
                throw Fault(place, "the number is too large")
            }
            return result
        }
        guard case .string(let text) = value else { throw Fault(place, "int() is not possible for \(value.typeName)") }
        guard let result = PythonText.integer(text) else {
            throw Fault(place, "invalid literal for int(): \(text)")
        }
        return result
    }

    private func integer(_ value: ConfigValue, radix: ConfigValue, at place: SourcePosition) throws(Fault)
        -> ConfigValue
    {
        guard case .string(let text) = value, let radix = radix.integer, (2...36).contains(radix),
            let result = Int(PythonText.stripped(text), radix: radix)
        else { throw Fault(place, "int(text, radix) needs a number written in that radix") }
        return .int(result)
    }

    private func float(_ value: ConfigValue, at place: SourcePosition) throws(Fault) -> Double {
        if let number = value.number { return number }
        guard case .string(let text) = value, let number = PythonText.double(text) else {
            throw Fault(place, "could not convert to float: \(value.text)")
        }
        return number
    }

    private func extreme(_ values: [ConfigValue], at place: SourcePosition) throws(Fault)
        -> ConfigValue
    {
        let members = values.count == 1 ? values[0].sequence ?? values : values
        guard var best = members.first else { throw Fault(place, "\(rawValue)() needs a value") }
        for member in members.dropFirst() {
            guard let left = member.number, let right = best.number else {
                throw Fault(place, "\(rawValue)() needs numbers")
            }
            if self == .min ? left < right : left > right { best = member }
        }
        return best
    }

    // MARK: Addresses, as the module that every file of the time was given had them

    private func address(_ values: [ConfigValue], at place: SourcePosition) throws(Fault)
        -> ConfigValue
    {
        switch (self, values.count) {
        case (.inetAton, 1): return .int(try number(ofAddress: values[0], at: place))
        case (.inetNtoa, 1): return .string(try text(ofAddress: integer(values[0], at: place), at: place))
        case (.addOffsetToIP, 2):
            let offset = try integer(values[1], at: place)
            let (sum, overflow) = try number(ofAddress: values[0], at: place).addingReportingOverflow(offset)
            if overflow { throw Fault(place, "the number is too large") }
            return .string(try text(ofAddress: sum, at: place))
        case (.checkSubnet, 3):
            let mask = try number(ofAddress: values[2], at: place)
            let same =
                try number(ofAddress: values[0], at: place) & mask == number(ofAddress: values[1], at: place) & mask
            return .int(same ? 1 : 0)
        default: throw Fault(place, "\(rawValue)() does not take \(values.count) values")
        }
    }

    private func number(ofAddress value: ConfigValue, at place: SourcePosition) throws(Fault) -> Int {
        let parts = value.text.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        guard parts.count == 4, !parts.contains(nil) else {
            throw Fault(place, "\(value.representation) is not an address such as '10.0.0.1'")
        }
        return parts.reduce(0) { $0 << 8 | Int($1 ?? 0) }
    }

    private func text(ofAddress number: Int, at place: SourcePosition) throws(Fault) -> String {
        guard (0...0xFFFF_FFFF).contains(number) else { throw Fault(place, "\(number) is not an address") }
        return [24, 16, 8, 0].map { String(number >> $0 & 0xFF) }.joined(separator: ".")
    }
}
