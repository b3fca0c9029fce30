// Tokens to statements.

/// A recursive descent parser for the part of Python that configuration files are written in.
///
/// What is Python but not part of it is recognised by its keyword and refused with a word on what there is.
struct Parser {
    private let tokens: [Token]
    private var index = 0
    private var depth = 0
    /// Whether stray indentation outside blocks is accepted, as the files of `xl` have it.
    private let loose: Bool

    /// Parses a whole file.
    static func statements(of tokens: [Token], looseIndentation: Bool) throws(Fault) -> [Statement] {
        var parser = Parser(tokens: tokens, loose: looseIndentation)
        var statements: [Statement] = []
        while parser.current.kind != .end {
            if parser.loose, parser.current.kind == .indent || parser.current.kind == .dedent {
                parser.advance()
            } else {
                statements += try parser.statementLine()
            }
        }
        return statements
    }

    private init(tokens: [Token], loose: Bool) {
        self.tokens = tokens
        self.loose = loose
    }

    // MARK: Tokens

    var current: Token { tokens[min(index, tokens.count - 1)] }

    @discardableResult
    mutating func advance() -> Token {
        let token = current
        index += 1
        return token
    }

    func isSymbol(_ symbol: String) -> Bool { current.kind == .symbol(symbol) }

    func isWord(_ word: String) -> Bool { current.kind == .name(word) }

    mutating func takeSymbol(_ symbol: String) -> Bool {
        guard isSymbol(symbol) else { return false }
        advance()
        return true
    }

    mutating func takeWord(_ word: String) -> Bool {
        guard isWord(word) else { return false }
        advance()
        return true
    }

    mutating func expectSymbol(_ symbol: String, _ purpose: String) throws(Fault) {
        guard takeSymbol(symbol) else {
            throw Fault(current.position, "expected \"\(symbol)\" \(purpose), not \(current.kind.spoken)")
        }
    }

    mutating func expectName(_ purpose: String) throws(Fault) -> String {
        guard case .name(let name) = current.kind, !Parser.keywords.contains(name) else {
            throw Fault(current.position, "expected \(purpose), not \(current.kind.spoken)")
        }
        advance()
        return name
    }

    /// Counts how deep the parser is, so that no file can exhaust the stack.
    mutating func enter() throws(Fault) {
        depth += 1
        if depth > ConfigLimits.nesting {
            throw Fault(current.position, "more than \(ConfigLimits.nesting) expressions or blocks inside each other")
        }
    }

    mutating func leave() { depth -= 1 }

    // MARK: Words of Python

    /// Words that cannot be names.
    static let keywords: Set<String> = [
        "and", "as", "assert", "break", "class", "continue", "def", "del", "elif", "else", "except", "exec", "finally",
        "for", "from", "global", "if", "import", "in", "is", "lambda", "not", "or", "pass", "print", "raise", "return",
        "try", "while", "with", "yield", "async", "await", "nonlocal",
    ]

    /// What is supported, for the end of a refusal.
    static let supported =
        "a configuration file is read as data; there are assignments, strings, numbers, lists, tuples, dictionaries, "
        + "% formatting, arithmetic, comparisons, if, for, while, def, return, raise and xm_vars"

    /// Why a statement that begins with this word is not read.
    static func refusal(of word: String) -> String? {
        switch word {
        case "import", "from":
            "import is not supported: no Python module can be loaded; \(supported)"
        case "exec": "\(word) is not supported: \(supported)"
        case "class", "with", "try", "except", "finally", "del", "global", "nonlocal", "assert", "yield", "lambda",
            "async", "await":
            "\(word) is not supported: \(supported)"
        default: nil
        }
    }
}
