/// What becomes of a token that somebody shows.
public enum TokenVerdict: Hashable, Sendable {
    /// It allows what its role does.
    case valid(Token)
    /// It was good until a while ago.
    case expired
    /// Nobody has made it, or somebody has revoked it.
    case unknown
    /// The machine's clock shows a time before it was made: whether it has expired cannot be said.
    case clockIsBehind
}
