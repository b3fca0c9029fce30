// The values a configuration file can hold.

/// A value of a configuration file. Functions are values too, because `xm_vars.var` is given one.
indirect enum ConfigValue: Sendable {
    case none
    case bool(Bool)
    case int(Int)
    case float(Double)
    case string(String)
    case list([ConfigValue])
    case tuple([ConfigValue])
    case dictionary([(key: ConfigValue, value: ConfigValue)])
    /// A function of the file, by its place in the evaluator's table.
    case function(Int)
    case builtin(Builtin)
    /// `xm_vars`, which every file of `xm create` is given.
    case variableTable
    /// A module that Python imported for the file, such as `os`; nothing of it can be used.
    case module(String)
    /// An exception class, or one with its text: what `raise` takes.
    case exception(String, String?)
}

/// The functions a configuration file may call.
enum Builtin: String, CaseIterable, Sendable {
    case int, float, str, repr, len, bool, abs, min, max
    case inetAton = "inet_aton"
    case inetNtoa = "inet_ntoa"
    case addOffsetToIP = "add_offset_to_ip"
    case checkSubnet = "check_subnet"
    case range, xrange, list, tuple, sum, enumerate, sorted, chr, ord, hex
}

extension ConfigValue {
    /// Python's name of the type, for messages.
    var typeName: String {
        switch self {
        case .none: "None"
        case .bool: "bool"
        case .int: "int"
        case .float: "float"
        case .string: "str"
        case .list: "list"
        case .tuple: "tuple"
        case .dictionary: "dict"
        case .function, .builtin: "function"
        case .variableTable: "xm_vars"
        case .module: "module"
        case .exception: "exception"
        }
    }

    /// Whether no more than so many lists are inside each other in it.
    /// - Parameter seen: counts what has been looked at; too much of it does not fit.
    func fits(_ levels: Int, _ seen: inout Int) -> Bool {
        seen += 1
        guard seen <= ConfigLimits.valueSize else { return false }
        let members: [ConfigValue]
        switch self {
        case .list(let list), .tuple(let list): members = list
        case .dictionary(let pairs): members = pairs.flatMap { [$0.key, $0.value] }
        case .none, .bool, .int, .float, .string, .function, .builtin, .variableTable, .module, .exception: return true
        }
        guard levels > 0 || members.isEmpty else { return false }
        for member in members where !member.fits(levels - 1, &seen) { return false }
        return true
    }

    /// Python's truth of the value.
    var isTrue: Bool {
        switch self {
        case .none: false
        case .bool(let value): value
        case .int(let value): value != 0
        case .float(let value): value != 0
        case .string(let text): !text.isEmpty
        case .list(let members), .tuple(let members): !members.isEmpty
        case .dictionary(let members): !members.isEmpty
        case .function, .builtin, .variableTable, .module, .exception: true
        }
    }

    /// Python 2's `str(value)`.
    var text: String {
        switch self {
        case .string(let text): text
        case .float(let value): PythonText.float(value)
        case .exception(let name, let text): text ?? name
        case .none, .bool, .int, .list, .tuple, .dictionary, .function, .builtin, .variableTable, .module:
            representation
        }
    }

    /// Python 2's `repr(value)`.
    var representation: String {
        switch self {
        case .none: "None"
        case .bool(let value): value ? "True" : "False"
        case .int(let value): String(value)
        case .float(let value): "\(value)"
        case .string(let text): PythonText.quoted(text)
        case .list(let members): "[" + ConfigValue.joined(members) + "]"
        case .tuple(let members): "(" + ConfigValue.joined(members) + (members.count == 1 ? ",)" : ")")
        case .dictionary(let members):
            "{" + members.map { "\($0.key.representation): \($0.value.representation)" }.joined(separator: ", ") + "}"
        case .function, .builtin, .variableTable, .module, .exception: "<\(typeName)>"
        }
    }

    private static func joined(_ members: [ConfigValue]) -> String {
        members.map(\.representation).joined(separator: ", ")
    }

    /// Python's `==`: numbers by value, everything else by type and content.
    func equals(_ other: ConfigValue) -> Bool {
        if let left = number, let right = other.number { return left == right }
        switch (self, other) {
        case (.none, .none): return true
        case (.string(let left), .string(let right)): return left == right
        case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
            return left.elementsEqual(right) { $0.equals($1) }
        case (.dictionary(let left), .dictionary(let right)):
            return left.count == right.count
                && left.allSatisfy { pair in
                    right.contains { $0.key.equals(pair.key) && $0.value.equals(pair.value) }
                }
        default: return false
        }
    }

    /// The value as a number, where it is one (`True` is 1).
    var number: Double? {
        switch self {
        case .bool(let value): value ? 1 : 0
        case .int(let value): Double(value)
        case .float(let value): value
        case .none, .string, .list, .tuple, .dictionary, .function, .builtin, .variableTable, .module, .exception: nil
        }
    }

    /// The value as an integer, where it is one (`True` is 1).
    var integer: Int? {
        switch self {
        case .bool(let value): value ? 1 : 0
        case .int(let value): value
        case .none, .float, .string, .list, .tuple, .dictionary, .function, .builtin, .variableTable, .module,
            .exception:
            nil
        }
    }
}
