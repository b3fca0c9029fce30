// Values of the variables of `xm create`, from the command line and from the file.

/// The settings that a configuration is made from.
package struct CreateSettings {
    private var values: [String: ConfigValueView] = [:]
    /// What the command line has set, which the file cannot change.
    private var specified: Set<String> = []

    package init() {}

    /// The value of a variable as the original wrote it into the configuration; nil if it has none.
    package func text(_ name: String) throws(DomainFileFailure) -> String? {
        switch values[name] {
        case nil, .other?: return nil
        case .string(let text)?: return text
        case .int(let number)?: return String(number)
        case .float(let number)?: return PythonText.float(number)
        case .bool(let value)?: return value ? "1" : "0"
        case .list?: throw .init("\(name) must be a number or a text, not a list")
        }
    }

    /// The value, unless it is empty or zero, which count as nothing.
    package func nonEmpty(_ name: String) throws(DomainFileFailure) -> String? {
        guard isTrue(name) else { return nil }
        return try text(name)
    }

    /// The value in one text, whatever it is; nil if it has none.
    package func word(_ name: String) -> String? { values[name]?.word }

    /// The members of a list, each in one text; nil where the value is no list.
    package func members(_ name: String) -> [String]? {
        guard case .list(let members)? = values[name] else { return nil }
        return members.map { $0.word ?? "" }
    }

    /// Python's truth of the value.
    package func isTrue(_ name: String) -> Bool {
        switch values[name] {
        case nil, .other?: false
        case .string(let text)?: !text.isEmpty
        case .int(let number)?: number != 0
        case .float(let number)?: number != 0
        case .bool(let value)?: value
        case .list(let members)?: !members.isEmpty
        }
    }

    /// A whole number.
    package func number(_ name: String) throws(DomainFileFailure) -> Int? {
        guard let text = try text(name) else { return nil }
        guard let number = PythonText.integer(text) else { throw .init("\(name) must be a number, not \"\(text)\"") }
        return number
    }

    /// The members of a list; a single text counts as a list of one.
    package func list(_ name: String) throws(DomainFileFailure) -> [String] {
        switch values[name] {
        case nil, .other?: return []
        case .list(let members)?:
            var texts: [String] = []
            for member in members { texts.append(try CreateSettings.member(member, of: name)) }
            return texts
        case let value?:
            return isTrue(name) ? [try CreateSettings.member(value, of: name)] : []
        }
    }

    private static func member(_ value: ConfigValueView, of name: String) throws(DomainFileFailure) -> String {
        switch value {
        case .string(let text): return text
        case .int(let number): return String(number)
        case .float(let number): return PythonText.float(number)
        case .bool, .list, .other: throw .init("\(name) must be a list of texts such as [ 'TEXT', 'TEXT' ]")
        }
    }

    // MARK: Setting

    /// Sets a variable from `VAR=VAL` of the command line.
    package mutating func specify(_ variable: CreateVariable, _ text: String) throws(DomainFileFailure) {
        specified.insert(variable.name)
        switch variable.kind {
        case .text: values[variable.name] = .string(text)
        case .int:
            guard let number = PythonText.integer(text) else { throw .init("Invalid value: \(text)") }
            values[variable.name] = .int(number)
        case .float:
            guard let number = PythonText.double(text) else { throw .init("Invalid value: \(text)") }
            values[variable.name] = .float(number)
        case .bool:
            guard text == "yes" || text == "no" else { throw .init("Invalid value:\(text)") }
            values[variable.name] = .int(text == "yes" ? 1 : 0)
        case .list:
            var members: [ConfigValueView] = []
            if case .list(let old)? = values[variable.name] { members = old }
            values[variable.name] = .list(members + [.string(text)])
        }
    }

    /// Marks an option of the command line, so that a variable of the file by its name has no effect.
    package mutating func specify(option: String) { specified.insert(option) }

    /// Takes over what a file has set. Xen 2.0 ignored `True` and `False`: who writes them means them.
    package mutating func take(_ variables: [(name: String, value: ConfigValueView)]) {
        for (name, value) in variables where !specified.contains(name) {
            switch value {
            case .other: continue
            case .bool, .int, .float, .string, .list: values[name] = value
            }
        }
    }

    /// Sets what has not been set.
    package mutating func fill(_ name: String, _ value: ConfigValueView) {
        if values[name] == nil { values[name] = value }
    }
}
