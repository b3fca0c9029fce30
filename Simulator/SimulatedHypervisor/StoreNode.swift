import DomainModel
import HypervisorInterface

/// A node of xenstore.
struct StoreNode {
    var value = ""
    /// First the owner, whose access stands for everyone not named; never empty.
    var permissions: [XenStorePermission]
    /// Grows with every change of any node: what transactions compare.
    var generation: UInt64 = 0

    var owner: DomainID { permissions.first?.domain ?? .zero }

    /// What `client` may do here. Domain 0 and the owner may do everything.
    func access(of client: DomainID) -> XenStorePermission.Access {
        if client == .zero || client == owner { return .readWrite }
        return (permissions.dropFirst().first { $0.domain == client } ?? permissions.first)?.access ?? .none
    }

    func mayRead(_ client: DomainID) -> Bool {
        switch access(of: client) {
        case .read, .readWrite: true
        case .none, .write: false
        }
    }

    func mayWrite(_ client: DomainID) -> Bool {
        switch access(of: client) {
        case .write, .readWrite: true
        case .none, .read: false
        }
    }
}

/// The path above, or nil of `/`.
func parentPath(_ path: String) -> String? {
    guard path != "/", let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return nil }
    return slash == path.startIndex ? "/" : String(path[..<slash])
}

/// The last part of a path.
func lastPart(_ path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return path }
    return String(path[path.utf8.index(after: slash)...])
}

/// The path of a child.
func childPath(_ path: String, _ name: String) -> String { path == "/" ? "/" + name : path + "/" + name }
