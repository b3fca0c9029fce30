import DomainLifecycle

/// By what somebody is known whom the kernel does not know, or who wants to be taken for less.
public enum Credential: Hashable, Sendable {
    /// A token that somebody has made, by its id and name.
    case token(id: String, name: String)
    /// Something that was shown and is worth nothing; why.
    case rejected(String)

    /// Why it is not enough.
    func shortcoming(_ role: Role?) -> String {
        switch self {
        case .token: "\(description) is for \(role?.withArticle ?? "nobody")"
        case .rejected(let reason): reason
        }
    }

    /// Whether it was shown in vain.
    public var isRejected: Bool {
        switch self {
        case .token: false
        case .rejected: true
        }
    }

    /// For logs and refusals: `token 0123456789ab (ci)`.
    public var description: String {
        switch self {
        case .token(let id, let name): name.isEmpty ? "token \(id)" : "token \(id) (\(name))"
        case .rejected: "somebody with a token that is worth nothing"
        }
    }
}
