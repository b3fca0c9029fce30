import DomainModel

/// All that a `DomainTable` has, in one value: a table is copied wherever it is asked something, and so it is copied as one reference.
struct TableContents: Sendable {
    var records = DomainRecords()
    /// Those that need files of this process. Domain 0 does not.
    var managedCount = 0
    /// Those of other toolstacks.
    var foreign: Set<DomainUUID> = []
    /// What Xen said last of each.
    var reports: [DomainUUID: DomainReport] = [:]
    var byName: [DomainName: DomainUUID] = [:]
    var byID: [DomainID: DomainUUID] = [:]
    /// Counts what begins and what goes: looks at the machine are ordered by it.
    var serial: UInt64 = 0
    /// Numbers of domains that the next look at the machine has to tell of, changed or not: an operation had them, or what was
    /// found is not dealt with yet.
    var unsettled: Set<DomainID> = []
    var forgotten = ForgottenDomains()
    /// Names promised to operations in progress: `rename`.
    var promisedNames: [DomainName: DomainUUID] = [:]
    /// What is used by devices, and by saves and restorations under way.
    var backings = BackingUses()
    /// Of operations; each has a number of its own.
    var newestClaim: UInt64 = 0

    /// From the configuration.
    var restartPolicy: RestartPolicy
    /// How many domains the files suffice for that the process may have open, and how many those are; nil: as many as there can be.
    var descriptorLimit: (domains: Int, descriptors: Int)?
    /// Those that may be in another state than before: whoever keeps an account of that takes them.
    var touched = TouchedDomains()
    /// Set while the daemon stops: nothing new is begun.
    var isStopping = false
}

// MARK: - What is found by name and number, and counted

extension TableContents {
    /// Whether a record is found and counted as the one that stood in its place.
    func isFound(_ record: DomainRecord, as old: DomainRecord) -> Bool {
        record.name == old.name && record.id == old.id && record.stage == old.stage
            && record.isForeign == old.isForeign && (record.id.map { byID[$0] == record.uuid } ?? true)
    }

    mutating func index(_ record: DomainRecord) {
        managedCount += record.managed
        if record.isForeign { foreign.insert(record.uuid) }
        byName[record.name] = record.uuid
        // Between two lives it has no claim to a number that is another's meanwhile.
        if let id = record.id, !record.isBetweenLives || byID[id] == nil { byID[id] = record.uuid }
    }

    mutating func unindex(_ record: DomainRecord) {
        managedCount -= record.managed
        if record.isForeign { foreign.remove(record.uuid) }
        if byName[record.name] == record.uuid { byName[record.name] = nil }
        if let id = record.id, byID[id] == record.uuid { byID[id] = nil }
    }
}

extension DomainRecord {
    /// Whether it has a console and devices that are this daemon's.
    fileprivate var managed: Int { !isForeign && id != .zero && stage != .defined ? 1 : 0 }
    fileprivate var isBetweenLives: Bool {
        switch stage {
        case .ending(.restart), .restarting: true
        case .creating, .live, .exited, .ending(.forget), .inDoubt, .defined: false
        }
    }
}
