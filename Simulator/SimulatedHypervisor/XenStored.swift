import DomainModel
import HypervisorInterface

/// The xenstore daemon of a simulated machine: tree, transactions, watches, permissions, quotas, as xenstored 4.17
/// has them.
///
/// Requests name the domain that makes them; domain 0 may do everything. Paths are absolute.
public final class XenStored {
    /// xenstored's limits: bytes of a request (XENSTORE_PAYLOAD_MAX) and of an absolute path; of a guest's node in
    /// all, and how many nodes, watches and open transactions a guest may have.
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
    var nodes: [String: StoreNode] = [:]
    /// Which nodes belong to a guest: for its quota, and to remove them with it.
    var owned: [DomainID: Set<String>] = [:]
    private(set) var generation: UInt64 = 1
    var transactions: [UInt32: StoreTransaction] = [:]
    private var nextTransaction: UInt32 = 0
    /// Of substrings, so that the places above a path are looked up without being copied.
    var watchesByPath: [Substring: [StoreWatch]] = [:]
    var watchPaths: [UInt64: String] = [:]
    var guestWatches: [DomainID: Set<UInt64>] = [:]
    var nextWatch: UInt64 = 0
    var pending: [(watch: StoreWatch, path: String)] = []
    var pendingKeys: Set<StoreWatchKey> = []
    /// Domains that xenstored serves.
    public internal(set) var introduced: Set<DomainID> = []
    /// Told of each new domain, as `@introduceDomain` tells the console daemon.
    var onIntroduction: (DomainID) -> Void = { _ in }
    /// Requests served, for statistics.
    public internal(set) var requests = 0
    /// Names of nodes told, for statistics.
    public private(set) var namesTold = 0

    init(timeline: Timeline, latency: Duration) {
        self.timeline = timeline
        self.latency = latency
        let everyone = [XenStorePermission(.zero, .read)]
        nodes["/"] = StoreNode(children: ["local", "tool", "vm"], permissions: everyone)
        nodes["/local"] = StoreNode(children: ["domain"], permissions: everyone)
        nodes["/local/domain"] = StoreNode(permissions: everyone)
        nodes["/tool"] = StoreNode(permissions: [XenStorePermission(.zero, .none)])
        nodes["/vm"] = StoreNode(permissions: [XenStorePermission(.zero, .none)])
    }

    // MARK: Requests

    func read(
        _ path: String, as client: DomainID = .zero, in transaction: UInt32? = nil
    ) throws(XenStoreError) -> String {
        try readable("read", path, client, transaction).value
    }

    func list(
        _ path: String, as client: DomainID = .zero, in transaction: UInt32? = nil
    ) throws(XenStoreError) -> [String] {
        let names = try readable("list", path, client, transaction).children.sorted()
        namesTold += names.count
        return names
    }

    func write(
        _ path: String, _ value: String, as client: DomainID = .zero, in transaction: UInt32? = nil
    ) throws(XenStoreError) {
        let open = try begin("write", path, client, transaction)
        try checkSize(path, value, client)
        let existing = get(path, open)
        var node = if let existing { existing } else { try create("write", path, client, open) }
        guard node.mayWrite(client) else { throw XenStoreError("write", path, .notPermitted) }
        node.value = value
        set(path, node, open)
        note(path, exact: false, open)
    }

    func makeDirectory(
        _ path: String, as client: DomainID = .zero, in transaction: UInt32? = nil
    ) throws(XenStoreError) {
        let open = try begin("make", path, client, transaction)
        guard get(path, open) == nil else { return }
        set(path, try create("make", path, client, open), open)
        note(path, exact: false, open)
    }

    /// Fine when there is no such node, as long as the one above is there.
    func remove(
        _ path: String, as client: DomainID = .zero, in transaction: UInt32? = nil
    ) throws(XenStoreError) {
        let open = try begin("remove", path, client, transaction)
        guard let parent = parentPath(path) else { throw XenStoreError("remove", path, .invalid) }
        guard let node = get(path, open) else {
            guard get(parent, open) != nil else { throw XenStoreError("remove", path, .notFound) }
            return
        }
        guard node.mayWrite(client) else { throw XenStoreError("remove", path, .notPermitted) }
        removeTree(path, node, parent, open)
    }

    func setPermissions(
        _ path: String, _ permissions: [XenStorePermission], as client: DomainID = .zero, in transaction: UInt32? = nil
    ) throws(XenStoreError) {
        let open = try begin("set permissions of", path, client, transaction)
        guard var node = get(path, open) else { throw XenStoreError("set permissions of", path, .notFound) }
        guard client == .zero || client == node.owner else {
            throw XenStoreError("set permissions of", path, .notPermitted)
        }
        guard !permissions.isEmpty else { throw XenStoreError("set permissions of", path, .invalid) }
        node.permissions = permissions
        set(path, node, open)
        note(path, exact: false, open)
    }

    // MARK: Transactions

    func beginTransaction(as client: DomainID = .zero, on connection: Int = 0) throws(XenStoreError) -> UInt32 {
        requests += 1
        if client != .zero, transactions.values.lazy.filter({ $0.client == client }).count >= Limit.guestTransactions {
            throw XenStoreError("begin a transaction on", "/", .quota)
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
        guard commit else { return }
        let changed = transaction.seen.lazy.filter { (self.nodes[$0.key]?.generation ?? 0) != $0.value }
        // Of several the least, so that the message does not depend on the order of a dictionary.
        if let path = changed.map(\.key).min() { throw XenStoreError("commit a transaction on", path, .conflict) }
        for (path, node) in transaction.overlay { store(path, node) }
        for change in transaction.changes { fire(change.path, exact: change.exact) }
    }

    /// A connection of domain 0 is closed: what was open on it is undone.
    func closeConnection(_ connection: Int) {
        transactions = transactions.filter { $0.value.client != .zero || $0.value.connection != connection }
    }

    // MARK: Nodes

    /// Counts the request and finds its transaction.
    private func begin(
        _ action: String, _ path: String, _ client: DomainID, _ number: UInt32?
    ) throws(XenStoreError) -> StoreTransaction? {
        requests += 1
        guard isPath(path) else { throw XenStoreError(action, path, .invalid) }
        guard let number else { return nil }
        guard let transaction = transactions[number], transaction.client == client else {
            throw XenStoreError(action, path, .invalid)
        }
        return transaction
    }

    /// As xenstored's is_valid_nodename.
    private func isPath(_ path: String) -> Bool {
        guard path != "/" else { return true }
        var last: UInt8 = 0
        for byte in path.utf8 {
            switch byte {
            case UInt8(ascii: "/"): if last == byte { return false }
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "@"):
                if last == 0 { return false }
            default: return false
            }
            last = byte
        }
        return last != 0 && last != UInt8(ascii: "/") && path.utf8.count < Limit.path
    }

    private func readable(
        _ action: String, _ path: String, _ client: DomainID, _ number: UInt32?
    ) throws(XenStoreError) -> StoreNode {
        let open = try begin(action, path, client, number)
        guard let node = get(path, open) else { throw XenStoreError(action, path, .notFound) }
        guard node.mayRead(client) else { throw XenStoreError(action, path, .notPermitted) }
        return node
    }

    private func get(_ path: String, _ transaction: StoreTransaction?) -> StoreNode? {
        guard let transaction else { return nodes[path] }
        if let changed = transaction.overlay[path] { return changed }
        let node = nodes[path]
        if transaction.seen[path] == nil { transaction.seen[path] = node?.generation ?? 0 }
        return node
    }

    private func set(_ path: String, _ node: StoreNode?, _ transaction: StoreTransaction?) {
        guard let transaction else { return store(path, node) }
        transaction.overlay.updateValue(node, forKey: path)
    }

    /// Changes the names below a node; in place where there is no transaction, for there may be thousands.
    private func changeChildren(
        _ path: String, _ transaction: StoreTransaction?, _ change: (inout Set<String>) -> Void
    ) {
        guard let transaction else {
            generation += 1
            guard nodes[path] != nil else { return }
            change(&nodes[path, default: StoreNode(permissions: [])].children)
            nodes[path]?.generation = generation
            return
        }
        guard var node = get(path, transaction) else { return }
        // The overlay must not hold a second reference to the children while they change.
        transaction.overlay.removeValue(forKey: path)
        change(&node.children)
        set(path, node, transaction)
    }

    /// Puts a node into the tree, or takes it out.
    private func store(_ path: String, _ node: StoreNode?) {
        generation += 1
        if let old = nodes[path], old.owner != .zero, old.owner != node?.owner { owned[old.owner]?.remove(path) }
        guard var node else {
            nodes[path] = nil
            return
        }
        node.generation = generation
        if node.owner != .zero { owned[node.owner, default: []].insert(path) }
        nodes[path] = node
    }

    /// Adds a node, and those above it that are missing, with the permissions of the nearest one that exists.
    private func create(
        _ action: String, _ path: String, _ client: DomainID, _ transaction: StoreTransaction?
    ) throws(XenStoreError) -> StoreNode {
        guard let parent = parentPath(path) else { throw XenStoreError(action, path, .invalid) }
        // Only the permissions are kept: holding the node would make a copy of its children when one is added.
        var permissions: [XenStorePermission]
        if let existing = get(parent, transaction) {
            guard existing.mayWrite(client) else { throw XenStoreError(action, path, .notPermitted) }
            permissions = existing.permissions
        } else {
            permissions = try create(action, parent, client, transaction).permissions
        }
        if client != .zero, owned[client, default: []].count >= Limit.guestNodes {
            throw XenStoreError(action, path, .quota)
        }
        changeChildren(parent, transaction) { $0.insert(lastPart(path)) }
        if client != .zero { permissions[0].domain = client }
        let node = StoreNode(permissions: permissions)
        set(path, node, transaction)
        return node
    }

    /// Removes a node with everything below it.
    private func removeTree(_ path: String, _ node: StoreNode, _ parent: String, _ transaction: StoreTransaction?) {
        removeBelow(path, node, transaction)
        set(path, nil, transaction)
        changeChildren(parent, transaction) { $0.remove(lastPart(path)) }
        note(path, exact: false, transaction)
    }

    private func removeBelow(_ path: String, _ node: StoreNode, _ transaction: StoreTransaction?) {
        for name in node.children.sorted() {
            let child = childPath(path, name)
            if let below = get(child, transaction) { removeBelow(child, below, transaction) }
            set(child, nil, transaction)
            note(child, exact: true, transaction)
        }
    }

    /// Tells the watches of a change, or notes it for the commit.
    private func note(_ path: String, exact: Bool, _ transaction: StoreTransaction?) {
        guard let transaction else { return fire(path, exact: exact) }
        transaction.changes.append((path, exact))
    }

    private func checkSize(_ path: String, _ value: String, _ client: DomainID) throws(XenStoreError) {
        let size = path.utf8.count + value.utf8.count + 1
        guard size <= Limit.payload else { throw XenStoreError("write", path, .invalid) }
        guard client == .zero || size <= Limit.guestNode else { throw XenStoreError("write", path, .quota) }
    }
}
