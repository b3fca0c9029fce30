/// The users and groups of this machine.
public protocol AccountDirectory: Sendable {
    /// The uid that the daemon runs as.
    var ownUser: UInt32 { get }
    /// What is known of a user. It may wait long: names come from files, or from a server.
    func account(ofUser uid: UInt32) async -> Account
    /// What is known of a user by name; nil: nobody is called so. It may wait long.
    func account(named name: String) async -> Account?
    /// Whether a password is a user's. It may wait long, but not for ever.
    ///
    /// - Parameters:
    ///   - password: what somebody says.
    ///   - user: who he says he is.
    ///   - service: by which rules, as PAM calls them.
    func judge(_ password: String, of user: String, by service: String) async -> PasswordVerdict
}

extension AccountDirectory {
    /// Nobody, in a directory that knows uids alone.
    public func account(named name: String) async -> Account? { nil }
    /// Not in a directory without passwords.
    public func judge(_ password: String, of user: String, by service: String) async -> PasswordVerdict {
        .unavailable("nobody signs in with a password here")
    }
}

/// A user of this machine.
public struct Account: Hashable, Sendable {
    /// By which the kernel knows the user.
    public var uid: UInt32
    /// nil: no directory has the uid.
    public var name: String?
    /// The names of the groups that the user is a member of.
    public var groups: Set<String>

    public init(uid: UInt32, name: String?, groups: Set<String> = []) {
        self.uid = uid
        self.name = name
        self.groups = groups
    }
}
