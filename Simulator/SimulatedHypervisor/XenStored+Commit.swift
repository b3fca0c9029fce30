import DomainModel
import HypervisorInterface

/// Changes of domain 0 that are made as one where nothing can come in between: what a transaction would keep apart, look at again in the
/// end and then put into the tree goes there at once. Of a domain made and destroyed the transaction took 150,000 instructions.
extension XenStored {
    /// Makes all of them, and then tells the watches.
    /// - Returns: false, with nothing done, when one of them cannot be made: a transaction says which, and why.
    func commit(_ changes: [XenStoreChange], below base: String) -> Bool {
        guard let start = place(base) else { return false }
        var commit = StoreCommit(store: self, start: start, baseLength: base.utf8.count)
        for change in changes {
            guard commit.make(change) else {
                commit.undo()
                return false
            }
        }
        requests += changes.count + 2
        for place in commit.changed { fire(place) }
        start.prune()
        return true
    }
}

/// What has been done of a commit.
private struct StoreCommit {
    let store: XenStored
    let start: StorePlace
    let baseLength: Int
    /// In their order, each as often as it has been changed.
    private(set) var changed: ContiguousArray<StorePlace> = []
    /// How nodes were before.
    private var before: ContiguousArray<(place: StorePlace, node: StoreNode?)> = []

    init(store: XenStored, start: StorePlace, baseLength: Int) {
        self.store = store
        self.start = start
        self.baseLength = baseLength
    }

    /// - Returns: false when it cannot be made.
    mutating func make(_ change: XenStoreChange) -> Bool {
        switch change {
        case .write(let path, let value):
            let length = path.utf8.count + value.utf8.count + 1
            guard baseLength + 1 + length <= XenStored.Limit.payload, let place = place(path) else { return false }
            return set(place) { $0.value = value }
        case .makeDirectory(let path):
            guard let place = place(path) else { return false }
            return place.node != nil || set(place) { _ in }
        case .setPermissions(let path, let permissions):
            guard let place = path.isEmpty ? start : place(path) else { return false }
            guard place.node != nil, !permissions.isEmpty else {
                place.prune()
                return false
            }
            return set(place) { $0.permissions = permissions }
        }
    }

    /// Takes everything back, last first.
    mutating func undo() {
        for (place, node) in before.reversed() {
            store.store(place, node)
            place.prune()
        }
        start.prune()
    }

    private func place(_ path: String) -> StorePlace? {
        if path.utf8.first == StoreName.slash { return store.place(path) }
        return baseLength + 1 + path.utf8.count < XenStored.Limit.path ? start.makeValid(path) : nil
    }

    /// Changes a node, or makes it.
    private mutating func set(_ place: StorePlace, _ body: (inout StoreNode) -> Void) -> Bool {
        guard var node = place.node ?? new(place) else {
            place.prune()
            return false
        }
        before.append((place, place.node))
        body(&node)
        store.store(place, node)
        changed.append(place)
        return true
    }

    /// A node for a place, with the permissions of the one above, which is made where it is missing.
    private mutating func new(_ place: StorePlace) -> StoreNode? {
        guard let above = place.above else { return nil }
        if above.node == nil {
            guard let node = new(above) else { return nil }
            before.append((above, nil))
            store.store(above, node)
        }
        store.touch(above)
        return above.node.map { StoreNode(permissions: $0.permissions) }
    }
}
