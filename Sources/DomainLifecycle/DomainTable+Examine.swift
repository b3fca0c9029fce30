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
    ///   - reports: every domain Xen has.
    ///   - serial: the table's `serial` when Xen was asked. What began since is judged by a later look.
    public mutating func examine(_ reports: [DomainReport], asOf serial: UInt64) -> [Finding] {
        noLooksBefore(serial)
        var findings: [Finding] = []
        var seen: [DomainUUID: DomainReport] = [:]
        seen.reserveCapacity(reports.count)
        for report in reports {
            guard let record = known(report) else {
                if isStranger(report), !wasForgotten(report.uuid, since: serial) { findings.append(.unknown(report)) }
                continue
            }
            seen[record.uuid] = record.lastSerial > serial ? self.reports[record.uuid] ?? report : report
            if record.operation == nil, record.lastSerial <= serial, let finding = exit(of: record, report) {
                findings.append(finding)
            }
        }
        take(seen)
        if seen.count < records.count { findings += vanished(asOf: serial) }
        return findings
    }

    /// Those that should be there and are not.
    private func vanished(asOf serial: UInt64) -> [Finding] {
        let missing = records.values.filter { record in
            guard reports[record.uuid] == nil, record.operation == nil, record.lastSerial <= serial else { return false }
            switch record.stage {
            case .live, .exited, .inDoubt: return true
            case .creating, .ending, .restarting: return false
            }
        }
        return missing.sorted { ($0.id?.rawValue ?? 0) < ($1.id?.rawValue ?? 0) }.map { .vanished($0.uuid) }
    }

    /// The record a report is about: same id and, where Xen gave one, same uuid.
    private func known(_ report: DomainReport) -> DomainRecord? {
        if let record = records[report.uuid], record.id == report.id || record.id == nil { return record }
        guard let record = record(id: report.id), report.id == .zero else { return nil }
        return record
    }

    /// Neither ours nor on its way out.
    private func isStranger(_ report: DomainReport) -> Bool {
        !report.isDying && records[report.uuid] == nil
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
        guard records[record.uuid] == nil, (try? checkNameIsFree(record.name)) != nil else { return }
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
            guard let record = known(report), record.lastSerial <= serial || record.operation != nil else { continue }
            take(report, of: record.uuid)
        }
    }
}
