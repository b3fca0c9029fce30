import DomainModel

/// Every domain xend knows, and the rules of what may be done to it when.
///
/// A value without I/O, time or chance: whoever owns it decides with `begin`, performs the plan, and records with `note` and
/// `finish`. Between `begin` and `finish` the plan's domain is reserved: it carries the plan's ticket.
public struct DomainTable: Sendable {
    /// More than Xen can have (its ids end at 0x7FF0), and less than would fill the daemon's memory.
    public static let maximumDomains = 20_000

    private(set) var records = DomainRecords()
    /// Those that need files of this process; those that nobody makes or takes away. Domain 0 is neither.
    private(set) var managedCount = 0, keptCount = 0
    /// Those of other toolstacks.
    private var foreign: Set<DomainUUID> = []
    /// What Xen said last of each.
    public private(set) var reports: [DomainUUID: DomainReport] = [:]
    private var byName: [DomainName: DomainUUID] = [:]
    private var byID: [DomainID: DomainUUID] = [:]
    /// Counts what begins and what goes: looks at the machine are ordered by it.
    public private(set) var serial: UInt64 = 0
    /// Numbers of domains that the next look at the machine has to tell of, changed or not: an operation had them, or what was
    /// found is not dealt with yet.
    public internal(set) var unsettled: Set<DomainID> = []
    var forgotten = ForgottenDomains()
    /// Names promised to operations in progress: `rename`.
    private var promisedNames: [DomainName: DomainUUID] = [:]
    /// What is used by devices, and by saves and restorations under way.
    var backings = BackingUses()
    /// Of operations; each has a number of its own.
    var newestClaim: UInt64 = 0

    /// From the configuration.
    public var restartPolicy: RestartPolicy
    /// How many domains the files suffice for that the process may have open, and how many those are; nil: as many as there can be.
    var descriptorLimit: (domains: Int, descriptors: Int)?
    /// Those that may be in another state than before: whoever keeps an account of that takes them.
    public var touched = TouchedDomains()
    /// Set while the daemon stops: nothing new is begun.
    public var isStopping = false

    public init(restartPolicy: RestartPolicy = RestartPolicy()) { self.restartPolicy = restartPolicy }

    // MARK: Looking

    /// All records, by id; those that Xen has not made yet last, by name.
    public var sorted: [DomainRecord] { Array(records) }

    /// Those of other toolstacks, by id.
    public var sortedForeign: [DomainRecord] {
        foreign.compactMap { records[$0] }.sorted { ($0.id?.rawValue ?? 0, $0.uuid) < ($1.id?.rawValue ?? 0, $1.uuid) }
    }

    /// nil for a domain that is not known.
    public subscript(uuid: DomainUUID) -> DomainRecord? { records[uuid] }

    /// By Xen's number, which a domain keeps between two lives.
    public func record(id: DomainID) -> DomainRecord? { byID[id].flatMap { records[$0] } }

    package func uuid(id: DomainID) -> DomainUUID? { byID[id] }

    /// The names of all domains that Xen has or had, by id.
    public var names: [String] { records.names }

    /// Whether any other domain is there that nobody is taking away.
    public func keepsOthers(besides uuid: DomainUUID) -> Bool {
        keptCount > (records.read(uuid) { $0.kept } ?? 0)
    }

    /// By name, then id, then uuid.
    public func find(_ reference: DomainReference) throws(Refusal) -> DomainRecord {
        let uuid =
            byName[DomainName(foreign: reference.text)] ?? DomainID(text: reference.text).flatMap { byID[$0] }
            ?? DomainUUID(text: reference.text)
        guard let uuid, let record = records[uuid] else { throw .noSuchDomain(reference) }
        try record.checkGeneration(reference)
        return record
    }

    /// - Throws: that a domain has the name, or is to have it.
    public func checkNameIsFree(_ name: DomainName) throws(Refusal) {
        guard byName[name] == nil, promisedNames[name] == nil else { throw .nameClash(name) }
    }

    // MARK: Changing (only the rules in this module do)

    mutating func newTicket(_ name: String) -> OperationTicket {
        serial += 1
        return OperationTicket(serial: serial, name: name)
    }

    /// The host's calendar was set: what is known by the old one is known by the new one from now on. Otherwise a domain would be
    /// as old as the jump was long, and might be restarted at once, or never.
    public mutating func moveCalendar(by seconds: Double) {
        for record in sorted {
            update(record.uuid) { record in
                record.startTime = record.startTime.map { $0 + seconds }
                record.restartTime = record.restartTime.map { $0 + seconds }
            }
        }
    }

    /// Serial numbers go on where an earlier daemon stopped.
    public mutating func continueSerials(after serial: UInt64) { self.serial = max(self.serial, serial) }

    mutating func promise(_ name: DomainName, to uuid: DomainUUID) { promisedNames[name] = uuid }
    mutating func release(_ name: DomainName) { promisedNames[name] = nil }
    package mutating func put(_ record: DomainRecord) {
        touched.add(record.uuid)
        if let old = records[record.uuid] { unindex(old) }
        records[record.uuid] = record
        (managedCount, keptCount) = (managedCount + record.managed, keptCount + record.kept)
        if record.isForeign { foreign.insert(record.uuid) }
        byName[record.name] = record.uuid
        // Between two lives it has no claim to a number that is another's meanwhile.
        if let id = record.id, !record.isBetweenLives || byID[id] == nil { byID[id] = record.uuid }
    }

    mutating func drop(_ uuid: DomainUUID) {
        guard let record = records[uuid] else { return }
        touched.add(uuid)
        records[uuid] = nil
        unindex(record)
        reports[uuid] = nil
        // A moment of its own: looks from before it and from after it can be told apart.
        serial += 1
        forgotten.add(uuid, at: serial)
        backings.release(of: uuid)
    }

    mutating func take(_ report: DomainReport?, of uuid: DomainUUID) {
        let old = report.map { reports.updateValue($0, forKey: uuid) } ?? reports.removeValue(forKey: uuid)
        touched.add(uuid, from: old, to: report)
    }

    private mutating func unindex(_ record: DomainRecord) {
        (managedCount, keptCount) = (managedCount - record.managed, keptCount - record.kept)
        if record.isForeign { foreign.remove(record.uuid) }
        if byName[record.name] == record.uuid { byName[record.name] = nil }
        if let id = record.id, byID[id] == record.uuid { byID[id] = nil }
    }

    mutating func update<Result>(_ uuid: DomainUUID, _ body: (inout DomainRecord) -> Result) -> Result? {
        guard var record = records[uuid] else { return nil }
        let result = body(&record)
        put(record)
        return result
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
    fileprivate var kept: Int { id != .zero && stage.isAtRest ? 1 : 0 }
}
