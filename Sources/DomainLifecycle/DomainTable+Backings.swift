import DomainModel

extension BackingUse.User {
    fileprivate func text(in table: DomainTable) -> String {
        switch self {
        case .device(_, let domain): table[domain]?.title ?? "a domain that ends"
        case .operation(_, let text): text
        }
    }
}

extension [OtherUse] {
    /// - Throws: who keeps another from writing, or from reading.
    fileprivate func check(_ isWritable: Bool) throws(BackingInUse) {
        guard let other = first(where: \.isWritable) ?? first, other.isWritable || isWritable else { return }
        throw BackingInUse(isWritable: other.isWritable, user: other.user)
    }
}

extension DomainTable {
    /// Takes a backing for a vbd, unless others use it in a way that cannot be shared. Deciding and taking are one: two
    /// operations cannot both find it free.
    ///
    /// - Parameters:
    ///   - isForced: the in-use check is skipped (`!` in the mode; a device that is attached already).
    ///   - others: who uses it besides xend's domains.
    /// - Throws: who uses it.
    public mutating func claim(
        _ backing: Backing, for slot: DeviceSlot, of domain: DomainUUID, isWritable: Bool, isForced: Bool,
        others: [OtherUse] = []
    ) throws(BackingInUse) {
        let user = BackingUse.User.device(slot, of: domain)
        if !isForced { try check(backing, isWritable, for: user, others) }
        contents.backings.take(BackingUse(user: user, backing: backing, isWritable: isWritable))
    }

    /// Takes the path of a save file for an operation.
    ///
    /// - Parameter operation: who, in words: `the save of domain 3 "web"`.
    /// - Returns: with what it is given back.
    /// - Throws: who uses it.
    public mutating func claim(
        _ backing: Backing, for operation: String, isWritable: Bool
    ) throws(BackingInUse) -> BackingClaim {
        let user = BackingUse.User.operation(contents.newestClaim + 1, operation)
        try check(backing, isWritable, for: user)
        contents.newestClaim += 1
        contents.backings.take(BackingUse(user: user, backing: backing, isWritable: isWritable))
        return BackingClaim(user: user)
    }

    /// Whether somebody uses it in a way that cannot be shared, before anybody asks for it.
    /// - Throws: who uses it.
    public func check(_ backing: Backing, isWritable: Bool, others: [OtherUse]) throws(BackingInUse) {
        try check(backing, isWritable, for: nil, others)
    }

    private func check(
        _ backing: Backing, _ isWritable: Bool, for user: BackingUse.User?, _ outsiders: [OtherUse] = []
    ) throws(BackingInUse) {
        try outsiders.check(isWritable)
        let others = contents.backings.overlapping(backing, besides: user)
        if let writer = others.first(where: \.isWritable) {
            throw BackingInUse(isWritable: true, user: writer.user.text(in: self))
        }
        if isWritable, let reader = others.first {
            throw BackingInUse(isWritable: false, user: reader.user.text(in: self))
        }
    }

    /// The operation is over.
    public mutating func release(_ claim: BackingClaim) { contents.backings.release(claim.user) }

    /// Nobody is kept from what is behind this vbd any more.
    public mutating func releaseBacking(of slot: DeviceSlot, of domain: DomainUUID) {
        contents.backings.release(.device(slot, of: domain))
    }

    /// Whether a domain's disk stands on this.
    public func isOfDomain(_ key: BackingKey) -> Bool { contents.backings.isOfDomain(key) }
}

/// What an operation has taken.
public struct BackingClaim: Hashable, Sendable {
    let user: BackingUse.User
}

/// Who uses a disk besides xend's domains: domain 0 itself, or a domain of another toolstack.
public struct OtherUse: Hashable, Sendable {
    /// Whether it is written.
    public var isWritable: Bool
    /// In words.
    public var user: String

    public init(isWritable: Bool, user: String) {
        self.isWritable = isWritable
        self.user = user
    }
}

/// What cannot be shared in the way asked for.
public struct BackingInUse: Error, Hashable, Sendable, CustomStringConvertible {
    /// Whether somebody can write to it; else somebody reads it, and this one wants to write.
    public var isWritable: Bool
    /// In words.
    public var user: String

    /// Completes "… is " (the first words are those of reference/domain.md §1.3).
    public var description: String { "in \(isWritable ? "writable" : "read-only") use by \(user)" }
}
