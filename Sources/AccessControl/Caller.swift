import DomainLifecycle
import HostInterface

/// Somebody who asks for something, and what that one may do.
public struct Caller: Hashable, Sendable {
    /// As the kernel tells.
    public var identity: PeerIdentity
    /// Of a user of this machine, where a directory knows it.
    public var name: String?
    /// From where; nil where that has none.
    public var address: NetworkAddress?
    /// What was shown with the request, if that decides; nil: the connection does.
    public var credential: Credential?
    /// nil: that xend is there may be known, and nothing more.
    public var role: Role?

    /// The same, by a certificate that was shown over TLS, where that gives a role.
    func showing(certificate name: String, under policy: AccessPolicy) -> Caller {
        guard let role = policy.role(ofCertificate: name) else { return self }
        var caller = self
        caller.role = role
        caller.credential = .certificate(name)
        return caller
    }

    public init(
        _ identity: PeerIdentity, name: String? = nil, address: NetworkAddress? = nil, credential: Credential? = nil,
        role: Role?
    ) {
        self.identity = identity
        self.name = name
        self.address = address
        self.credential = credential
        self.role = role
    }

    /// Whether the caller may do what a role may.
    public func may(_ needed: Role) -> Bool { role.map { $0 >= needed } ?? false }

    /// The same, asking through somebody else: a proxy may ask for anybody, and has no say in who that is. What is shown with the
    /// request is its sender's.
    public var behindProxy: Caller {
        guard credential == nil else { return self }
        return Caller(identity == .remote ? .remote : .unknown, address: address, role: nil)
    }

    /// Why the caller may not, with what would help.
    ///
    /// - Parameters:
    ///   - needed: the role that it takes.
    ///   - what: what was asked for, by its name: `pause`.
    public func refusal(_ needed: Role, of what: String) -> String {
        let wanted = "\(what) needs \(needed.withArticle)"
        if let credential { return "\(wanted); \(credential.shortcoming(role))" }
        switch identity {
        case .remote:
            let from = "another host (\(address?.host ?? "unknown"))"
            return needed == .viewer
                ? "nothing is shown to \(from); (xend-remote-access look) in xend-config.sxp would allow it"
                : "nothing may be changed from \(from); (xend-remote-access open) in xend-config.sxp would allow it"
        case .unknown:
            return
                "\(wanted), and this machine does not say who asks: the other end is closing, or stands behind a proxy"
        case .user:
            let given = role.map { "\(self) is \($0.withArticle)" } ?? "\(self) has no role"
            return
                "\(wanted); \(given); (xend-role \(needed.rawValue) (user \(word))) in xend-config.sxp would allow it"
        }
    }

    private var word: String {
        if case .user(let uid) = identity { return name ?? String(uid) }
        return name ?? ""
    }
}

extension Caller: CustomStringConvertible {
    /// `alice (uid 1000)`, `192.0.2.9`
    public var description: String {
        if let credential { return credential.description }
        return switch identity {
        case .user(let uid): name.map { "\($0) (uid \(uid))" } ?? "uid \(uid)"
        case .unknown: "somebody on this machine"
        case .remote: address?.host ?? "another host"
        }
    }
}

extension Role {
    var withArticle: String {
        switch self {
        case .viewer: "a viewer"
        case .operator: "an operator"
        case .administrator: "an administrator"
        }
    }
}
