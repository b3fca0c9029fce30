import DomainModel

/// The records of a table: found by uuid, gone through in their order.
struct DomainRecords: Sendable, RandomAccessCollection {
    private var places: [DomainUUID: DomainRecord] = [:]
    private var order: [DomainRecord] = []

    var startIndex: Int { 0 }
    var endIndex: Int { order.count }
    subscript(index: Int) -> DomainRecord { order[index] }

    /// Setting keeps the order right. The uuid is that of the record.
    subscript(uuid: DomainUUID) -> DomainRecord? {
        get { places[uuid] }
        set {
            let old = places[uuid]
            places[uuid] = newValue
            switch (old, newValue) {
            case (let old?, let new?) where !old.isBefore(new) && !new.isBefore(old): order[index(of: old)] = new
            case (let old, let new):
                if let old { order.remove(at: index(of: old)) }
                if let new { order.insert(new, at: index(of: new)) }
            }
        }
    }

    func contains(_ uuid: DomainUUID) -> Bool { places[uuid] != nil }

    /// Of those that have an id, by it.
    var names: [String] { order.compactMap { $0.id == nil ? nil : $0.name.rawValue } }

    /// Where a record stands, or would.
    private func index(of record: DomainRecord) -> Int {
        var low = 0
        var high = order.count
        while low < high {
            let middle = (low + high) / 2
            if order[middle].isBefore(record) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension DomainRecord {
    /// By id; those that Xen has not made yet last, by name.
    fileprivate func isBefore(_ other: DomainRecord) -> Bool {
        let (id, otherID) = (id?.rawValue ?? .max, other.id?.rawValue ?? .max)
        return id == otherID ? (name, uuid) < (other.name, other.uuid) : id < otherID
    }
}
