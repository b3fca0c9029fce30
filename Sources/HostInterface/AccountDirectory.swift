/// The users and groups of this machine.
public protocol AccountDirectory: Sendable {
    /// The uid that the daemon runs as.
    var ownUser: UInt32 { get }
    /// What is known of a user. It may wait long: names come from files, or from a server.
    func account(ofUser uid: UInt32) async -> Account
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
