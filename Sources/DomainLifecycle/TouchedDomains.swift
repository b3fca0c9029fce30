import DomainModel

/// Domains that may be in another state than before, until somebody takes them.
public struct TouchedDomains: Sendable {
    private var domains: [DomainUUID] = []

    /// Whether there is none.
    public var isEmpty: Bool { domains.isEmpty }

    /// Those that were touched since they were taken; one of them may be among them several times.
    public mutating func take() -> [DomainUUID] {
        defer { domains.removeAll(keepingCapacity: true) }
        return domains
    }

    mutating func add(_ uuid: DomainUUID) {
        // One operation touches the same domain again and again.
        if domains.last != uuid { domains.append(uuid) }
    }

    /// Of one of which Xen tells something else than before.
    mutating func add(_ uuid: DomainUUID, from old: DomainReport?, to new: DomainReport?) {
        let isSame =
            old?.isPaused == new?.isPaused && old?.shutdownReason == new?.shutdownReason && old?.isDying == new?.isDying
        if !isSame { add(uuid) }
    }
}

/// Domains that have gone, as long as an older look at the machine may still show them.
struct ForgottenDomains: Sendable {
    private var serials: [DomainUUID: UInt64] = [:]

    /// - Parameter serial: the moment when it went.
    mutating func add(_ uuid: DomainUUID, at serial: UInt64) { serials[uuid] = serial }

    /// Whether a domain seen when operation number `serial` was the last one has gone since.
    func contains(_ uuid: DomainUUID, since serial: UInt64) -> Bool { serials[uuid].map { $0 > serial } ?? false }

    mutating func noLooksBefore(_ serial: UInt64) {
        if !serials.isEmpty { serials = serials.filter { $0.value > serial } }
    }
}
