import DomainModel
import HypervisorInterface

/// The xenstore daemon of a simulated machine: tree, transactions, watches, permissions, quotas, as xenstored 4.17
/// has them.
///
/// Requests name the domain that makes them; domain 0 may do everything. Paths are absolute.
public final class XenStored {
    /// xenstored's limits: bytes of a request (XENSTORE_PAYLOAD_MAX) and of an absolute path; of a node that a guest
    /// writes, with permissions and the names of its children (quota_max_entry_size), and how many nodes, watches and open
    /// transactions a guest may have.
    enum Limit {
        static let payload = 4096
        static let path = 3072
        static let guestNode = 2048
        static let guestNodes = 1000
        static let guestWatches = 128
        static let guestTransactions = 10
    }

    let timeline: Timeline
    let latency: Duration
    let root = StorePlace()
    /// Where `@introduceDomain` and `@releaseDomain` are watched.
    let specials = StorePlace()
    /// Which nodes belong to a guest: for its quota, and to remove them with it.
    @exclusivity(unchecked) var owned: [DomainID: StoreOwner] = [:]
    @exclusivity(unchecked) private(set) var generation: UInt64 = 1
    @exclusivity(unchecked) var transactions: [UInt32: StoreTransaction] = [:]
    private var nextTransaction: UInt32 = 0
    @exclusivity(unchecked) var watchPlaces: [UInt64: StorePlace] = [:]
    var guestWatches: [DomainID: Set<UInt64>] = [:]
    var nextWatch: UInt64 = 0
    @exclusivity(unchecked) var pending: [(watch: StoreWatch, path: String)] = []
    @exclusivity(unchecked) var pendingKeys: Set<StoreWatchKey> = []
    /// Domains that xenstored serves.
    public internal(set) var introduced: Set<DomainID> = []
    /// Those of them whose end it has told.
    var stopped: Set<DomainID> = []
    /// Told of each new domain, as `@introduceDomain` tells the console daemon.
    var onIntroduction: (DomainID) -> Void = { _ in }
    /// Requests served, for statistics.
    @exclusivity(unchecked) public internal(set) var requests = 0
    /// Names of nodes told, for statistics.
    public private(set) var namesTold = 0

    init(timeline: Timeline, latency: Duration) {
        self.timeline = timeline
        self.latency = latency
        let everyone = [XenStorePermission(.zero, .read)]
        for path in ["/", "/local", "/local/domain"] { root.make(path).node = StoreNode(permissions: everyone) }
        for path in ["/tool", "/vm"] {
            root.make(path).node = StoreNode(permissions: [XenStorePermission(.zero, .none)])
        }
    }

    // MARK: Looking from above

    /// The node at a path, whoever may see it.
    func node(_ path: String) -> StoreNode? { path.hasPrefix("/") ? root.find(path)?.node : nil }

    /// The names below a path, in order.
    func names(below path: String) -> [String] { root.find(path).map { names(below: $0, nil) } ?? [] }

    /// Every node, by path.
    var nodes: [(path: String, node: StoreNode)] {
        var all: [(path: String, node: StoreNode)] = []
        root.visit { place in
            if let node = place.node { all.append((place.path, node)) }
        }
        return all.sorted { $0.path < $1.path }
    }

    // MARK: Requests

    func read(
        _ path: String, as client: DomainID = .zero, in transaction: UInt32? = nil
    ) throws(XenStoreError) -> String {
        try request("read", path, client, transaction) { (place, open) throws(XenStoreError) in
            try readable("read", place, client, open).value
        }
    }

    func list(
        _ path: String, as client: DomainID = .zero, in transaction: UInt32? = nil
    ) throws(XenStoreError) -> [String] {
        let told = try request("list", path, client, transaction) { (place, open) throws(XenStoreError) in
            _ = try readable("list", place, client, open)
            return names(below: place, open)
        }
        namesTold += told.count
        return told
    }

    func write(
        _ path: String, _ value: String, as client: DomainID = .zero, in transaction: UInt32? = nil
    ) throws(XenStoreError) {
        try request("write", path, client, transaction) { (place, open) throws(XenStoreError) in
            guard path.utf8.count + value.utf8.count + 1 <= Limit.payload else {
                throw XenStoreError("write", path, .invalid)
            }
            let existing = get(place, open)
            var node = if let existing { existing } else { try create("write", place, client, open) }
            guard node.mayWrite(client) else { throw XenStoreError("write", path, .notPermitted) }
            node.value = value
            try checkSize("write", node, place, client, open)
            set(place, node, open)
            note(place, exact: false, open)
        }
    }

    func makeDirectory(
        _ path: String, as client: DomainID = .zero, in transaction: UInt32? = nil
    ) throws(XenStoreError) {
        try request("make", path, client, transaction) { (place, open) throws(XenStoreError) in
            guard get(place, open) == nil else { return }
            _ = try create("make", place, client, open)
            note(place, exact: false, open)
        }
    }

    /// Fine when there is no such node, as long as the one above is there.
    func remove(
        _ path: String, as client: DomainID = .zero, in transaction: UInt32? = nil
    ) throws(XenStoreError) {
        try request("remove", path, client, transaction) { (place, open) throws(XenStoreError) in
            guard let parent = place.above else { throw XenStoreError("remove", path, .invalid) }
            guard let node = get(place, open) else {
                guard get(parent, open) != nil else { throw XenStoreError("remove", path, .notFound) }
                return
            }
            guard node.mayWrite(client) else { throw XenStoreError("remove", path, .notPermitted) }
            removeBelow(place, open)
            set(place, nil, open)
            childrenChanged(parent, open)
            note(place, exact: false, open)
        }
    }

    func setPermissions(
        _ path: String, _ permissions: [XenStorePermission], as client: DomainID = .zero, in transaction: UInt32? = nil
    ) throws(XenStoreError) {
        let action = "set permissions of"
        try request(action, path, client, transaction) { (place, open) throws(XenStoreError) in
            guard var node = get(place, open) else { throw XenStoreError(action, path, .notFound) }
            guard client == .zero || client == node.owner else { throw XenStoreError(action, path, .notPermitted) }
            guard !permissions.isEmpty else { throw XenStoreError(action, path, .invalid) }
            node.permissions = permissions
            set(place, node, open)
            note(place, exact: false, open)
        }
    }

    // MARK: Transactions

    func beginTransaction(as client: DomainID = .zero, on connection: Int = 0) throws(XenStoreError) -> UInt32 {
        requests += 1
        if client != .zero, transactions.values.lazy.filter({ $0.client == client }).count >= Limit.guestTransactions {
            throw XenStoreError("begin", "a transaction", .quota)
        }
        nextTransaction += 1
        transactions[nextTransaction] = StoreTransaction(client: client, connection: connection)
        return nextTransaction
    }

    /// - Throws: `conflict` when a node that the transaction looked at or changed has been changed meanwhile.
    func endTransaction(_ number: UInt32, commit: Bool) throws(XenStoreError) {
        requests += 1
        guard let transaction = transactions.removeValue(forKey: number) else {
            throw XenStoreError("end transaction", "/", .invalid)
        }
        defer { transaction.end() }
        guard commit else { return }
        let outdated = transaction.visits.lazy.filter(\.isOutdated)
        if !outdated.isEmpty {
            throw XenStoreError("commit", "a transaction", .conflict)
        }
        for visit in transaction.visits {
            if let change = visit.change { store(visit.place, change) }
        }
        for change in transaction.changes { fire(change.place, exact: change.exact) }
    }

    /// A connection of domain 0 is closed: what was open on it is undone.
    func closeConnection(_ connection: Int) {
        drop { $0.client == .zero && $0.connection == connection }
    }

    /// Undoes the transactions that somebody will not end.
    func drop(_ isDropped: (StoreTransaction) -> Bool) {
        for (number, transaction) in transactions where isDropped(transaction) {
            transactions[number] = nil
            transaction.end()
        }
    }

    // MARK: Nodes

    /// Counts a request, finds its place and its transaction, and leaves no place behind where nothing is.
    private func request<Result>(
        _ action: String, _ path: String, _ client: DomainID, _ number: UInt32?,
        _ body: (StorePlace, StoreTransaction?) throws(XenStoreError) -> Result
    ) throws(XenStoreError) -> Result {
        requests += 1
        let transaction = number.flatMap { transactions[$0] }
        guard number == nil || transaction?.client == client, let place = place(path) else {
            throw XenStoreError(action, path, .invalid)
        }
        defer { place.prune() }
        return try body(place, transaction)
    }

    /// nil: that is no path. Whoever leaves nothing there prunes it.
    func place(_ path: String) -> StorePlace? {
        guard path.utf8.first == StoreName.slash, path.utf8.count < Limit.path else { return nil }
        return root.makeValid(path)
    }

    private func readable(
        _ action: String, _ place: StorePlace, _ client: DomainID, _ transaction: StoreTransaction?
    ) throws(XenStoreError) -> StoreNode {
        guard let node = get(place, transaction) else { throw XenStoreError(action, place.path, .notFound) }
        guard node.mayRead(client) else { throw XenStoreError(action, place.path, .notPermitted) }
        return node
    }

    private func names(below place: StorePlace, _ transaction: StoreTransaction?) -> [String] {
        children(of: place, transaction).map(\.name).sorted()
    }

    /// Those that have a node, in no order.
    private func children(of place: StorePlace, _ transaction: StoreTransaction?) -> [StorePlace] {
        place.below.all.filter { transaction?.has($0) ?? ($0.node != nil) }
    }

    private func get(_ place: StorePlace, _ transaction: StoreTransaction?) -> StoreNode? {
        guard let transaction else { return place.node }
        return transaction.get(place)
    }

    private func set(_ place: StorePlace, _ node: StoreNode?, _ transaction: StoreTransaction?) {
        guard let transaction else { return store(place, node) }
        transaction.set(place, node)
    }

    /// A node has got another child, or lost one: that is a change of the node too.
    private func childrenChanged(_ place: StorePlace, _ transaction: StoreTransaction?) {
        guard transaction != nil else { return touch(place) }
        guard let node = get(place, transaction) else { return }
        set(place, node, transaction)
    }

    /// A node that is there is another one from now on.
    func touch(_ place: StorePlace) {
        guard place.node != nil else { return }
        generation += 1
        place.node?.generation = generation
    }

    /// Puts a node into the tree, or takes it out.
    func store(_ place: StorePlace, _ node: StoreNode?) {
        generation += 1
        place.node = node
        place.node?.generation = generation
        let owner = node?.owner ?? .zero
        guard owner != place.owner?.id ?? .zero else { return }
        place.owner?.letGo(place)
        if owner != .zero { self.owner(owner, of: place).take(place) }
    }

    /// Most often that of the node above.
    private func owner(_ id: DomainID, of place: StorePlace) -> StoreOwner {
        if let owner = place.above?.owner, owner.id == id { return owner }
        if let owner = owned[id] { return owner }
        let owner = StoreOwner(id)
        owned[id] = owner
        return owner
    }

    /// Adds a node, and those above it that are missing, with the permissions of the nearest one that exists.
    private func create(
        _ action: String, _ place: StorePlace, _ client: DomainID, _ transaction: StoreTransaction?
    ) throws(XenStoreError) -> StoreNode {
        guard let parent = place.above else { throw XenStoreError(action, place.path, .invalid) }
        var permissions: [XenStorePermission]
        if let existing = get(parent, transaction) {
            guard existing.mayWrite(client) else { throw XenStoreError(action, place.path, .notPermitted) }
            permissions = existing.permissions
            try checkSize(action, existing, parent, client, transaction, with: place)
        } else {
            permissions = try create(action, parent, client, transaction).permissions
        }
        if client != .zero, owned[client]?.places.count ?? 0 >= Limit.guestNodes {
            throw XenStoreError(action, place.path, .quota)
        }
        childrenChanged(parent, transaction)
        if client != .zero { permissions[0].domain = client }
        let node = StoreNode(permissions: permissions)
        set(place, node, transaction)
        return node
    }

    private func removeBelow(_ place: StorePlace, _ transaction: StoreTransaction?) {
        guard !place.below.isEmpty else { return }
        var children = children(of: place, transaction)
        if children.count > 1 { children.sort { $0.name < $1.name } }
        for child in children {
            removeBelow(child, transaction)
            set(child, nil, transaction)
            note(child, exact: true, transaction)
            if transaction != nil { child.prune() }
        }
        if transaction == nil { place.pruneBelow() }
    }

    /// Tells the watches of a change, or notes it for the commit.
    private func note(_ place: StorePlace, exact: Bool, _ transaction: StoreTransaction?) {
        guard let transaction else { return fire(place, exact: exact) }
        transaction.changes.append((place, exact))
    }

    /// Only what a guest writes is limited. A new child is written with the node above it, which lists its children.
    private func checkSize(
        _ action: String, _ node: StoreNode, _ place: StorePlace, _ client: DomainID, _ transaction: StoreTransaction?,
        with child: StorePlace? = nil
    ) throws(XenStoreError) {
        guard client != .zero else { return }
        var size = entryHeader + permissionSize * node.permissions.count + node.value.utf8.count
        for name in names(below: place, transaction) + (child.map { [$0.name] } ?? []) { size += name.utf8.count + 1 }
        guard size < Limit.guestNode else { throw XenStoreError(action, (child ?? place).path, .quota) }
    }
}

/// Of an entry in xenstored's data base: struct xs_tdb_record_hdr, and struct xs_permissions.
private let entryHeader = 24
private let permissionSize = 8
