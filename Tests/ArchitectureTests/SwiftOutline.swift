/// The types and functions of a Swift file, each with the lines it takes: enough of the language to know where a body ends, which is
/// strings, comments, regular expressions and brackets.
struct SwiftOutline {
    struct Declaration: Equatable {
        enum Kind { case type, function }
        var kind: Kind
        /// As it is written, within what it stands in: `Outer.Inner`, `Outer.name`.
        var name: String
        /// Whether it only extends what is declared elsewhere.
        var isExtension = false
        /// From the word that declares it to its last brace.
        var lines: ClosedRange<Int>
    }
    private(set) var declarations: [Declaration] = []

    private static let types: Set = ["struct", "class", "enum", "actor", "protocol", "extension"]
    /// What is a name after `class`, and so no type: `class func`.
    private static let members: Set = ["func", "var", "let", "subscript"]

    /// A body that is open: a declaration's, or any other braces.
    private struct Scope {
        var declaration: Declaration?
        var depth: Int
    }
    private var scopes: [Scope] = []
    /// What has been declared and waits for its brace.
    private var pending: Declaration?
    private var depth = 0
    private var previous: SwiftTokens.Token?

    init(_ text: String) {
        var tokens = SwiftTokens(text)
        var next = tokens.next()
        while let token = next {
            next = tokens.next()
            read(token, before: next)
            previous = token
        }
    }

    private mutating func read(_ token: SwiftTokens.Token, before next: SwiftTokens.Token?) {
        switch token.text {
        case "(", "[": depth += 1
        case ")", "]": depth -= 1
        case "{": open()
        case "}": close(at: token.line)
        // What is stored begins with a value, not with a body.
        case "=" where depth == scopes.last?.depth ?? 0 && pending?.kind == .function: pending = nil
        default: declare(token, before: next)
        }
    }

    private mutating func declare(_ token: SwiftTokens.Token, before next: SwiftTokens.Token?) {
        guard depth == scopes.last?.depth ?? 0, previous?.text != ".", let next else { return }
        let isMember = scopes.last?.declaration.map { $0.kind == .type } ?? true
        var kind = Declaration.Kind.function
        var name = next.text
        switch token.text {
        case let word where Self.types.contains(word):
            guard next.isName, !Self.members.contains(name) else { return }
            kind = .type
        case "func": break
        case "var" where isMember: break
        case "init" where isMember && ["(", "?", "<", "!"].contains(name): name = "init"
        case "subscript" where isMember: name = "subscript"
        case "deinit" where isMember: name = "deinit"
        default: return
        }
        let outer = scopes.last { $0.declaration?.kind == .type }?.declaration?.name
        pending = Declaration(
            kind: kind, name: (outer.map { $0 + "." } ?? "") + name, isExtension: token.text == "extension",
            lines: token.line...token.line)
    }

    private mutating func open() {
        // A closure among the arguments is no body of what they belong to.
        let isBody = depth == scopes.last?.depth ?? 0
        scopes.append(Scope(declaration: isBody ? pending : nil, depth: depth))
        if isBody { pending = nil }
    }

    private mutating func close(at line: Int) {
        guard let scope = scopes.popLast() else { return }
        depth = scope.depth
        // After a closure among the arguments what they belong to still waits.
        if depth == scopes.last?.depth ?? 0 { pending = nil }
        guard var declaration = scope.declaration else { return }
        declaration.lines = declaration.lines.lowerBound...line
        declarations.append(declaration)
    }
}
