/// The functions of a module.
struct ModuleFunctions {
    private let module: String
    private let place: SourcePosition

    init(_ module: String, _ place: SourcePosition) {
        self.module = module
        self.place = place
    }

    /// What files use of modules and is no question to the machine. The kind of processor is: it is the one this program was built for.
    ///
    /// - Returns: nil: there is no such function.
    func call(
        _ name: String, _ values: [ConfigValue], _ budget: inout EvaluationBudget
    ) throws(Fault) -> ConfigValue? {
        let words = values.map(\.text)
        switch (module, name, values.count) {
        case ("os", "uname", 0):
            return .tuple(["Linux", "localhost", "", "", Self.processor].map(ConfigValue.string))
        case ("os.path", "join", 1...): return .string(Self.path(words))
        case ("os.path", "basename", 1): return .string(words[0].split(separator: "/").last.map(String.init) ?? "")
        case ("os.path", "dirname", 1):
            return .string(words[0].lastIndex(of: "/").map { String(words[0][..<$0]) } ?? "")
        case ("re", "search", 2), ("re", "match", 2):
            return try found(words[0], in: words[1], fromStart: name == "match")
        // The functions of the module are the methods of the strings: `string.lower(text)`.
        case ("string", "join", 1...2):
            return try TextMethods(words.count > 1 ? words[1] : " ", place).call("join", [values[0]], &budget)
        case ("string", "atoi", 1):
            return try Builtin.int.call([Evaluator.Argument(value: values[0])], at: place, &budget)
        case ("string", _, 1...): return try TextMethods(words[0], place).call(name, Array(values.dropFirst()), &budget)
        default: return nil
        }
    }

    private static var processor: String {
        #if arch(arm64)
            "aarch64"
        #else
            "x86_64"
        #endif
    }

    private static func path(_ words: [String]) -> String {
        words.dropFirst().reduce(words[0]) { path, word in
            word.hasPrefix("/") ? word : path.isEmpty || path.hasSuffix("/") ? path + word : path + "/" + word
        }
    }

    /// Whether a text that stands as it is, with `^` and `$` at its ends, is found: expressions that say more are refused.
    private func found(
        _ pattern: String, in text: String, fromStart: Bool
    ) throws(Fault) -> ConfigValue {
        var literal = pattern[...]
        let isAtStart = literal.hasPrefix("^") || fromStart
        if literal.hasPrefix("^") { literal = literal.dropFirst() }
        let isAtEnd = literal.hasSuffix("$")
        if isAtEnd { literal = literal.dropLast() }
        guard !literal.contains(where: { "\\.[](){}|*+?^$".contains($0) }) else {
            throw Fault(place, "the regular expression \"\(pattern)\" is not supported: plain text is, with ^ and $")
        }
        let isFound =
            switch (isAtStart, isAtEnd) {
            case (true, true): text == literal
            case (true, false): text.hasPrefix(literal)
            case (false, true): text.hasSuffix(literal)
            case (false, false): literal.isEmpty || text.contains(literal)
            }
        return isFound ? .bool(true) : ConfigValue.none
    }
}
