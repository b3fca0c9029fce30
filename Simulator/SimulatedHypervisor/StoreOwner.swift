import DomainModel

/// The nodes that belong to a guest: for its quota, and to remove them with it. In no order.
final class StoreOwner {
    let id: DomainID
    @exclusivity(unchecked) private(set) var places: [StorePlace] = []

    init(_ id: DomainID) { self.id = id }

    func take(_ place: StorePlace) {
        place.owner = self
        place.numberOfOwner = places.count
        places.append(place)
    }

    func letGo(_ place: StorePlace) {
        guard let last = places.popLast() else { return }
        if last !== place {
            places[place.numberOfOwner] = last
            last.numberOfOwner = place.numberOfOwner
        }
        place.owner = nil
    }
}
