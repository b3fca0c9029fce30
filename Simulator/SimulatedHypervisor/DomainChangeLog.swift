import DomainModel

/// Which domains of a machine have changed, in order: for those who look again and again, and need not look at all of them.
final class DomainChangeLog {
    /// Changes that are kept. Who comes back later looks at everything.
    private static let limit = 4096

    /// Changes so far.
    @exclusivity(unchecked) private var count: UInt64 = 0
    /// The latest of them.
    @exclusivity(unchecked) private var latest: [DomainID] = []
    /// Where somebody will go on from: what comes after is a change of its own.
    @exclusivity(unchecked) private var marked: UInt64 = 0

    /// A domain is new, has changed or is gone. Changes of the same one that nobody looks between are one.
    func note(_ id: DomainID) {
        guard latest.last != id || marked == count else { return }
        if latest.count == Self.limit { latest.removeFirst(Self.limit / 2) }
        latest.append(id)
        count += 1
    }

    /// This moment, for `since`.
    func mark() -> UInt64 {
        marked = count
        return count
    }

    /// Those that have changed since a mark; nil when that is too long ago.
    func since(_ mark: UInt64) -> ArraySlice<DomainID>? {
        guard let number = Int(exactly: count - mark), number <= latest.count else { return nil }
        return latest.suffix(number)
    }
}
