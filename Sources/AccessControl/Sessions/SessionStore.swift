import DomainLifecycle
import HostInterface
import Synchronization

/// Who has signed in, and who may: links that work once. All of it ends with the daemon.
public final class SessionStore: Sendable {
    /// The name of the cookie.
    public static let cookie = "xend_session"
    /// A link is used soon, or not at all.
    public static let linkLifetime = Duration.seconds(300)
    /// Who has not asked for anything for so long has gone.
    public static let idleLimit = Duration.seconds(3600)
    /// Nobody stays longer.
    public static let lifetime = Duration.seconds(12 * 3600)
    /// Of each more than this the oldest goes.
    static let maximum = 64
    /// After so many tries in vain whoever tried waits.
    static let maximumFailures = 5
    /// So long it waits.
    static let lockOut = Duration.seconds(600)

    private struct Link {
        var role: Role
        var name: String
    }

    private struct Failures {
        var count = 0
        var since: Instant
    }

    private struct State {
        var links = OneTimeSecrets<Link>(lifetime: SessionStore.linkLifetime, maximum: SessionStore.maximum)
        var sessions: [Session] = []
        var failures: [String: Failures] = [:]
    }

    private let clock: any HostClock
    private let random: any RandomSource
    private let state = Mutex(State())

    /// - Parameters:
    ///   - clock: by which they end.
    ///   - random: chooses ids and secrets.
    public init(clock: any HostClock, random: any RandomSource) {
        self.clock = clock
        self.random = random
    }

    // MARK: - Signing in

    /// Makes what a link has that lets somebody in, once.
    ///
    /// - Parameters:
    ///   - role: what he may do then.
    ///   - name: who he is.
    public func makeLink(role: Role, name: String) -> String {
        let secret = Secret.hex(random.bytes(32))
        let now = clock.now
        state.withLock { $0.links.add(secret, for: Link(role: role, name: name), at: now) }
        return secret
    }

    /// Lets somebody in by a link, which is used up then.
    ///
    /// - Parameters:
    ///   - link: what ``makeLink(role:name:)`` made.
    ///   - origin: who tries, as far as that is known.
    /// - Returns: who he is now, and what his cookie has.
    /// - Throws: why not.
    public func signIn(
        by link: String, from origin: String
    ) throws(OperationError) -> (session: Session, secret: String) {
        try checkPatience(of: origin)
        let now = clock.now
        guard let found = state.withLock({ $0.links.take(link, at: now) }) else {
            noteFailure(of: origin)
            throw OperationError(.forbidden, "this link has been used, or is too old: xend login makes another")
        }
        return begin(found.role, found.name)
    }

    /// Lets somebody in.
    ///
    /// - Parameters:
    ///   - role: what he may do.
    ///   - name: who he is.
    /// - Returns: who he is now, and what his cookie has.
    public func begin(_ role: Role, _ name: String) -> (session: Session, secret: String) {
        let (secret, id, now) = (Secret.hex(random.bytes(32)), Secret.hex(random.bytes(6)), clock.now)
        let session = Session(
            id: id, name: name, role: role, digest: Secret.digest(of: secret), since: now, used: now)
        state.withLock { state in
            if state.sessions.count >= Self.maximum {
                state.sessions.sort { $0.used < $1.used }
                state.sessions.removeFirst()
            }
            state.sessions.append(session)
        }
        return (session, secret)
    }

    // MARK: - Being in

    /// Who shows a cookie; nil: nobody who is in.
    public func session(_ secret: String) -> Session? {
        let (digest, now) = (Secret.digest(of: secret), clock.now)
        return state.withLock { state in
            state.sessions.removeAll { now - $0.used >= Self.idleLimit || now - $0.since >= Self.lifetime }
            guard let place = state.sessions.firstIndex(where: { Secret.isSame($0.digest, digest) }) else { return nil }
            state.sessions[place].used = now
            return state.sessions[place]
        }
    }

    /// Somebody goes.
    ///
    /// - Parameter id: of the session.
    public func signOut(_ id: String) { state.withLock { $0.sessions.removeAll { $0.id == id } } }

    /// Everybody goes; links that nobody has used are worth nothing more.
    public func endAll() {
        state.withLock { state in
            state.sessions = []
            state.links = OneTimeSecrets<Link>(lifetime: SessionStore.linkLifetime, maximum: SessionStore.maximum)
        }
    }

    // MARK: - Trying in vain

    /// - Parameter origin: who tries.
    /// - Throws: that too much was tried in vain.
    public func checkPatience(of origin: String) throws(OperationError) {
        let now = clock.now
        let isLockedOut = state.withLock { state in
            state.failures = state.failures.filter { now - $0.value.since < Self.lockOut }
            return (state.failures[origin]?.count ?? 0) >= Self.maximumFailures
        }
        guard isLockedOut else { return }
        throw OperationError(
            .forbidden, "too many tries in vain from \(origin): try again in \(Self.lockOut.inWords)")
    }

    /// Somebody has tried in vain.
    public func noteFailure(of origin: String) {
        let now = clock.now
        state.withLock { state in
            // More than anybody is: those that tried longest ago are forgiven.
            if state.failures.count >= 4096, let oldest = state.failures.min(by: { $0.value.since < $1.value.since }) {
                state.failures[oldest.key] = nil
            }
            state.failures[origin, default: Failures(since: now)].count += 1
            state.failures[origin]?.since = now
        }
    }
}
