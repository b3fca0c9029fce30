// Options and words, as `getopt` of the time took them apart.

import SExpressions

/// An option of a command.
struct XmOption: Sendable {
    /// The long form, without `--`.
    var name: String
    /// The short form, without `-`.
    var short: Character?
    /// What its value is called in the help; nil if it takes none.
    var value: String?
    /// What it does, for the help.
    var use: String

    init(_ name: String, _ short: Character? = nil, value: String? = nil, _ use: String) {
        self.name = name
        self.short = short
        self.value = value
        self.use = use
    }
}

/// What one argument turned out to be.
enum ParsedArgument: Equatable {
    /// An option by its long name.
    case option(String, value: String?)
    case word(String)
}

/// Takes a command line apart.
///
/// Long options may be shortened to an unambiguous prefix; `--` ends one run of options. The texts of the errors are
/// those of the original's getopt module, because scripts have seen them.
struct OptionParser {
    /// Where options may stand.
    enum Order {
        /// Up to the first word; everything after it is a word.
        case optionsFirst
        /// Anywhere.
        case mixed
    }

    let options: [XmOption]
    let order: Order

    func parse(_ arguments: [String]) throws(XmFailure) -> [ParsedArgument] {
        var rest = arguments[...]
        var result: [ParsedArgument] = []
        while !rest.isEmpty {
            try parseOptions(&rest, into: &result)
            if order == .optionsFirst {
                return result + rest.map { .word($0) }
            }
            if let word = rest.popFirst() { result.append(.word(word)) }
        }
        return result
    }

    /// Takes options up to the first word, or up to and with `--`.
    private func parseOptions(_ rest: inout ArraySlice<String>, into result: inout [ParsedArgument]) throws(XmFailure) {
        while let argument = rest.first, argument.hasPrefix("-"), argument != "-" {
            rest.removeFirst()
            if argument == "--" { return }
            if argument.hasPrefix("--") {
                result.append(try long(String(argument.dropFirst(2)), &rest))
            } else {
                try short(argument.dropFirst(), &rest, into: &result)
            }
        }
    }

    private func long(_ text: String, _ rest: inout ArraySlice<String>) throws(XmFailure) -> ParsedArgument {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let given = parts[0]
        let candidates = options.filter { $0.name.hasPrefix(given) }
        guard let first = candidates.first else {
            let hint = Suggestion.phrase(for: given, among: options.map(\.name))
            throw .error("option --\(given) not recognized\(hint)")
        }
        let exact = candidates.first { $0.name == given }
        guard let option = exact ?? (candidates.count == 1 ? first : nil) else {
            throw .error("option --\(given) not a unique prefix")
        }
        guard option.value != nil else {
            if parts.count > 1 { throw .error("option --\(option.name) must not have an argument") }
            return .option(option.name, value: nil)
        }
        if parts.count > 1 { return .option(option.name, value: parts[1]) }
        guard let value = rest.popFirst() else { throw .error("option --\(option.name) requires argument") }
        return .option(option.name, value: value)
    }

    private func short(
        _ letters: Substring, _ rest: inout ArraySlice<String>, into result: inout [ParsedArgument]
    ) throws(XmFailure) {
        var letters = letters
        while let letter = letters.popFirst() {
            guard let option = options.first(where: { $0.short == letter }) else {
                throw .error("option -\(letter) not recognized")
            }
            guard option.value != nil else {
                result.append(.option(option.name, value: nil))
                continue
            }
            if !letters.isEmpty {
                result.append(.option(option.name, value: String(letters)))
                return
            }
            guard let value = rest.popFirst() else { throw .error("option -\(letter) requires argument") }
            result.append(.option(option.name, value: value))
        }
    }
}

extension [ParsedArgument] {
    /// The words, in order.
    var words: [String] {
        compactMap { if case .word(let word) = $0 { word } else { nil } }
    }

    func has(_ name: String) -> Bool {
        contains { if case .option(name, _) = $0 { true } else { false } }
    }

    /// All values given for an option, in order.
    func values(_ name: String) -> [String] {
        compactMap { if case .option(name, let value) = $0 { value } else { nil } }
    }

    /// The last value given for an option.
    func value(_ name: String) -> String? {
        for case .option(let option, let value) in reversed() where option == name { return value }
        return nil
    }
}
