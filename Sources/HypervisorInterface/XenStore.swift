import DomainModel

/// The xenstore of the machine, as libxenstore has it. Values are text; what a guest wrote is opaque.
public protocol XenStore: Sendable {
    /// - Throws: `notFound`.
    func read(_ path: String, in transaction: XenStoreTransaction?) async throws(XenStoreError) -> String
    /// Makes the nodes above `path` as needed.
    func write(_ path: String, _ value: String, in transaction: XenStoreTransaction?) async throws(XenStoreError)
    /// Makes a node with an empty value, and those above it that are missing. One that is there stays as it is.
    func makeDirectory(_ path: String, in transaction: XenStoreTransaction?) async throws(XenStoreError)
    /// Removes a node with everything below it. A missing one is `notFound`.
    func remove(_ path: String, in transaction: XenStoreTransaction?) async throws(XenStoreError)
    /// The names below `path`, sorted.
    func list(_ path: String, in transaction: XenStoreTransaction?) async throws(XenStoreError) -> [String]
    /// Whose the node is (first entry: the owner, whose access stands for everyone not named), and who else may do what.
    func setPermissions(
        _ path: String, _ permissions: [XenStorePermission], in transaction: XenStoreTransaction?
    ) async throws(XenStoreError)

    /// Makes changes one after another; the first that fails is the last.
    func apply(_ changes: [XenStoreChange], in transaction: XenStoreTransaction?) async throws(XenStoreError)

    /// Makes changes as one transaction: all or none, and others see them all at once.
    /// - Parameter base: a directory; what is named without a slash in front is below it.
    func commit(_ changes: [XenStoreChange], below base: String) async throws(XenStoreError)

    /// What is read and written in it is seen by others all at once, or not at all.
    func beginTransaction() async throws(XenStoreError) -> XenStoreTransaction
    /// - Throws: `conflict` (EAGAIN) when something the transaction used has changed: begin again.
    func endTransaction(_ transaction: XenStoreTransaction, commit: Bool) async throws(XenStoreError)

    /// Watches a node and everything below it, or a special one (`@releaseDomain`, `@introduceDomain`). Fires once at once.
    func watch(_ path: String) async throws(XenStoreError) -> XenStoreWatch

    /// Tells xenstored of a new domain's ring.
    func introduce(_ id: DomainID, frame: UInt64, port: EventPort) async throws(XenStoreError)
    /// Tells xenstored that a domain which had suspended runs on: it tells of each domain's end once, and otherwise took the suspension
    /// for the end. Of one that has not stopped it changes nothing.
    func resume(_ id: DomainID) async throws(XenStoreError)
    /// Tells xenstored that a domain is gone.
    func release(_ id: DomainID) async throws(XenStoreError)
}

/// A change of xenstore, to be made with others at a stroke: each alone has a long way to xenstored and back.
public enum XenStoreChange: Hashable, Sendable {
    /// Path and value.
    case write(String, String)
    /// Path.
    case makeDirectory(String)
    /// Path (empty: the directory itself that others are named below), and for whom: the first is the owner, and says what those may do that are not named.
    case setPermissions(String, [XenStorePermission])
}

extension XenStoreChange {
    /// The same change, where it is named from the root.
    func resolved(below base: String) -> XenStoreChange {
        func whole(_ path: String) -> String { path.utf8.first == UInt8(ascii: "/") ? path : "\(base)/\(path)" }
        return switch self {
        case .write(let path, let value): .write(whole(path), value)
        case .makeDirectory(let path): .makeDirectory(whole(path))
        case .setPermissions(let path, let permissions):
            .setPermissions(path.isEmpty ? base : whole(path), permissions)
        }
    }
}

extension XenStoreChange: CustomStringConvertible {
    public var description: String {
        switch self {
        case .write(let path, let value): "write \(path) \(value)"
        case .makeDirectory(let path): "makeDirectory \(path)"
        case .setPermissions(let path, let permissions):
            "setPermissions \(path) \(permissions.map(\.description).joined(separator: " "))"
        }
    }
}

/// An open transaction.
public struct XenStoreTransaction: Hashable, Sendable {
    /// xenstored's number for it.
    public let rawValue: UInt32
    public init(_ value: UInt32) { rawValue = value }
}

/// A registered watch: the paths that changed, until cancelled. Changes may be coalesced; they say "look again".
public struct XenStoreWatch: Sendable {
    /// The path that changed, which may be below the one that is watched; once at the beginning. Ends when the watch is
    /// cancelled.
    public let changes: AsyncStream<String>
    private let onCancel: @Sendable () -> Void

    public init(changes: AsyncStream<String>, cancel: @escaping @Sendable () -> Void) {
        self.changes = changes
        onCancel = cancel
    }

    /// Removes the watch; `changes` ends. Idempotent.
    public func cancel() { onCancel() }
}

/// What a domain may do with a node (xs_permissions of xenstore.h).
public struct XenStorePermission: Hashable, Sendable, CustomStringConvertible {
    /// `n`, `r`, `w`, `b` in xenstore's own notation.
    public enum Access: Hashable, Sendable { case none, read, write, readWrite }
    /// Who.
    public var domain: DomainID
    /// What.
    public var access: Access

    public init(_ domain: DomainID, _ access: Access) {
        self.domain = domain
        self.access = access
    }

    /// As xenstore-chmod(1) has it: `r1` lets domain 1 read.
    public var description: String {
        let letter =
            switch access {
            case .none: "n"
            case .read: "r"
            case .write: "w"
            case .readWrite: "b"
            }
        return "\(letter)\(domain)"
    }
}

/// Why a xenstore request failed.
public struct XenStoreError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What an errno of xenstored means to xend.
    public enum Reason: Hashable, Sendable {
        /// There is no such node.
        case notFound
        /// EAGAIN at the end of a transaction.
        case conflict
        /// ENOSPC, EDQUOT, E2BIG: xenstored's limits.
        case quota
        /// The node is another domain's.
        case notPermitted
        /// The path, or what was asked, makes no sense to xenstored.
        case invalid
        /// xenstored does not answer.
        case unavailable
        /// The daemon has been killed (simulation only).
        case fenced
        /// Any other.
        case system(errno: Int32)
    }
    /// What was being done: completes "cannot …".
    public var action: String
    /// To which node.
    public var path: String
    /// Why not.
    public var reason: Reason

    public init(_ action: String, _ path: String, _ reason: Reason) {
        self.action = action
        self.path = path
        self.reason = reason
    }

    public var description: String { "xenstore: cannot \(action) \(path): \(reason.text)" }
}

extension XenStoreError.Reason {
    /// The reason in words.
    public var text: String {
        switch self {
        case .notFound: "no such node"
        case .conflict: "it has changed meanwhile"
        case .quota: "xenstored's quota is exhausted"
        case .notPermitted: "permission denied"
        case .invalid: "invalid argument"
        case .unavailable: "xenstored does not answer"
        case .fenced: "the daemon has been killed"
        case .system(let errno): "errno \(errno)"
        }
    }
}
