import HostInterface

/// Secrets that count once, and soon: what is kept of them is digests.
struct OneTimeSecrets<Grant: Sendable>: Sendable {
    private struct Kept {
        var digest: String
        var grant: Grant
        var since: Instant
    }

    /// How long each counts.
    let lifetime: Duration
    /// Of more than this the oldest goes.
    let maximum: Int
    private var kept: [Kept] = []

    init(lifetime: Duration, maximum: Int) {
        self.lifetime = lifetime
        self.maximum = maximum
    }

    /// - Parameters:
    ///   - secret: whose bearer gets what is granted.
    ///   - now: from when on it counts.
    mutating func add(_ secret: String, for grant: Grant, at now: Instant) {
        forget(at: now)
        if kept.count >= maximum { kept.removeFirst() }
        kept.append(Kept(digest: Secret.digest(of: secret), grant: grant, since: now))
    }

    /// What is granted to whoever has the secret, which is used up then.
    mutating func take(_ secret: String, at now: Instant) -> Grant? {
        forget(at: now)
        let digest = Secret.digest(of: secret)
        guard let place = kept.firstIndex(where: { Secret.isSame($0.digest, digest) }) else { return nil }
        return kept.remove(at: place).grant
    }

    /// What is granted to those who have not come yet.
    mutating func grants(at now: Instant) -> [Grant] {
        forget(at: now)
        return kept.map(\.grant)
    }

    private mutating func forget(at now: Instant) { kept.removeAll { now - $0.since >= lifetime } }
}
