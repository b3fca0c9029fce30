import DomainLifecycle
import HostInterface
import Synchronization

/// Says who a peer is and what that one may do. What a directory says of a user counts for a while.
public final class Authenticator: Sendable {
    /// For so long a user's name and groups are not asked for again.
    static let validity = Duration.seconds(30)
    /// Of more users than this the oldest are asked for again.
    static let maximumKnown = 256

    private struct Known {
        var account: Account
        var since: Instant
    }

    /// What the configuration says.
    public var policy: AccessPolicy { current.withLock { $0 } }
    private let current: Mutex<AccessPolicy>
    /// What else than the kernel's word counts; nil: nothing does.
    public let tokens: TokenStore?
    /// Who has signed in; nil: nobody can.
    public let sessions: SessionStore?
    /// What lets somebody join a console; nil: there is nothing of the kind.
    public let tickets: TicketStore?
    private let accounts: any AccountDirectory
    private let clock: any HostClock
    private let known = Mutex<[UInt32: Known]>([:])

    /// - Parameters:
    ///   - policy: what the configuration says.
    ///   - accounts: says who a user is.
    ///   - clock: by which what it said is forgotten.
    ///   - tokens: nil: none counts.
    ///   - sessions: nil: nobody can sign in.
    ///   - tickets: nil: none counts.
    public init(
        _ policy: AccessPolicy, accounts: any AccountDirectory, clock: any HostClock, tokens: TokenStore? = nil,
        sessions: SessionStore? = nil, tickets: TicketStore? = nil
    ) {
        current = Mutex(policy)
        self.tokens = tokens
        self.sessions = sessions
        self.tickets = tickets
        self.accounts = accounts
        self.clock = clock
    }

    /// Goes by something else from now on. Who is in by a session signs in anew: what it may do was decided then.
    public func adopt(_ policy: AccessPolicy) {
        current.withLock { $0 = policy }
        sessions?.endAll()
    }

    /// The caller, where no directory has to be asked; else nil.
    public func callerAtOnce(_ identity: PeerIdentity, at address: NetworkAddress?) -> Caller? {
        switch identity {
        case .remote: return Caller(identity, address: address, role: policy.remoteAccess.role)
        case .unknown: return Caller(identity, address: address, role: nil)
        case .user(0): return Caller(identity, name: "root", address: address, role: .administrator)
        case .user(accounts.ownUser): return Caller(identity, address: address, role: .administrator)
        case .user(let uid): return knownAccount(of: uid).map { caller($0, at: address) }
        }
    }

    /// The caller. It may wait for a directory.
    public func caller(_ identity: PeerIdentity, at address: NetworkAddress?) async -> Caller {
        if let caller = callerAtOnce(identity, at: address) { return caller }
        guard case .user(let uid) = identity else { return Caller(identity, address: address, role: nil) }
        let account = await accounts.account(ofUser: uid)
        remember(account)
        return caller(account, at: address)
    }

    /// The caller of a connection over TLS, who may have shown a certificate.
    public func caller(_ connected: Caller, showing certificate: String?) -> Caller {
        certificate.map { connected.showing(certificate: $0, under: policy) } ?? connected
    }

    /// Who signs in with a password.
    ///
    /// - Parameters:
    ///   - user: who he says he is.
    ///   - password: what he says.
    /// - Returns: who he is, and what he may do.
    /// - Throws: `forbidden`, which tells nothing about which of both is wrong; or why nobody can say.
    public func user(_ user: String, withPassword password: String) async throws(OperationError) -> (String, Role) {
        guard let service = policy.signInService else {
            throw OperationError(.notSupported, "nobody signs in with a password here (xend-pam-service)")
        }
        switch await accounts.judge(password, of: user, by: service) {
        case .accepted: break
        case .refused: throw OperationError(.forbidden, "the user or the password may not be right")
        case .unavailable(let why): throw OperationError(.failed, "cannot sign in: \(why)")
        }
        guard let account = await accounts.account(named: user) else {
            throw OperationError(.forbidden, "the user or the password may not be right")
        }
        let isOwner = account.uid == 0 || account.uid == accounts.ownUser
        guard let role = isOwner ? .administrator : policy.role(of: account) else {
            throw OperationError(
                .forbidden, "\(user) has no role; (xend-role viewer (user \(user))) would allow looking")
        }
        return (user, role)
    }

    /// Who asks by a request that shows something.
    ///
    /// - Parameters:
    ///   - connected: whose the connection is.
    ///   - authorization: the values of the header of that name.
    ///   - cookies: the values of that one.
    ///   - isPrivate: nobody on the way can have read it: it has not left this machine, or was encrypted.
    /// - Returns: the connection's own caller, where nothing was shown that is meant for xend.
    public func caller(_ connected: Caller, showing authorization: [String], _ cookies: [String], isPrivate: Bool)
        -> Caller
    {
        guard let text = authorization.first(where: { $0.lowercased().hasPrefix("bearer ") }) else {
            return signedIn(connected, cookies, isPrivate: isPrivate)
        }
        var caller = connected
        caller.role = nil
        guard authorization.count == 1, let tokens else {
            caller.credential = .rejected("tokens count for nothing here")
            return caller
        }
        guard isPrivate else {
            caller.credential = .rejected(
                "a token counts only over TLS or on this machine: everybody on the way could read this one; revoke it")
            return caller
        }
        switch tokens.verdict(on: text.dropFirst("bearer ".count).trimmed) {
        case .valid(let token):
            caller.role = token.role
            caller.credential = .token(id: token.id, name: token.name)
        case .expired: caller.credential = .rejected("the token has expired")
        case .unknown: caller.credential = .rejected("the token is not known here, or was revoked")
        case .clockIsBehind:
            caller.credential = .rejected(
                "this machine's clock shows a time before the tokens were written: none counts until it is set")
        }
        return caller
    }

    /// Browsers send cookies that are good for nothing any more: those change nothing.
    private func signedIn(_ connected: Caller, _ cookies: [String], isPrivate: Bool) -> Caller {
        guard isPrivate, let sessions else { return connected }
        for cookie in cookies.flatMap({ $0.split(separator: ";") }) {
            let parts = cookie.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, parts[0].trimmed == SessionStore.cookie,
                let session = sessions.session(parts[1].trimmed)
            else { continue }
            var caller = connected
            caller.role = session.role
            caller.credential = .session(id: session.id, name: session.name)
            return caller
        }
        return connected
    }

    private func caller(_ account: Account, at address: NetworkAddress?) -> Caller {
        Caller(.user(account.uid), name: account.name, address: address, role: policy.role(of: account))
    }

    private func knownAccount(of uid: UInt32) -> Account? {
        let now = clock.now
        return known.withLock { known in known[uid].flatMap { now - $0.since < Self.validity ? $0.account : nil } }
    }

    private func remember(_ account: Account) {
        let now = clock.now
        known.withLock { known in
            if known.count >= Self.maximumKnown, let oldest = known.min(by: { $0.value.since < $1.value.since }) {
                known[oldest.key] = nil
            }
            known[account.uid] = Known(account: account, since: now)
        }
    }
}

extension Substring {
    /// Without blanks around it.
    fileprivate var trimmed: String {
        var rest = self
        while rest.first == " " { rest.removeFirst() }
        while rest.last == " " { rest.removeLast() }
        return String(rest)
    }
}
