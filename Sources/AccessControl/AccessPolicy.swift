import DomainLifecycle
import HostInterface

/// Who may do what, as the configuration says (manual, decision 14).
///
/// | | role |
/// |---|---|
/// | root, the user xend runs as, members of the group `xen` | administrator |
/// | whom `xend-role` names, as user or by a group | the highest that is named |
/// | whose certificate, shown over TLS, `xend-role` names | the highest that is named |
/// | who shows a token, or has signed in | that of the token, or of the link |
/// | other users of this machine | that of `xend-local-access`; none unless it is there |
/// | other machines | `xend-remote-access`: none, viewer for `look`, administrator for `open` |
/// | somebody on this machine of whom the kernel says nothing, or behind a proxy | none |
public struct AccessPolicy: Hashable, Sendable {
    /// What other machines may do.
    public enum RemoteAccess: String, Hashable, Sendable, CaseIterable {
        /// Nothing.
        case closed
        /// Look.
        case look
        /// Everything.
        case open

        /// nil: none.
        public var role: Role? {
            switch self {
            case .closed: nil
            case .look: .viewer
            case .open: .administrator
            }
        }
    }

    /// A role that is given to users and groups.
    public struct Grant: Hashable, Sendable {
        /// What they may do.
        public var role: Role
        /// By name or by uid.
        public var users: Set<String>
        /// By name.
        public var groups: Set<String>
        /// By the common name in a certificate that was shown over TLS.
        public var certificates: Set<String>

        public init(_ role: Role, users: Set<String> = [], groups: Set<String> = [], certificates: Set<String> = []) {
            self.role = role
            self.users = users
            self.groups = groups
            self.certificates = certificates
        }

        func includes(_ account: Account) -> Bool {
            users.contains(String(account.uid)) || account.name.map(users.contains) == true
                || !groups.isDisjoint(with: account.groups)
        }
    }

    /// Whose members are administrators without being named.
    public static let administrators = "xen"

    /// What users of this machine may do whom nothing else names; nil: nothing.
    public var localAccess: Role?
    /// What other machines may do.
    public var remoteAccess = RemoteAccess.closed
    /// By which rules of PAM somebody signs in with a password; nil: nobody does.
    public var signInService: String?
    /// Where domains are saved under names that xend chooses; nil: nowhere.
    public var saveDirectory: String?
    /// The hosts of the pool, as they are named when a domain is sent: `HOST` or `HOST:PORT`.
    public var poolHosts: Set<String> = []
    /// Who has which role.
    public var grants: [Grant] = []

    public init() {}

    /// The role of whoever shows a certificate; nil: nothing names it.
    public func role(ofCertificate name: String) -> Role? {
        grants.filter { $0.certificates.contains(name) }.map(\.role).max()
    }

    /// The role of a user of this machine; nil: none.
    public func role(of account: Account) -> Role? {
        let given = (grants + [Grant(.administrator, groups: [Self.administrators])])
            .filter { $0.includes(account) }.map(\.role)
        return (given + [localAccess].compactMap { $0 }).max()
    }
}
