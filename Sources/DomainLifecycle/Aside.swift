import DomainModel

/// What is left of a life and kept beside the next one, as a domain of its own (`rename-restart`): as the xend of Xen 3 did it, the new
/// life has the name and the uuid, and the old one has the number.
public struct Aside: Hashable, Sendable {
    /// Nobody else has it.
    public var name: DomainName
    /// Nobody else has it.
    public var uuid: DomainUUID
    /// Why the life ended.
    public var reason: ShutdownReason

    /// - Parameters:
    ///   - record: of the domain whose life has ended.
    ///   - now: seconds since 1970.
    ///   - isFree: whether nobody has a name.
    init(_ record: DomainRecord, _ reason: ShutdownReason, at now: Double, isFree: (DomainName) -> Bool) {
        let suffix = "-\(Self.word(reason))-\(record.id ?? .zero)"
        // It must stay a name that people can write.
        let stem = record.name.rawValue.prefix(DomainName.maximumLength - suffix.utf8.count - 4)
        var name = DomainName(foreign: stem + suffix)
        var count = 2
        while !isFree(name), count < 1000 {
            name = DomainName(foreign: "\(stem)\(suffix)-\(count)")
            count += 1
        }
        self.name = name
        self.reason = reason
        uuid = Self.uuid(of: record, now)
    }

    private static func word(_ reason: ShutdownReason) -> String {
        if case .other(let code) = reason { return "exit\(code)" }
        return reason.description
    }

    /// Follows from the domain's own, its number and the moment: rules know no chance, and the three together are never twice.
    private static func uuid(of record: DomainRecord, _ now: Double) -> DomainUUID {
        var state = now.bitPattern ^ UInt64(record.id?.rawValue ?? 0) << 48
        for byte in record.uuid.bytes { state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        var bytes: [UInt8] = []
        while bytes.count < 16 {
            // SplitMix64.
            state &+= 0x9E37_79B9_7F4A_7C15
            var word = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
            word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
            word ^= word >> 31
            bytes += (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
        }
        return DomainUUID(random: bytes)
    }
}

extension DomainRecord {
    /// What is kept of it: nothing but its memory, its number and what it was made of.
    public func asAside(_ aside: Aside) -> DomainRecord {
        var record = DomainRecord(
            uuid: aside.uuid, name: aside.name, config: config?.aside(aside), stage: .exited(aside.reason))
        record.id = id
        record.startTime = startTime
        record.operation = operation
        record.lastSerial = lastSerial
        return record
    }
}

extension DomainConfig {
    fileprivate func aside(_ aside: Aside) -> DomainConfig { renamed(aside.name, uuid: aside.uuid).with(devices: []) }
}

extension Plan {
    /// Those that nobody else may take until it has ended.
    var promisedNames: [DomainName] {
        steps.compactMap { step in
            switch step {
            case .rename(let name): name
            case .define(let config): config.name
            case .setAside(let aside): aside.name
            default: nil
            }
        }
    }

    /// What is kept of the life that it ends.
    public var aside: Aside? {
        for case .setAside(let aside) in steps { return aside }
        return nil
    }
}
