import SExpressions

/// The entries of an operation that has begun and not ended.
struct OpenEntries: Sendable {
    /// Of the operation: they stand in the journal in this order.
    var serial: UInt64
    var entries: [SExpression]
}
