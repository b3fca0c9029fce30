/// Makes what it is told a value.
public struct SExpressionBuilder: SExpressionSink {
    /// The lists that are open, the innermost last; below them what is complete.
    private var lists: [[SExpression]] = [[]]

    public init() {}

    /// The first thing that was told completely.
    public var expression: SExpression { lists[0].first ?? [] }

    public mutating func open(_ name: String) { lists.append([.atom(name)]) }
    public mutating func close() { add(.list(lists.removeLast())) }
    public mutating func add(_ text: String) { add(.atom(text)) }
    public mutating func add(_ number: Int) { add(.atom(String(number))) }
    public mutating func add(_ number: Double) { add(.number(number)) }
    public mutating func add(_ expression: SExpression) { lists[lists.count - 1].append(expression) }
}
