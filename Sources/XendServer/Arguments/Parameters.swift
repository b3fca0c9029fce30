import DomainLifecycle
import DomainModel
import SExpressions

/// The kinds of parameter.
extension Parameter where Value == String {
    /// Text as it is. A blank one counts as absent: no operation has a use for a blank path or name.
    static func text(_ names: String...) -> Parameter {
        var parameter = Parameter(names) { field throws(Failure) in field.text }
        parameter.ignoresBlank = true
        return parameter
    }

    /// Text that may be blank.
    static func rawText(_ names: String...) -> Parameter {
        Parameter(names) { field throws(Failure) in field.text }
    }
}

extension Parameter where Value == Int {
    /// A decimal integer; blanks around it and a sign are allowed.
    /// - Parameter range: what makes sense.
    static func integer(_ names: String..., in range: ClosedRange<Int> = Int.min...Int.max) -> Parameter {
        Parameter(names) { field throws(Failure) in
            try integerValue(field, in: range)
        }
    }
}

extension Parameter where Value == Int? {
    /// A decimal integer that may be absent.
    static func optionalInteger(_ names: String..., in range: ClosedRange<Int>) -> Parameter {
        var parameter = Parameter(names) { field throws(Failure) in
            try integerValue(field, in: range)
        }.or(nil)
        parameter.ignoresBlank = true
        return parameter
    }
}

private func integerValue(_ field: Form.Field, in range: ClosedRange<Int>) throws(Failure) -> Int {
    guard let value = Int(trimming: field.text) else {
        throw Failure(OperationError(.invalid, "invalid literal for int(): \(field.text)"))
    }
    guard range.contains(value) else {
        throw Failure(
            OperationError(
                .invalid,
                "invalid \(field.name): \(value) (allowed: \(range.lowerBound) to \(range.upperBound))"))
    }
    return value
}

extension Parameter where Value == CPUSet {
    /// A cpu, of which -1 is any, or with later clients several: `0-1,3`.
    static func cpuSet(_ names: String...) -> Parameter {
        Parameter(names) { field throws(Failure) in
            if let set = CPUSet(field.text) { return set }
            return CPUSet(cpu: try integerValue(field, in: -1...CPUSet.numbers.upperBound))
        }
    }
}

extension Parameter where Value == SysRqKey {
    static func sysrqKey(_ names: String...) -> Parameter {
        Parameter(names) { field throws(Failure) in
            guard let key = SysRqKey(field.text) else {
                throw Failure(
                    OperationError(
                        .invalid, "invalid key: \(field.text) (allowed: one letter or digit, such as s to sync)"))
            }
            return key
        }
    }
}

extension Parameter where Value == MemorySize {
    /// Whole megabytes.
    static func memory(_ names: String...) -> Parameter {
        Parameter(names) { field throws(Failure) in
            MemorySize(mebibytes: try integerValue(field, in: 1...DomainConfig.maximumMebibytes))
        }
    }
}

extension Parameter where Value == Bool {
    /// 0 or 1, and the words that web pages and Python send (reference/http-api.md §8).
    static func flag(_ names: String...) -> Parameter {
        Parameter(names) { field throws(Failure) in
            switch field.text.lowercased() {
            case "1", "true", "yes", "on": return true
            case "0", "false", "no", "off", "": return false
            default: return try integerValue(field, in: Int.min...Int.max) != 0
            }
        }
    }
}

extension Parameter where Value == SExpression {
    /// Exactly one s-expression.
    static func expression(_ names: String...) -> Parameter {
        Parameter(names) { field throws(Failure) in
            let values: [SExpression]
            do throws(SXPError) {
                values = try SExpression.parseAll(field.value)
            } catch {
                throw Failure(
                    OperationError(
                        .invalid, "Coercion to sxpr failed (\(error.describe(file: field.name)))"))
            }
            guard values.count < 2 else { throw Failure(OperationError(.invalid, "Too many sxprs")) }
            guard let value = values.first else { throw Failure(OperationError(.invalid, "Coercion to sxpr failed")) }
            return value
        }
    }
}

extension Parameter where Value == DeviceType {
    static func deviceType(_ names: String...) -> Parameter {
        Parameter(names) { field throws(Failure) in
            guard let type = DeviceType(rawValue: field.text) else {
                let allowed = DeviceType.allCases.map(\.rawValue).joined(separator: ", ")
                throw Failure(
                    OperationError(
                        .invalid, "unknown device type: \(field.text) (allowed: \(allowed))"))
            }
            return type
        }
    }
}

extension Parameter where Value == ShutdownRequest {
    static func shutdownReason(_ names: String...) -> Parameter {
        Parameter(names) { field throws(Failure) in
            guard let reason = ShutdownRequest(rawValue: field.text) else {
                throw Failure(OperationError(.invalid, "invalid reason:\(field.text)"))
            }
            return reason
        }
    }
}

extension Parameter where Value == DestroyMode {
    /// The original destroyed for any word: a slip of the pen ended a domain.
    static func destroyMode(_ names: String...) -> Parameter {
        Parameter(names) { field throws(Failure) in
            guard let mode = DestroyMode(rawValue: field.text) else {
                throw Failure(OperationError(.invalid, "invalid reason:\(field.text)"))
            }
            return mode
        }
    }
}

extension Parameter where Value == DomainName {
    static func domainName(_ names: String...) -> Parameter {
        Parameter(names) { field throws(Failure) in
            do throws(ConfigurationError) {
                return try DomainName(field.text)
            } catch {
                throw Failure(OperationError(.invalid, error.description))
            }
        }
    }
}
