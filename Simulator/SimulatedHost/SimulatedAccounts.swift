import HostInterface

/// The users of every simulated host; there are no others. The password of each is `secret of NAME`.
///
/// | user | uid | groups |
/// |---|---|---|
/// | `root` | 0 | `root` |
/// | `nobody` | 65534 | `nogroup` |
/// | `alice` | 1000 | `alice`, `staff` |
/// | `bob` | 1001 | `bob`, `xen` |
/// | `carol` | 1002 | `carol` |
public struct SimulatedAccounts: AccountDirectory {
    /// In the order of the table.
    public static let all = [
        Account(uid: 0, name: "root", groups: ["root"]),
        Account(uid: 65534, name: "nobody", groups: ["nogroup"]),
        Account(uid: 1000, name: "alice", groups: ["alice", "staff"]),
        Account(uid: 1001, name: "bob", groups: ["bob", "xen"]),
        Account(uid: 1002, name: "carol", groups: ["carol"]),
    ]

    /// The daemon runs as root.
    public var ownUser: UInt32 { 0 }

    public func account(ofUser uid: UInt32) async -> Account {
        Self.all.first { $0.uid == uid } ?? Account(uid: uid, name: nil)
    }

    public func account(named name: String) async -> Account? { Self.all.first { $0.name == name } }

    public func judge(_ password: String, of user: String, by service: String) async -> PasswordVerdict {
        Self.uid(of: user) != nil && password == "secret of \(user)" ? .accepted : .refused
    }

    /// The uid of a user; nil: there is no such one.
    public static func uid(of name: String) -> UInt32? { all.first { $0.name == name }?.uid }
}
