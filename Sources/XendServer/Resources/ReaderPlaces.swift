import Synchronization

/// How many readers of events each address has: no host takes the places of all others.
final class ReaderPlaces: Sendable {
    /// Of one address; a browser has one for each page that is open.
    static let limit = 64

    private let counts = Mutex<[String: Int]>([:])

    /// A reader's place, until it is let go of.
    final class Place: Sendable {
        private let places: ReaderPlaces
        private let address: String

        fileprivate init(_ places: ReaderPlaces, _ address: String) {
            self.places = places
            self.address = address
        }

        deinit { places.leave(address) }
    }

    /// - Parameter address: of the other end; those without one have their places together.
    /// - Returns: nil when the address has all that it may have.
    func take(_ address: String) -> Place? {
        let isFree = counts.withLock { counts in
            guard counts[address, default: 0] < Self.limit else { return false }
            counts[address, default: 0] += 1
            return true
        }
        return isFree ? Place(self, address) : nil
    }

    private func leave(_ address: String) {
        counts.withLock { counts in
            guard let count = counts[address] else { return }
            counts[address] = count > 1 ? count - 1 : nil
        }
    }
}
