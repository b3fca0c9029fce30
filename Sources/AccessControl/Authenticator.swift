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
    public let policy: AccessPolicy
    private let accounts: any AccountDirectory
    private let clock: any HostClock
    private let known = Mutex<[UInt32: Known]>([:])

    public init(_ policy: AccessPolicy, accounts: any AccountDirectory, clock: any HostClock) {
        self.policy = policy
        self.accounts = accounts
        self.clock = clock
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
