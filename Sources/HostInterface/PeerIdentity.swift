/// Who is at the other end of a connection, as far as the kernel of this machine tells (manual, decision 14).
public enum PeerIdentity: Hashable, Sendable {
    /// A process of this machine, that of the user with this uid.
    case user(UInt32)
    /// A process of this machine of which the kernel says nothing, one that is closing its end, for example.
    case unknown
    /// A process of another machine.
    case remote
}
