import DomainLifecycle

/// By what somebody is known whom the kernel does not know, or who wants to be taken for less.
public enum Credential: Hashable, Sendable {
    /// A token that somebody has made, by its id and name.
    case token(id: String, name: String)
    /// A certificate that was shown over TLS, by the common name in it.
    case certificate(String)
    /// A browser that somebody has signed in with, by the session's id and his name.
    case session(id: String, name: String)
    /// Something that was shown and is worth nothing; why.
    case rejected(String)

    /// Why it is not enough.
    func shortcoming(_ role: Role?) -> String {
        switch self {
        case .token, .session, .certificate: "\(description) is for \(role?.withArticle ?? "nobody")"
        case .rejected(let reason): reason
        }
    }

    /// Whether it was shown in vain.
    public var isRejected: Bool {
        switch self {
        case .token, .session, .certificate: false
        case .rejected: true
        }
    }

    /// For logs and refusals: `token ci`.
    public var description: String {
        switch self {
        case .token(let id, let name): "token \(name.isEmpty ? id : name)"
        case .session(_, let name): "\(name) (signed in)"
        case .certificate(let name): "certificate \(name)"
        case .rejected: "somebody with a token that is worth nothing"
        }
    }
}
