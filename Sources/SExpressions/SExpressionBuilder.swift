/// Makes what it is told a value.
public struct SExpressionBuilder: SExpressionSink {
    /// The lists that are open, the innermost last; below them what is complete.
    private var lists: [[SExpression]] = [[]]

    public init() {}

    /// The first thing that was told completely.
    public var expression: SExpression { lists[0].first ?? [] }

    /// Begins an element; what is added from now on is in it.
    public mutating func open(_ name: StaticString) { open(named: name.description) }
    /// Begins an element; what is added from now on is in it.
    public mutating func open(named name: String) { lists.append([.atom(name)]) }
    /// Ends the innermost element.
    public mutating func close() { add(.list(lists.removeLast())) }
    /// An atom of this text.
    public mutating func add(_ text: String) { add(.atom(text)) }
    /// An atom, in decimal.
    public mutating func add(_ number: Int) { add(.atom(String(number))) }
    /// An atom, in decimal.
    public mutating func add(_ number: UInt64) { add(.atom(String(number))) }
    /// An atom as Python 2 prints it (reference/sxp.md §3).
    public mutating func add(_ number: Double) { add(.number(number)) }
    /// Any expression, as it is.
    public mutating func add(_ expression: SExpression) { lists[lists.count - 1].append(expression) }
}
