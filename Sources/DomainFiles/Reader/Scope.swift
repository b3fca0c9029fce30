// Variables.

/// One set of variables, in the order of their first assignment.
struct Scope {
    private var names: [String] = []
    private var values: [String: ConfigValue] = [:]

    subscript(name: String) -> ConfigValue? {
        get { values[name] }
        set {
            if !names.contains(name) { names.append(name) }
            values[name] = newValue
        }
    }

    /// Modules that Python had imported for the file.
    static let modules = ["sys", "os", "string", "re"]

    /// Defines a variable that is there before the file begins and is not among what the file has set.
    mutating func predefine(_ name: String, _ value: ConfigValue) { values[name] = value }

    var assigned: [(name: String, value: ConfigValue)] {
        names.compactMap { name in values[name].map { (name, $0) } }
    }

    mutating func predefine(file: String, help: Bool) {
        predefine("True", .bool(true))
        predefine("False", .bool(false))
        predefine("None", .none)
        predefine("xm_vars", .variableTable)
        predefine("xm_file", .string(file))
        predefine("xm_help", .int(help ? 1 : 0))
        for builtin in Builtin.allCases { predefine(builtin.rawValue, .builtin(builtin)) }
        for module in Scope.modules { predefine(module, .module(module)) }
        for name in ["ValueError", "TypeError", "KeyError", "NameError", "RuntimeError", "Exception", "SystemExit"] {
            predefine(name, .exception(name, nil))
        }
    }
}
