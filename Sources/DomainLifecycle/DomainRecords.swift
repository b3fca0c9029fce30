import DomainModel

/// The records of a table: found by uuid, gone through in their order.
///
/// A record is large. Each has a place of its own in memory, so that going through thousands copies no record.
struct DomainRecords: Sendable, RandomAccessCollection {
    /// Never changed: a changed record gets a new place, and a copy of the table stays what it was.
    final class Place: Sendable {
        let record: DomainRecord

        init(_ record: DomainRecord) { self.record = record }

        /// By id; those that Xen has not made yet last, by name.
        fileprivate func isBefore(_ other: Place) -> Bool {
            let (id, otherID) = (record.id?.rawValue ?? .max, other.record.id?.rawValue ?? .max)
            return id == otherID
                ? (record.name, record.uuid) < (other.record.name, other.record.uuid) : id < otherID
        }
    }

    private var places: [DomainUUID: Place] = [:]
    private var order: [Place] = []

    /// All, in their order, without a copy of any record.
    var ordered: [Place] { order }

    var startIndex: Int { 0 }
    var endIndex: Int { order.count }
    subscript(index: Int) -> DomainRecord { order[index].record }

    /// Setting keeps the order right. The uuid is that of the record.
    subscript(uuid: DomainUUID) -> DomainRecord? {
        get { places[uuid]?.record }
        set {
            let (old, new) = (places[uuid], newValue.map(Place.init))
            places[uuid] = new
            switch (old, new) {
            case (let old?, let new?) where !old.isBefore(new) && !new.isBefore(old): order[index(of: old)] = new
            case (let old, let new):
                if let old { order.remove(at: index(of: old)) }
                if let new { order.insert(new, at: index(of: new)) }
            }
        }
    }

    func contains(_ uuid: DomainUUID) -> Bool { places[uuid] != nil }

    /// Of those that have an id, by it; without a copy of any record.
    var names: [String] { order.compactMap { $0.record.id == nil ? nil : $0.record.name.rawValue } }

    /// Looks at a record without copying it.
    func read<Result>(_ uuid: DomainUUID, _ body: (DomainRecord) -> Result) -> Result? {
        places[uuid].map { body($0.record) }
    }

    /// Where a record stands, or would.
    private func index(of place: Place) -> Int {
        var low = 0
        var high = order.count
        while low < high {
            let middle = (low + high) / 2
            if order[middle].isBefore(place) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
