import AccessControl
import DomainLifecycle
import DomainModel
import HostInterface
import HypervisorInterface

/// What is done at the start of the daemon: what an earlier one left is held against the machine.
struct StartUp: ManagerPart {
    let context: ManagerContext
    let nodes: DomainNodes
    let libxl: LibxlDesk
    let guests: GuestSuspension

    /// What Xen's tools there are, and whether the machine has been rebooted since xend last ran (manual D7).
    func lookAround() async -> BootMark {
        await libxl.look()
        let record = await host.node.lastBootRecord()
        let identifier = await host.node.bootIdentifier()
        return await BootMark(
            current: record ?? identifier, identifier: identifier, path: settings.lastBootPath, files: host.files)
    }

    /// Scripts of the earlier daemon are ended before anything is undone (manual, decision 6).
    func endScripts(of replay: JournalReplay) async {
        for process in replay.scripts where await host.scripts.isRunning(process) {
            log.warning("process \(process.pid), a script of an earlier xend, is still running: ended")
            await host.scripts.terminate(process)
        }
    }

    /// What an earlier daemon knew, mended where that is possible, and what is wrong with its database, in sentences.
    func replay(_ contents: Database.Contents, _ reports: [DomainReport]) async -> (JournalReplay, [String]) {
        var replay = JournalReplay(files: contents.files, journal: contents.journal)
        var notices = damage(contents, replay)
        notices += await LostRecords(context: context).mend(&replay, contents.journal, reports)
        for notice in notices { log.error("\(notice)") }
        return (replay, notices)
    }

    private func damage(_ contents: Database.Contents, _ replay: JournalReplay) -> [String] {
        let journal = contents.journal
        var complaints = journal.complaints
        if replay.strange > 0 { complaints.append("\(replay.strange) entries make no sense and are left out") }
        var told = contents.damagedFiles.map {
            "\($0.path) is not the record of a domain: set aside as \($0.aside); the journal is used"
        }
        guard !complaints.isEmpty else { return told }
        told.append("the journal is damaged: \(database.journalPath): \(complaints.joined(separator: "; "))")
        for record in replay.records.values.sorted(by: { $0.name.rawValue < $1.name.rawValue })
        where journal.mayMiss(after: replay.number(of: record.uuid)) {
            told.append("\(record.title): what was recorded of it last may be lost; it is taken as it was before")
        }
        return told
    }

    /// The start is sure: the boot is noted, and what was cut off.
    func takeDown(_ boot: BootMark, _ replay: JournalReplay) async {
        await remember(boot)
        takeDownCutOff(replay)
    }

    /// On a full disk it counts as rebooted once more at the next start, which costs no domain that lives.
    private func remember(_ boot: BootMark) async {
        do {
            try await boot.remember()
        } catch {
            log.error("cannot note the boot of the machine: \(error)")
        }
    }

    // MARK: - Taking up

    /// Puts the records into the table and says what has to be done with them.
    /// - Parameters:
    ///   - replay: what is known of them.
    ///   - reports: the domains that there are.
    ///   - hasRebooted: those that are not there are saved ones of before.
    ///   - isSameBoot: the journal is of this boot of the machine, whatever `hasRebooted` makes of `lastboot`: what had not gone
    ///     altogether is still there.
    func takeUp(
        _ replay: JournalReplay, _ reports: [DomainReport], hasRebooted: Bool, isSameBoot: Bool
    ) -> [(Beginning, DomainUUID)] {
        let alive = Dictionary(reports.map { ($0.uuid, $0) }, uniquingKeysWith: { first, _ in first })
        var todo: [(Beginning, DomainUUID)] = []
        var records = replay.records
        let restarted = Set(replay.openOperations.filter(\.letsRun).map(\.domain))
        for operation in replay.openOperations {
            guard var record = records[operation.domain] ?? operation.record else { continue }
            // Which device was to go.
            if operation.name == "device_destroy" { record.devices = operation.record?.devices ?? record.devices }
            // What was coming from another host is defined there.
            if operation.name == "receive", records[operation.domain] == nil { record.definition = nil }
            // The record of a begun creation has no id yet; Xen knows it by its uuid.
            if record.id == nil { record.id = alive[record.uuid]?.id }
            record.stage = stage(of: record, after: operation.name, isRecorded: records[operation.domain] != nil)
            records[operation.domain] = record
        }
        for var record in Self.inOrder(records.values, alive) {
            let report = report(on: &record, alive)
            if report == nil, record.id == nil || hasRebooted && (!isSameBoot || record.stage.isAtRest) {
                if let kept = kept(record, hasRebooted: hasRebooted && !isSameBoot) { table.restore(kept) }
                continue
            }
            // It was let run on after that was recorded.
            if let report, report.shutdownReason == nil, record.isExited { record.stage = .live }
            if let chore = chore(for: &record, isAlive: report != nil) { todo.append((chore, record.uuid)) }
            table.restore(record)
            if let report, report.isPaused, record.stage == .live, restarted.contains(record.uuid) {
                todo.append((.operation(.unpause), record.uuid))
            }
            if let report { table.note(.reported(report), of: record.uuid) }
        }
        let settings = Set(OperationRule.settings.map(\.name))
        for operation in replay.openOperations {
            if settings.contains(operation.name) { todo.append((.restoreSettings, operation.domain)) }
            if operation.name == "device_configure" { todo.append((.restoreDevices, operation.domain)) }
        }
        return todo
    }

    /// A domain that lives has the first claim to its name, should a database have two records with one.
    private static func inOrder(
        _ records: some Collection<DomainRecord>, _ alive: [DomainUUID: DomainReport]
    ) -> [DomainRecord] {
        records.sorted { first, second in
            (alive[first.uuid] == nil ? 1 : 0, first.lastSerial, first.name.rawValue)
                < (alive[second.uuid] == nil ? 1 : 0, second.lastSerial, second.name.rawValue)
        }
    }

    /// What Xen says of a domain; nil when it has none of that number, or only its remains.
    private func report(on record: inout DomainRecord, _ alive: [DomainUUID: DomainReport]) -> DomainReport? {
        guard let found = alive[record.uuid], !found.isDying else { return nil }
        // It runs, and what was recorded of its start is lost.
        if record.stage == .defined { (record.id, record.stage) = (found.id, .live) }
        return found.id == record.id ? found : nil
    }

    /// A domain that is defined, of whose life nothing is left.
    private func kept(_ record: DomainRecord, hasRebooted: Bool) -> DomainRecord? {
        if hasRebooted { return record.afterReboot() }
        return record.stage == .defined ? record : record.afterwards
    }

    /// Where an operation that was cut off leaves its domain.
    private func stage(of record: DomainRecord, after operation: String, isRecorded: Bool) -> Stage {
        // Not recorded as begun, it is taken back as far as it got.
        if record.stage == .defined { return record.id == nil ? .defined : .ending(then: .forget) }
        return switch operation {
        case "create": isRecorded ? .live : .ending(then: .forget)
        case "restore", "receive": isRecorded ? record.stage : .ending(then: .forget)
        case "destroy": .ending(then: .forget)
        case "reboot": .ending(then: .restart)
        // Once recorded as live it only had to be unpaused.
        case "restart": record.stage == .live ? .live : .ending(then: .restart)
        default: record.stage
        }
    }

    /// What is still to be done for a record, given whether Xen has its domain.
    private func chore(for record: inout DomainRecord, isAlive: Bool) -> Beginning? {
        switch record.stage {
        case .ending: return .clear
        case .restarting(let state):
            // Its last life may have left something: it is ended once more, then built.
            guard state != .blocked else { return nil }
            record.stage = .ending(then: .restart)
            return .clear
        case .inDoubt where !isAlive: return nil
        case .live where isAlive && record.devices.contains(where: \.isUnwanted): return .clear
        case .defined: return nil
        case .creating, .live, .exited, .inDoubt:
            guard !isAlive else { return nil }
            log.warning("\(record.title) has gone while xend was not running")
            record.stage = .ending(then: .forget)
            return .clear
        }
    }

    // MARK: - What was cut off

    /// Who asked for it has had no answer, and the audit no line.
    private func takeDownCutOff(_ replay: JournalReplay) {
        for operation in replay.openOperations {
            guard let record = replay.records[operation.domain] ?? operation.record else { continue }
            settings.audit?.note(
                Caller(.unknown, role: nil), by: .recovery, operation.name, on: "/xend/domain/\(record.name)",
                .failed("cut off by the end of the xend that was at it; what is left of it is put in order"))
        }
    }

    /// What others know of a domain that lives.
    func settle(_ record: DomainRecord, _ replay: JournalReplay) async {
        if table.reports[record.uuid]?.shutdownReason == nil { await guests.tellThatItRuns(record.uuid) }
        await libxl.takeUp(record.uuid)
        await settleNames(of: record, replay)
    }

    /// A renaming that was cut off may have changed the name in xenstore only; any other was another toolstack's, and counts.
    private func settleNames(of record: DomainRecord, _ replay: JournalReplay) async {
        let wasCutOff = replay.openOperations.contains { $0.name == "rename" && $0.domain == record.uuid }
        guard wasCutOff else { return await libxl.follow(record.uuid) }
        guard let id = record.id,
            let name = (try? await machine.store.readIfPresent("/local/domain/\(id)/name")) ?? nil,
            name != record.name.rawValue
        else { return }
        do {
            try await nodes.writeName(record.name, record)
        } catch {
            log.error("\(error.message)")
        }
    }

    // MARK: - Of an older xend

    /// What operators have decided while an xend ran that kept it nowhere: the machine has it.
    func adoptSettings() async {
        for record in table.sorted where record.isInXen && !record.keepsSettings { await adoptSettings(of: record) }
    }

    private func adoptSettings(of record: DomainRecord) async {
        guard let id = record.id, let config = record.config else { return }
        var steps: [Step] = []
        if let text = (try? await machine.store.readIfPresent("/local/domain/\(id)/memory/target")) ?? nil,
            let kibibytes = UInt64(text)
        {
            steps.append(.setMemoryTarget(MemorySize(pages: kibibytes / 4)))
        }
        // After the target: it is never above the limit.
        if let report = try? await machine.hypervisor.domain(id) { steps.append(.limitMemory(report.maximumMemory)) }
        steps += await vcpusInUse(id, of: config.vcpus)
        for vcpu in (try? await machine.hypervisor.vcpus(of: id)) ?? [] {
            steps.append(.pin(vcpu.affinity, vcpu: vcpu.number))
        }
        if let share = try? await machine.hypervisor.schedulerParameters(of: id) {
            steps.append(.weigh(weight: share.weight, cap: share.cap))
        }
        table.note(.decided(steps.filter { !config.settings.contains($0) }), of: record.uuid)
        guard let record = table[record.uuid] else { return }
        try? await database.append([database.record(record)])
    }

    private func vcpusInUse(_ id: DomainID, of count: Int) async -> [Step] {
        var online = 0
        for vcpu in 0..<count {
            let node = "/local/domain/\(id)/cpu/\(vcpu)/availability"
            guard ((try? await machine.store.readIfPresent(node)) ?? nil) == "online" else { break }
            online += 1
        }
        return online > 0 ? [.setVCPUs(online)] : []
    }
}
