/// A value in SXP, the text format of xend: an atom or a list.
///
/// After reading there is no difference between a bare word and a quoted string, and there are no numbers: `64` is the
/// text "64". Data are bytes; see `SXPReader` for how bytes that are not UTF-8 travel through a `String` unharmed.
public enum SExpression: Hashable, Sendable {
    case atom(String)
    case list([SExpression])
}

extension SExpression: ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByIntegerLiteral {
    public init(stringLiteral value: String) { self = .atom(value) }
    public init(arrayLiteral elements: SExpression...) { self = .list(elements) }
    public init(integerLiteral value: Int) { self = .atom(String(value)) }

    /// `(name child…)`.
    public static func element(_ name: String, _ children: [SExpression]) -> SExpression {
        .list([.atom(name)] + children)
    }

    /// `(name child…)`.
    public static func element(_ name: String, _ children: SExpression...) -> SExpression {
        element(name, children)
    }

    /// `(name text)`.
    public static func element(_ name: String, _ text: some CustomStringConvertible) -> SExpression {
        .list([.atom(name), .atom(text.description)])
    }
}
