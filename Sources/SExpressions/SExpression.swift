/// A value in SXP, the text format of xend: an atom or a list.
///
/// After reading there is no difference between a bare word and a quoted string, and there are no numbers: `64` is the
/// text "64". Data are bytes; see `SXPText` for how bytes that are not UTF-8 travel through a `String` unharmed.
///
/// Equality, hashing and printing descend into lists by recursion. `SXPReader` bounds the depth of what it reads
/// (`SXPLimits.depth`), so nothing that came from outside can exhaust the stack.
public enum SExpression: Hashable, Sendable {
    /// A word or a quoted string: once it is read, nothing tells them apart.
    case atom(String)
    /// What stands in parentheses, maybe nothing.
    case list([SExpression])

    /// Equal when the bytes are: SXP knows no canonical equivalence, which `String`'s own `==` would apply.
    public static func == (left: SExpression, right: SExpression) -> Bool {
        switch (left, right) {
        case (.atom(let left), .atom(let right)): left.utf8.elementsEqual(right.utf8)
        case (.list(let left), .list(let right)): left == right
        case (.atom, .list), (.list, .atom): false
        }
    }
}

extension SExpression: ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByIntegerLiteral {
    /// An atom.
    public init(stringLiteral value: String) { self = .atom(value) }
    /// A list.
    public init(arrayLiteral elements: SExpression...) { self = .list(elements) }
    /// An atom, in decimal.
    public init(integerLiteral value: Int) { self = .atom(String(value)) }
}

extension SExpression {
    /// `(name child…)`. An array literal means this: `.element("a", ["b", "c"])` is `(a b c)`.
    public static func element(_ name: String, _ children: some Collection<SExpression>) -> SExpression {
        var members: [SExpression] = []
        members.reserveCapacity(1 + children.count)
        members.append(.atom(name))
        members.append(contentsOf: children)
        return .list(members)
    }

    /// `(name child…)`.
    public static func element(_ name: String, _ children: SExpression...) -> SExpression {
        element(name, children)
    }

    /// `(name child)`. Apart from the form with any number of children, so that a value is never taken for text.
    public static func element(_ name: String, _ child: SExpression) -> SExpression {
        .list([.atom(name), child])
    }

    /// `(name value)`.
    public static func element(_ name: String, _ value: Int) -> SExpression {
        .list([.atom(name), .atom(String(value))])
    }

    /// `(name text)`.
    @_disfavoredOverload  // Arrays of expressions are CustomStringConvertible too, and mean children.
    public static func element(_ name: String, _ text: some CustomStringConvertible) -> SExpression {
        .list([.atom(name), .atom(text.description)])
    }

    /// `(name value)`, the value written as `number(_:)` does.
    public static func element(_ name: String, _ value: Double) -> SExpression {
        .list([.atom(name), number(value)])
    }
}
