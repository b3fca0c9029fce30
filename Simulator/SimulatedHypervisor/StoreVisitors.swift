/// The open transactions that have looked at a place, each with the number of its visit. Nearly always there is one at most, which
/// costs no memory of its own.
struct StoreVisitors {
    private struct Visitor {
        unowned(unsafe) let transaction: StoreTransaction
        let visit: Int
    }

    private var first: Visitor?
    private var others: [Visitor] = []

    var isEmpty: Bool { first == nil }

    /// The number of a transaction's visit.
    func visit(of transaction: StoreTransaction) -> Int? {
        if let first, first.transaction === transaction { return first.visit }
        return others.first { $0.transaction === transaction }?.visit
    }

    mutating func add(_ transaction: StoreTransaction, visit: Int) {
        let visitor = Visitor(transaction: transaction, visit: visit)
        if first == nil { first = visitor } else { others.append(visitor) }
    }

    /// - Precondition: it is there; it takes itself away before it ends.
    mutating func remove(_ transaction: StoreTransaction) {
        if let first, first.transaction === transaction {
            self.first = others.popLast()
        } else {
            others.removeAll { $0.transaction === transaction }
        }
    }
}
