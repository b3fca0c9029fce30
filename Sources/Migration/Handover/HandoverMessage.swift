/// What two hosts tell each other about who owns a domain. Every message may be lost, late, repeated, or overtaken.
public enum HandoverMessage: String, Hashable, Sendable, CaseIterable {
    // MARK: From the destination
    /// The whole domain is here, paused, and this is durable.
    case ready
    /// What has been decided?
    case ask
    /// It runs here, or has run; the source must let go of its copy.
    case taken
    /// There is no copy here, and it has never run: the source may have it back.
    case lost
    /// The copy is removed, as was asked for.
    case dropped
    /// No such migration here.
    case unknown

    // MARK: From the source
    /// The domain is yours.
    case go
    /// The domain stays here: remove the copy.
    case abort
    /// Nothing is decided yet.
    case pending
    /// There is no copy at the source any more, nor a reason to remember: forget it.
    case released
}
