import DomainModel
import SExpressions

/// The kinds of parameter.
extension Argument where Value == String {
    /// Text as it is. A blank one counts as absent: no operation has a use for a blank path or name.
    public static func text(_ names: String...) -> Argument {
        var argument = Argument(names, .text) { field throws(OperationError) in field.text }
        argument.ignoresBlank = true
        return argument
    }

    /// One of these words.
    public static func word(_ names: String..., of words: [String]) -> Argument {
        Argument(names, .word(words)) { field throws(OperationError) in
            guard words.contains(field.text) else {
                throw OperationError(
                    .invalid, "invalid \(names[0]): \(field.text) (allowed: \(words.joined(separator: ", ")))")
            }
            return field.text
        }
    }

    /// Text that may be blank.
    public static func rawText(_ names: String...) -> Argument {
        Argument(names, .text) { field throws(OperationError) in field.text }
    }
}

extension Argument where Value == Int {
    /// A decimal integer; blanks around it and a sign are allowed.
    /// - Parameter range: what makes sense.
    public static func integer(_ names: String..., in range: ClosedRange<Int> = Int.min...Int.max) -> Argument {
        Argument(names, .integer(range)) { field throws(OperationError) in try integerValue(field, in: range) }
    }
}

extension Argument where Value == Int? {
    /// A decimal integer that may be absent.
    public static func optionalInteger(_ names: String..., in range: ClosedRange<Int>) -> Argument {
        var argument = Argument(names, .integer(range)) { field throws(OperationError) in
            try integerValue(field, in: range)
        }.or(nil)
        argument.ignoresBlank = true
        return argument
    }
}

extension Argument where Value == Int? {
    /// A virtual cpu; absent or `all`, every one.
    public static func vcpu(_ names: String...) -> Argument {
        let range = 0...4095
        var argument = Argument(names, .integer(range)) { field throws(OperationError) in
            field.text == "all" ? nil : try integerValue(field, in: range)
        }.or(nil)
        argument.ignoresBlank = true
        return argument
    }
}

private func integerValue(_ field: ArgumentText, in range: ClosedRange<Int>) throws(OperationError) -> Int {
    guard let value = Int(trimming: field.text) else {
        throw OperationError(.invalid, "invalid literal for int(): \(field.text)")
    }
    guard range.contains(value) else {
        throw OperationError(
            .invalid, "invalid \(field.name): \(value) (allowed: \(range.lowerBound) to \(range.upperBound))")
    }
    return value
}

extension Argument where Value == CPUSet {
    /// A cpu, of which -1 is any, or with later clients several: `0-1,3`; as lists of Python, too: `[0, 1]`.
    public static func cpuSet(_ names: String...) -> Argument {
        let range = -1...CPUSet.numbers.upperBound
        return Argument(names, .cpus(range)) { field throws(OperationError) in
            if let set = CPUSet(field.text) ?? listed(field.text) { return set }
            return CPUSet(cpu: try integerValue(field, in: range))
        }
    }

    private static func listed(_ text: String) -> CPUSet? {
        guard text.hasPrefix("["), text.hasSuffix("]") else { return nil }
        let cpus = text.dropFirst().dropLast().split(separator: ",", omittingEmptySubsequences: false)
        let numbers = cpus.compactMap { Int(trimming: $0) }
        guard numbers.count == cpus.count, numbers.allSatisfy(CPUSet.numbers.contains) else { return nil }
        return CPUSet(numbers)
    }
}

extension Argument where Value == DeviceSelector {
    /// A device by its idx; in the last of the names by what clients of Xen 3 call it.
    public static func device(_ names: String...) -> Argument {
        Argument(names, .device) { field throws(OperationError) in
            guard field.name == names.last else {
                return .idx(try integerValue(field, in: Int.min...Int.max))
            }
            guard !field.text.isEmpty else { throw OperationError(.invalid, "invalid \(field.name): it is empty") }
            return .name(field.text)
        }
    }
}

extension Argument where Value == SysRqKey {
    /// One letter or digit; clients of Xen 3 say its number in ASCII.
    public static func sysrqKey(_ names: String...) -> Argument {
        Argument(names, .key) { field throws(OperationError) in
            guard let key = SysRqKey(field.text) else {
                throw OperationError(
                    .invalid, "invalid key: \(field.text) (allowed: one letter or digit, such as s to sync)")
            }
            return key
        }
    }
}

extension Argument where Value == MemorySize {
    /// Whole megabytes.
    public static func memory(_ names: String...) -> Argument {
        let range = 1...DomainConfig.maximumMebibytes
        return Argument(names, .integer(range)) { field throws(OperationError) in
            MemorySize(mebibytes: try integerValue(field, in: range))
        }
    }
}

extension Argument where Value == Bool {
    /// 0 or 1, and the words that web pages and Python send.
    public static func flag(_ names: String...) -> Argument {
        Argument(names, .flag) { field throws(OperationError) in
            switch field.text.lowercased() {
            case "1", "true", "yes", "on": return true
            case "0", "false", "no", "off", "": return false
            default: return try integerValue(field, in: Int.min...Int.max) != 0
            }
        }
    }

    /// A decision: the first word is true, the second false. A blank one counts as absent.
    public static func decision(_ names: String..., yes: String, no: String) -> Argument {
        var argument = Argument(names, .word([yes, no])) { field throws(OperationError) in
            let text = field.text
            if text == yes { return true }
            if text == no { return false }
            throw OperationError(.invalid, "invalid \(names[0]): \(text) (allowed: \(yes), \(no))")
        }
        argument.ignoresBlank = true
        return argument
    }
}

extension Argument where Value == SExpression {
    /// Exactly one s-expression.
    public static func expression(_ names: String...) -> Argument {
        Argument(names, .expression) { field throws(OperationError) in
            let values: [SExpression]
            do throws(SXPError) {
                values = try SExpression.parseAll(field.value)
            } catch {
                throw OperationError(.invalid, "Coercion to sxpr failed (\(error.describe(file: field.name)))")
            }
            guard values.count < 2 else { throw OperationError(.invalid, "Too many sxprs") }
            guard let value = values.first else { throw OperationError(.invalid, "Coercion to sxpr failed") }
            return value
        }
    }
}

extension Argument where Value == Bool? {
    /// As `flag`; it may be absent or blank.
    public static func optionalFlag(_ names: String...) -> Argument {
        let flag = Argument<Bool>.flag(names[0])
        var argument = Argument(names, .flag) { field throws(OperationError) in try flag.coerce(field) }.or(nil)
        argument.ignoresBlank = true
        return argument
    }
}

extension Argument where Value == AutostartPolicy.AtShutdown? {
    /// One of its words; it may be absent or blank.
    public static func optionalWord(_ names: String...) -> Argument {
        let words = AutostartPolicy.AtShutdown.allCases.map(\.rawValue)
        var argument = Argument(names, .word(words)) { field throws(OperationError) in
            guard let value = AutostartPolicy.AtShutdown(rawValue: field.text) else {
                throw OperationError(
                    .invalid, "invalid \(names[0]): \(field.text) (allowed: \(words.joined(separator: ", ")))")
            }
            return value
        }.or(nil)
        argument.ignoresBlank = true
        return argument
    }
}

/// A value of which the wire has a fixed list of words.
public protocol ArgumentWord: RawRepresentable<String>, CaseIterable, Sendable {}
extension ShutdownRequest: ArgumentWord {}
extension DestroyMode: ArgumentWord {}
extension Role: ArgumentWord {}
extension AfterSave: ArgumentWord {}

extension Argument where Value: ArgumentWord {
    /// One word of a list. The original took any word for the usual one: a slip of the pen ended a domain.
    public static func word(_ names: String...) -> Argument {
        Argument(names, .word(Value.allCases.map(\.rawValue))) { field throws(OperationError) in
            guard let value = Value(rawValue: field.text) else {
                throw OperationError(.invalid, "invalid \(names[0]):\(field.text)")
            }
            return value
        }
    }
}

extension Argument where Value == DeviceType {
    /// `vif`, `vbd` or `pci`.
    public static func deviceType(_ names: String...) -> Argument {
        let words = DeviceType.allCases.map(\.rawValue)
        return Argument(names, .word(words)) { field throws(OperationError) in
            guard let type = DeviceType(word: field.text) else {
                throw OperationError(
                    .invalid, "unknown device type: \(field.text) (allowed: \(words.joined(separator: ", ")))")
            }
            return type
        }
    }
}

extension Argument where Value == DomainName {
    /// A name that a domain may have.
    public static func domainName(_ names: String...) -> Argument {
        Argument(names, .name) { field throws(OperationError) in
            do throws(ConfigurationError) {
                return try DomainName(field.text)
            } catch {
                throw OperationError(.invalid, error.description)
            }
        }
    }
}
