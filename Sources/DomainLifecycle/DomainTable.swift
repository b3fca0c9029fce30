import DomainModel

/// Every domain xend knows, and the rules of what may be done to it when.
///
/// A value without I/O, time or chance: whoever owns it decides with `begin`, performs the plan, and records with `note` and
/// `finish`. Between `begin` and `finish` the plan's domain is reserved: it carries the plan's ticket.
public struct DomainTable: Sendable {
    /// More than Xen can have (its ids end at 0x7FF0), and less than would fill the daemon's memory.
    public static let maximumDomains = 20_000

    private var box: Boxed<TableContents>

    /// Without a domain.
    public init(restartPolicy: RestartPolicy = RestartPolicy()) {
        box = Boxed(wrappedValue: TableContents(restartPolicy: restartPolicy))
    }

    /// All of it.
    var contents: TableContents {
        _read { yield box.wrappedValue }
        _modify { yield &box.wrappedValue }
    }

    // MARK: Looking

    var records: DomainRecords { contents.records }
    /// What Xen said last of each.
    public var reports: [DomainUUID: DomainReport] { contents.reports }
    /// Counts what begins and what goes: looks at the machine are ordered by it.
    public var serial: UInt64 { contents.serial }
    /// Numbers of domains that the next look at the machine has to tell of, changed or not: an operation had them, or what was
    /// found is not dealt with yet.
    public var unsettled: Set<DomainID> { contents.unsettled }
    /// From the configuration.
    public var restartPolicy: RestartPolicy { contents.restartPolicy }
    /// Those that may be in another state than before: whoever keeps an account of that takes them.
    public var touched: TouchedDomains {
        get { contents.touched }
        _modify { yield &contents.touched }
    }
    /// Set while the daemon stops: nothing new is begun.
    public var isStopping: Bool {
        get { contents.isStopping }
        _modify { yield &contents.isStopping }
    }

    /// All records, by id; those that Xen has not made yet last, by name.
    public var sorted: [DomainRecord] { Array(records) }

    /// Those of other toolstacks, by id.
    public var sortedForeign: [DomainRecord] {
        contents.foreign.compactMap { records[$0] }.sorted {
            ($0.id?.rawValue ?? 0, $0.uuid) < ($1.id?.rawValue ?? 0, $1.uuid)
        }
    }

    /// nil for a domain that is not known.
    public subscript(uuid: DomainUUID) -> DomainRecord? { records[uuid] }

    /// By Xen's number, which a domain keeps between two lives.
    public func record(id: DomainID) -> DomainRecord? { contents.byID[id].flatMap { records[$0] } }

    package func uuid(id: DomainID) -> DomainUUID? { contents.byID[id] }

    /// The names of all domains that Xen has or had, by id.
    public var names: [String] { records.names }

    /// By name, then id, then uuid.
    public func find(_ reference: DomainReference) throws(Refusal) -> DomainRecord {
        let uuid =
            contents.byName[DomainName(foreign: reference.text)] ?? DomainID(text: reference.text).flatMap {
                contents.byID[$0]
            }
            ?? DomainUUID(text: reference.text)
        guard let uuid, let record = records[uuid] else { throw .noSuchDomain(reference) }
        try record.checkGeneration(reference)
        return record
    }

    /// - Throws: that a domain has the name, or is to have it.
    public func checkNameIsFree(_ name: DomainName) throws(Refusal) {
        guard contents.byName[name] == nil, contents.promisedNames[name] == nil else { throw .nameClash(name) }
    }

    // MARK: Changing (only the rules in this module do)

    mutating func newTicket(_ name: String) -> OperationTicket {
        contents.serial += 1
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
    public mutating func continueSerials(after serial: UInt64) { contents.serial = max(self.serial, serial) }

    mutating func promise(_ name: DomainName, to uuid: DomainUUID) { contents.promisedNames[name] = uuid }
    mutating func release(_ name: DomainName) { contents.promisedNames[name] = nil }
    package mutating func put(_ record: DomainRecord) {
        let old = records[record.uuid]
        contents.records[record.uuid] = record
        // Where a domain is in its life changes twice in an operation, the rest of its record five times.
        if old?.stage != record.stage || old?.name != record.name { contents.touched.add(record.uuid) }
        if let old, contents.isFound(record, as: old) { return }
        if let old { contents.unindex(old) }
        contents.index(record)
    }

    mutating func drop(_ uuid: DomainUUID) {
        guard let record = records[uuid] else { return }
        contents.touched.add(uuid)
        contents.records[uuid] = nil
        contents.unindex(record)
        contents.reports[uuid] = nil
        // A moment of its own: looks from before it and from after it can be told apart.
        contents.serial += 1
        contents.forgotten.add(uuid, at: serial)
        contents.backings.release(of: uuid)
    }

    /// What dies is what is left of an earlier life, and says nothing of a domain that waits for its next.
    mutating func take(_ report: DomainReport?, of uuid: DomainUUID) {
        if report?.isDying == true, case .restarting = records[uuid]?.stage { return }
        let old =
            report.map { contents.reports.updateValue($0, forKey: uuid) } ?? contents.reports.removeValue(forKey: uuid)
        contents.touched.add(uuid, from: old, to: report)
    }

    mutating func update<Result>(_ uuid: DomainUUID, _ body: (inout DomainRecord) -> Result) -> Result? {
        guard var record = records[uuid] else { return nil }
        let result = body(&record)
        put(record)
        return result
    }
}
