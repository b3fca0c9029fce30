import DomainModel

/// What an examination of the machine found that needs acting upon.
public enum Finding: Hashable, Sendable {
    /// The guest has exited by itself; a reap is due.
    case exited(DomainUUID, ShutdownReason)
    /// Xen has it no more, and xend did not do it.
    case vanished(DomainUUID)
    /// Xen has a domain that xend does not know.
    case unknown(DomainReport)
}

extension DomainTable {
    /// Compares what Xen has with what is known. Domains with an operation in progress are left to it: whoever ends the
    /// operation examines again.
    ///
    /// - Parameters:
    ///   - look: what has changed in Xen since the last look, and how those in `unsettled` are.
    ///   - serial: the table's `serial` when Xen was asked. What began since is judged by a later look.
    public mutating func examine(_ look: DomainChanges, asOf serial: UInt64) -> [Finding] {
        contents.forgotten.noLooksBefore(serial)
        if look.isComplete { contents.unsettled = [] } else { contents.unsettled.subtract(look.gone) }
        var findings: [Finding] = []
        var present: Set<DomainUUID> = []
        for report in look.reports {
            contents.unsettled.remove(report.id)
            guard let uuid = known(report) else {
                if isStranger(report), !contents.forgotten.contains(report.uuid, since: serial) {
                    findings.append(.unknown(report))
                }
                continue
            }
            present.insert(uuid)
            if let finding = examine(present: report, of: uuid, asOf: serial) { findings.append(finding) }
        }
        for uuid in missing(in: look, present) {
            if let finding = examine(missing: uuid, asOf: serial) { findings.append(finding) }
        }
        return findings
    }

    /// - Parameter report: what Xen says of a known domain.
    private mutating func examine(present report: DomainReport, of uuid: DomainUUID, asOf serial: UInt64) -> Finding? {
        let seen = records[uuid].map { record in
            let finding = isFree(record, since: serial) ? exit(of: record, report) : nil
            return (isOlder: record.lastSerial > serial, finding, isSettled: isSettled(record, report, since: serial))
        }
        guard let (isOlder, finding, isSettled) = seen else { return nil }
        if !isOlder || reports[uuid] == nil { take(report, of: uuid) }
        if !isSettled || finding != nil { contents.unsettled.insert(report.id) }
        return finding
    }

    /// - Parameter uuid: a known domain that Xen does not have.
    private mutating func examine(missing uuid: DomainUUID, asOf serial: UInt64) -> Finding? {
        take(nil, of: uuid)
        let seen = records[uuid].map { ($0.id, isFree: isFree($0, since: serial), isMissed: isMissed($0)) }
        guard let (id, isFree, isMissed) = seen else { return nil }
        if let id, !isFree || isMissed { contents.unsettled.insert(id) }
        return isFree && isMissed ? .vanished(uuid) : nil
    }

    /// The known domains that a look did not find, by id. Those between two lives have none to be found.
    private func missing(in look: DomainChanges, _ present: Set<DomainUUID>) -> [DomainUUID] {
        guard look.isComplete else {
            // A number that is another's now is no more the one it was.
            let ids = look.gone + look.reports.map(\.id)
            return ids.sorted().compactMap(uuid(id:)).filter { !present.contains($0) }
        }
        guard present.count < records.count else { return [] }
        return records.lazy.map(\.uuid).filter { !present.contains($0) }
    }

    /// Looks at one domain again, after an operation to which what happened meanwhile was left.
    ///
    /// - Parameters:
    ///   - report: what Xen says of the record's id; nil when it has no such domain.
    ///   - serial: the table's `serial` when Xen was asked.
    public mutating func examine(_ report: DomainReport?, of uuid: DomainUUID, asOf serial: UInt64) -> Finding? {
        guard let record = records[uuid], isFree(record, since: serial) else { return nil }
        guard let report, known(report) == uuid else { return examine(missing: uuid, asOf: serial) }
        return examine(present: report, of: uuid, asOf: serial)
    }

    /// Whether no operation has or had the domain since a look at the machine.
    private func isFree(_ record: DomainRecord, since serial: UInt64) -> Bool {
        record.operation == nil && record.lastSerial <= serial
    }

    /// Whether nothing is left to be done about what Xen says of a domain, until it says something else.
    private func isSettled(_ record: DomainRecord, _ report: DomainReport, since serial: UInt64) -> Bool {
        isFree(record, since: serial) && !report.isDying && record.stage.isAtRest
    }

    /// Whether Xen must have the domain.
    private func isMissed(_ record: DomainRecord) -> Bool {
        switch record.stage {
        case .live, .exited, .inDoubt: true
        case .creating, .ending, .restarting, .defined: false
        }
    }

    /// The record a report is about: same id and, where Xen gave one, same uuid.
    private func known(_ report: DomainReport) -> DomainUUID? {
        let isIts = records[report.uuid]?.isMeant(by: report)
        return isIts == true ? report.uuid : report.id == .zero ? record(id: .zero)?.uuid : nil
    }

    /// Neither ours nor on its way out.
    private func isStranger(_ report: DomainReport) -> Bool {
        !report.isDying && !records.contains(report.uuid)
    }

    private func exit(of record: DomainRecord, _ report: DomainReport) -> Finding? {
        guard record.stage == .live, !record.isForeign, !report.isDying else { return nil }
        return report.shutdownReason.map { .exited(record.uuid, $0) }
    }

    /// Takes in a domain that xend did not make.
    public mutating func adopt(_ report: DomainReport, name: String?, isForeign: Bool = true) {
        let stage = Stage.live
        var text = name.flatMap { $0.isEmpty ? nil : $0 } ?? "Domain-\(report.id)"
        // Two domains never share a name here, whatever xenstore says.
        if (try? checkNameIsFree(DomainName(foreign: text))) == nil { text = "Domain-\(report.id)" }
        var record = DomainRecord(
            uuid: report.uuid, name: DomainName(foreign: text), config: nil, stage: stage, isForeign: isForeign)
        record.id = report.id
        put(record)
        take(report, of: record.uuid)
    }

    /// Takes in a domain that an earlier daemon made.
    public mutating func restore(_ record: DomainRecord) {
        guard !records.contains(record.uuid), (try? checkNameIsFree(record.name)) != nil else { return }
        put(record)
    }

    /// Removes a domain that is gone.
    public mutating func remove(_ uuid: DomainUUID) { drop(uuid) }
}

extension DomainTable {
    /// Takes a look that was made for a question: nothing follows from it.
    ///
    /// - Parameter serial: the table's `serial` when Xen was asked.
    public mutating func refresh(_ reports: [DomainReport], asOf serial: UInt64) {
        for report in reports {
            guard let uuid = report.id == .zero ? record(id: .zero)?.uuid : report.uuid,
                records[uuid]?.takes(report, asOf: serial) == true
            else { continue }
            take(report, of: uuid)
        }
    }
}

extension DomainRecord {
    /// Whether a report about a domain of its uuid is about its life.
    fileprivate func isMeant(by report: DomainReport) -> Bool { id == report.id || id == nil }

    fileprivate func takes(_ report: DomainReport, asOf serial: UInt64) -> Bool {
        isMeant(by: report) && (lastSerial <= serial || operation != nil)
    }
}
