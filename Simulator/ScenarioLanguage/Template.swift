import SExpressions

/// A value of a scenario in which bare words may name others: `$NAME` stands for what `let`, a receiver or a pattern bound.
///
/// A word that is nothing but `$NAME` becomes the whole value, which may be a list; inside a longer word the value must be an
/// atom. Quoted strings are literal. `$` without a name is itself.
public struct Template: Hashable, Sendable {
    /// As it was written.
    public let source: LocatedSExpression

    public init(_ source: LocatedSExpression) { self.source = source }

    /// A literal text, for values that the language supplies itself.
    package init(literal text: String, at position: SXPPosition) {
        source = LocatedSExpression(position: position, kind: .atom(text, quoted: true))
    }

    /// The text, if this is an atom without references.
    public var literal: String? {
        guard let atom = source.atom, references.isEmpty else { return nil }
        return atom
    }

    /// Every name used, with its place.
    public var references: [Reference] {
        var found: [Reference] = []
        collect(source, into: &found)
        return found
    }

    /// A use of a name. The name is as long as it can be; a tail from some `-` on may belong to the text around it.
    public struct Reference: Hashable, Sendable {
        /// Of the value that nobody has given.
        public var name: String
        /// Where it is asked for.
        public var position: SXPPosition
    }

    private func collect(_ value: LocatedSExpression, into found: inout [Reference]) {
        switch value.kind {
        case .list(let members): for member in members { collect(member, into: &found) }
        case .atom(_, quoted: true): break
        case .atom(let text, quoted: false):
            for piece in Self.pieces(of: text) {
                if case .name(let name) = piece { found.append(Reference(name: name, position: value.position)) }
            }
        }
    }

    enum Piece: Hashable {
        case text(String)
        case name(String)
    }

    /// A bare word cut into literal parts and names.
    static func pieces(of word: String) -> [Piece] {
        var pieces: [Piece] = []
        var text = ""
        var rest = Substring(word)
        while let character = rest.popFirst() {
            let name = character == "$" ? rest.prefix(while: isNameCharacter) : ""
            if name.isEmpty {
                text.append(character)
            } else {
                if !text.isEmpty { pieces.append(.text(text)) }
                text = ""
                pieces.append(.name(String(name)))
                rest = rest.dropFirst(name.count)
            }
        }
        if !text.isEmpty { pieces.append(.text(text)) }
        return pieces
    }

    static func isNameCharacter(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || character == "_" || character == "-")
    }

    /// The bound name that a use means, with the text that follows it: `a-b` is `a-b` if that is bound, else `a` and `-b`.
    package static func resolve(_ name: String, _ isBound: (String) -> Bool) -> (name: String, tail: String)? {
        var head = Substring(name)
        while true {
            if isBound(String(head)) { return (String(head), String(name.dropFirst(head.count))) }
            guard let dash = head.lastIndex(of: "-") else { return nil }
            head = head[..<dash]
        }
    }

    /// The value with every name replaced.
    public func expand(_ bindings: Bindings) throws(ScenarioFailure) -> SExpression {
        try Self.expand(source, bindings)
    }

    /// The value as text: an atom as it is, a list printed.
    public func text(_ bindings: Bindings) throws(ScenarioFailure) -> String {
        switch try expand(bindings) {
        case .atom(let text): text
        case .list(let members): SExpression.list(members).description
        }
    }

    private static func expand(_ value: LocatedSExpression, _ bindings: Bindings) throws(ScenarioFailure) -> SExpression
    {
        switch value.kind {
        case .atom(let text, quoted: true): return .atom(text)
        case .atom(let text, quoted: false): return try expand(word: text, bindings)
        case .list(let members):
            var result: [SExpression] = []
            for member in members { result.append(try expand(member, bindings)) }
            return .list(result)
        }
    }

    private static func expand(word: String, _ bindings: Bindings) throws(ScenarioFailure) -> SExpression {
        guard word.contains("$") else { return .atom(word) }
        let pieces = pieces(of: word)
        var result = ""
        for piece in pieces {
            switch piece {
            case .text(let text): result += text
            case .name(let name):
                guard let (bound, tail) = resolve(name, { bindings[$0] != nil }), let value = bindings[bound] else {
                    throw ScenarioFailure("nothing is bound to $\(name)")
                }
                if pieces.count == 1, tail.isEmpty { return value }
                guard let atom = value.atom else {
                    throw ScenarioFailure("$\(bound) is the list \(value), which cannot stand inside the word \(word)")
                }
                result += atom + tail
            }
        }
        return .atom(result)
    }
}

/// What names stand for while a scenario runs.
public typealias Bindings = [String: SExpression]

/// Why a step or check did not do what it should: one or more lines for people.
public struct ScenarioFailure: Error, Hashable, Sendable, CustomStringConvertible {
    public var description: String
    public init(_ description: String) { self.description = description }

    /// The same words on every machine.
    package static func refused(by host: String) -> ScenarioFailure {
        .init("connection refused: no xend listens on \(host)")
    }
}
