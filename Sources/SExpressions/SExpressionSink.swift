/// Takes an s-expression piece by piece.
///
/// Who describes himself to a sink can be kept as a value or be written down at once: lists of thousands of domains are
/// not made into trees of a hundred thousand nodes first.
public protocol SExpressionSink {
    /// Begins `(name …)`; what comes until `close` belongs to it.
    /// - Precondition: the name is one that needs no quotes.
    mutating func open(_ name: StaticString)
    /// The same, of a name that is not known before.
    mutating func open(named name: String)
    /// Ends the innermost element that is open.
    mutating func close()
    /// An atom of this text, quoted where it must be.
    mutating func add(_ text: String)
    /// An atom, in decimal.
    mutating func add(_ number: Int)
    /// An atom, in decimal.
    mutating func add(_ number: UInt64)
    /// Written as `SExpression.number(_:)` does.
    mutating func add(_ number: Double)
    /// Any expression, as it is.
    mutating func add(_ expression: SExpression)
}

extension SExpressionSink {
    /// `(name text)`.
    @inlinable
    public mutating func element(_ name: StaticString, _ text: String) {
        open(name)
        add(text)
        close()
    }

    /// `(name number)`.
    @inlinable
    public mutating func element(_ name: StaticString, _ number: Int) {
        open(name)
        add(number)
        close()
    }

    /// `(name number)`.
    @inlinable
    public mutating func element(_ name: StaticString, _ number: UInt64) {
        open(name)
        add(number)
        close()
    }

    /// `(name number)`.
    @inlinable
    public mutating func element(_ name: StaticString, _ number: Double) {
        open(name)
        add(number)
        close()
    }
}

extension SExpressionSink {
    /// `(name …)`, with what the body tells.
    @inlinable
    public mutating func element(_ name: StaticString, _ body: (inout Self) -> Void) {
        open(name)
        body(&self)
        close()
    }

    /// `(name)`.
    @inlinable
    public mutating func element(_ name: StaticString) {
        open(name)
        close()
    }
}

/// What can be shown as an s-expression.
public protocol SExpressible: Sendable {
    /// Tells a sink all of it: one element or atom.
    func describe(to sink: inout some SExpressionSink)
    /// Appends the text on one line.
    func write(to writer: inout SXPWriter)
    /// The same as a value.
    var expression: SExpression { get }
}

extension SExpressible {
    /// Appends the text of it to what is being written.
    @inlinable
    public func write(to writer: inout SXPWriter) { describe(to: &writer) }

    /// Made from what ``describe(to:)`` tells, so that both are always the same.
    @inlinable
    public var expression: SExpression {
        var builder = SExpressionBuilder()
        describe(to: &builder)
        return builder.expression
    }
}

extension SExpression: SExpressible {
    /// Adds it to the sink as it is.
    public func describe(to sink: inout some SExpressionSink) { sink.add(self) }
    /// Itself.
    public var expression: SExpression { self }
}
