/// A value with the place where it was written, for messages about what it means (`xend-config.sxp:12:4: …`).
public struct LocatedSExpression: Hashable, Sendable {
    /// The same two as of ``SExpression``; members know their places, too.
    public enum Kind: Hashable, Sendable {
        /// A bare word, or a quoted string.
        case atom(String, quoted: Bool)
        /// What stands in parentheses.
        case list([LocatedSExpression])
    }

    /// Where the value begins: at the first character of a word, the quote of a string, the `(` of a list.
    public let position: SXPPosition
    /// What it is.
    public let kind: Kind

    public init(position: SXPPosition, kind: Kind) {
        self.position = position
        self.kind = kind
    }

    /// The value alone.
    public var value: SExpression {
        switch kind {
        case .atom(let text, _): .atom(text)
        case .list(let members): .list(members.map(\.value))
        }
    }

    /// The text, if this is an atom.
    public var atom: String? {
        guard case .atom(let text, _) = kind else { return nil }
        return text
    }

    /// The members, if this is a list.
    public var list: [LocatedSExpression]? {
        guard case .list(let members) = kind else { return nil }
        return members
    }

    /// The head of an element; an atom is its own name.
    public var name: String? {
        switch kind {
        case .atom(let text, _): text
        case .list(let members): members.first?.atom
        }
    }
}
