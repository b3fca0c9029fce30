import DomainModel

/// An open transaction: what it has looked at, what it has changed, what it will tell the watches. Of the tree it copies only the
/// nodes that it changes.
final class StoreTransaction {
    /// A place that was looked at or changed.
    struct Visit {
        let place: StorePlace
        /// The node's generation when it was looked at first; 0 = there was none.
        let generation: UInt64
        /// What the transaction has made of the node; nil inside = removed, nil = nothing.
        var change: StoreNode??

        var isOutdated: Bool { (place.node?.generation ?? 0) != generation }
    }

    let client: DomainID
    /// The connection it was begun on; its end ends it. Guests have one each, number 0.
    let connection: Int
    @exclusivity(unchecked) private(set) var visits: [Visit] = []
    /// Changes in order. `exact`: only watches on this very node are told.
    @exclusivity(unchecked) var changes: [(place: StorePlace, exact: Bool)] = []

    init(client: DomainID, connection: Int) {
        self.client = client
        self.connection = connection
    }

    /// The node at a place as the transaction sees it. It has looked then.
    func get(_ place: StorePlace) -> StoreNode? { visits[visit(place)].change ?? place.node }

    func set(_ place: StorePlace, _ node: StoreNode?) { visits[visit(place)].change = .some(node) }

    /// Whether there is a node, as the transaction sees it; to know that is no look at the node.
    func has(_ place: StorePlace) -> Bool {
        guard let number = place.visitors.visit(of: self), let change = visits[number].change else {
            return place.node != nil
        }
        return change != nil
    }

    private func visit(_ place: StorePlace) -> Int {
        if let number = place.visitors.visit(of: self) { return number }
        place.visitors.add(self, visit: visits.count)
        visits.append(Visit(place: place, generation: place.node?.generation ?? 0))
        return visits.count - 1
    }

    /// Leaves the tree as it is now.
    func end() {
        for visit in visits { visit.place.visitors.remove(self) }
        for visit in visits { visit.place.prune() }
        visits = []
        changes = []
    }
}
