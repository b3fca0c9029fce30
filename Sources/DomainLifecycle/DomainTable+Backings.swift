import DomainModel

/// What stands behind a vbd: a block device of the driver domain, or a file.
public enum BackingKey: Hashable, Sendable {
    /// A block device by its number, in the driver domain.
    case device(number: UInt32, backend: DomainID)
    /// A file, in the driver domain.
    case file(path: String, backend: DomainID)
}

struct BackingUse: Hashable, Sendable {
    var domain: DomainUUID
    var slot: DeviceSlot
    var isWritable: Bool
}

extension DomainTable {
    /// Takes a backing for a vbd, unless others use it in a way that cannot be shared. Deciding and taking are one: two
    /// operations cannot both find it free.
    ///
    /// - Parameters:
    ///   - hostUse: how domain 0 itself has it mounted.
    ///   - isForced: the in-use check is skipped (`!` in the mode).
    /// - Throws: the texts of reference/domain.md §1.3.
    public mutating func claim(
        _ key: BackingKey, uname: String, for slot: DeviceSlot, of domain: DomainUUID, isWritable: Bool,
        isForced: Bool, hostUse: HostUse
    ) throws(BackingInUse) {
        let others = backings[key, default: []].filter { $0.domain != domain || $0.slot != slot }
        if !isForced {
            if hostUse == .readWrite || others.contains(where: \.isWritable) { throw .writable(uname: uname) }
            if isWritable, hostUse == .readOnly || !others.isEmpty { throw .readOnly(uname: uname) }
        }
        backings[key] = others + [BackingUse(domain: domain, slot: slot, isWritable: isWritable)]
    }

    /// Nobody is kept from what is behind this vbd any more.
    public mutating func releaseBacking(of slot: DeviceSlot, of domain: DomainUUID) {
        backings = backings.compactMapValues { uses in
            let rest = uses.filter { $0.domain != domain || $0.slot != slot }
            return rest.isEmpty ? nil : rest
        }
    }

    mutating func releaseBackings(of domain: DomainUUID) {
        backings = backings.compactMapValues { uses in
            let rest = uses.filter { $0.domain != domain }
            return rest.isEmpty ? nil : rest
        }
    }
}

/// How domain 0 itself uses a block device.
public enum HostUse: Hashable, Sendable { case none, readOnly, readWrite }

/// A block device that cannot be shared in the way asked for.
public enum BackingInUse: Error, Hashable, Sendable, CustomStringConvertible {
    /// Somebody can write to it.
    case writable(uname: String)
    /// Somebody reads it, and this one wants to write.
    case readOnly(uname: String)

    public var description: String {
        switch self {
        case .writable(let uname): "vbd: Segment \(uname) is in writable use"
        case .readOnly(let uname): "vbd: Segment \(uname) is in read-only use"
        }
    }
}
