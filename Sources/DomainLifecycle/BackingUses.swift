import DomainModel

/// Who uses a backing, and how.
struct BackingUse: Hashable, Sendable {
    enum User: Hashable, Sendable {
        /// A device of a domain.
        case device(DeviceSlot, of: DomainUUID)
        /// A save or a restoration under way, in words, with a number of its own.
        case operation(UInt64, String)
    }

    var user: User
    var backing: Backing
    var isWritable: Bool
}

/// What is used, found by what it is: a disk costs no more where ten thousand others are in use.
struct BackingUses: Sendable {
    /// With the order in which they were taken.
    private var uses: [BackingUse.User: (use: BackingUse, order: UInt64)] = [:]
    /// Those that overlap have something of their extents in common.
    private var users: [BackingKey: Set<BackingUse.User>] = [:]
    private var devices: [DomainUUID: Set<BackingUse.User>] = [:]
    private var newest: UInt64 = 0

    /// By others than this user, if there is one, in the order in which they were taken.
    func overlapping(_ backing: Backing, besides user: BackingUse.User?) -> [BackingUse] {
        var found: Set<BackingUse.User> = []
        for key in backing.extent { found.formUnion(users[key] ?? []) }
        return found.filter { $0 != user }.compactMap { uses[$0] }
            .filter { $0.use.backing.overlaps(backing) }.sorted { $0.order < $1.order }.map(\.use)
    }

    /// Whether a device of a domain stands on this.
    func isOfDomain(_ key: BackingKey) -> Bool {
        users[key]?.contains { if case .device = $0 { true } else { false } } ?? false
    }

    /// Instead of what this user has had.
    mutating func take(_ use: BackingUse) {
        release(use.user)
        newest += 1
        uses[use.user] = (use, newest)
        for key in use.backing.extent { users[key, default: []].insert(use.user) }
        if case .device(_, let domain) = use.user { devices[domain, default: []].insert(use.user) }
    }

    mutating func release(_ user: BackingUse.User) {
        guard let (use, _) = uses.removeValue(forKey: user) else { return }
        for key in use.backing.extent { Self.remove(user, from: key, in: &users) }
        if case .device(_, let domain) = user { Self.remove(user, from: domain, in: &devices) }
    }

    /// All that devices of a domain use.
    mutating func release(of domain: DomainUUID) {
        for user in devices[domain] ?? [] { release(user) }
    }

    private static func remove<Key>(
        _ user: BackingUse.User, from key: Key, in index: inout [Key: Set<BackingUse.User>]
    ) {
        index[key]?.remove(user)
        if index[key]?.isEmpty == true { index[key] = nil }
    }
}
