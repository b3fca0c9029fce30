import DomainLifecycle
import HostInterface

/// Somebody who has signed in with a browser, until he signs out, is away for long, or the daemon ends.
public struct Session: Hashable, Sendable {
    /// The part of it that is no secret, for logs.
    public var id: String
    /// Who it is, as far as anybody said.
    public var name: String
    /// What he may do.
    public var role: Role
    /// SHA-256 of the secret in the cookie, in hex.
    var digest: String
    /// When he signed in.
    var since: Instant
    /// When he asked for something last.
    var used: Instant
}
