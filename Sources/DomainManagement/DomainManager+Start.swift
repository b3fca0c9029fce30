import DomainLifecycle
import DomainModel
import HostInterface
import HypervisorInterface
import SExpressions

extension DomainManager {
    /// Takes up what an earlier daemon left: reads database and journal, holds them against the machine, finishes or undoes what
    /// was in progress, and joins consoles again. Domains that run are not touched.
    ///
    /// - Throws: when the database cannot be written or the machine does not answer; then nothing has been changed.
    public func start() async throws {
        try await database.prepare()
        var (entries, damaged) = try await database.journal.load()
        let boot = await bootMark()
        let files = await database.readFiles()
        let replay = JournalReplay(files: files, entries: entries)
        entries = []
        if damaged + replay.strange > 0 {
            log.error("the journal has \(damaged + replay.strange) lines that are no entries; they are left out")
        }
        let reports = try await machine.hypervisor.domains()
        await endScripts(of: replay)
        table.continueSerials(after: replay.lastSerial)
        starts = replay.starts + 1
        notificationURL = replay.notificationURL
        let hasRebooted = boot.hasRebooted || (replay.boot != nil && replay.boot != boot.identifier)
        if hasRebooted { log.notice("the machine has been rebooted: saved domains are dropped") }
        let todo = takeUp(replay, reports, hasRebooted: hasRebooted)
        keepTransfers(replay)
        // While the old journal still says why: a file that outlived it would bring its domain back.
        await dropFiles(files)
        try await database.journal.begin(with: journalStart(boot.identifier)) { [weak self] in
            await self?.journalStart(boot.identifier) ?? []
        }
        await renewFiles(files)
        try await boot.remember()
        await joinConsolesAgain()
        let signal = account.note(.signal, "xend starts and takes up what an earlier one left")
        await account.because(signal) {
            await begin(todo.map { beginning, uuid in { await $0.chore(beginning, on: uuid) } })
            await takeUpTransfers(replay)
        }
        let live = table.sorted.filter { $0.stage == .live && !$0.isForeign }
        await begin(live.map { record in { await $0.releaseStrays(of: record) } })
        for record in live { await restoreName(of: record) }
        await unbindStrays(replay.boundFiles)
        await examineOnce()
        startWatching()
    }

    /// Begins work on several domains, each for itself: one whose back-end or script is stuck keeps neither the others waiting nor,
    /// for longer than a moment, the start.
    private func begin(_ work: [@Sendable (DomainManager) async -> Void]) async {
        guard !work.isEmpty else { return }
        let (over, feed) = AsyncStream.makeStream(of: Void.self)
        let begun = work.map(spawn)
        host.tasks.spawn {
            for task in begun { await task.value }
            feed.finish()
        }
        let (clock, patience) = (host.clock, settings.startPatience)
        let alarm = host.tasks.spawn {
            try? await clock.sleep(for: patience)
            feed.finish()
        }
        for await _ in over {}
        alarm.cancel()
    }

    private func unbindStrays(_ files: Set<String>) async {
        let used = Set(table.sorted.flatMap(\.devices).compactMap(\.node))
        for file in files.sorted() { await drivers.unbindStrays(of: file, except: used) }
    }

    /// What a journal has to begin with: all that is known, and what is under way.
    private func journalStart(_ boot: String) -> [SExpression] {
        var entries = [database.boot(boot), database.start(starts)]
        if let notificationURL { entries.append(database.notify(notificationURL)) }
        for record in table.sorted where !record.isForeign && record.stage != .creating {
            entries.append(database.record(record))
        }
        return entries + transferEntries + openEntries.values.sorted { $0.serial < $1.serial }.flatMap(\.entries)
    }

    /// Scripts of the earlier daemon are ended before anything is undone (manual, decision 6).
    private func endScripts(of replay: JournalReplay) async {
        for process in replay.scripts where await host.scripts.isRunning(process) {
            log.warning("process \(process.pid), a script of an earlier xend, is still running: ended")
            await host.scripts.terminate(process)
        }
    }

    // MARK: - Taking up

    /// Puts the records into the table and says what has to be done with them.
    private func takeUp(
        _ replay: JournalReplay, _ reports: [DomainReport], hasRebooted: Bool
    ) -> [(Beginning, DomainUUID)] {
        let alive = Dictionary(reports.map { ($0.uuid, $0) }, uniquingKeysWith: { first, _ in first })
        var todo: [(Beginning, DomainUUID)] = []
        var records = replay.records
        let restarted = Set(replay.openOperations.filter { $0.name == "restart" }.map(\.domain))
        for operation in replay.openOperations {
            guard var record = records[operation.domain] ?? operation.record else { continue }
            // Which device was to go.
            if operation.name == "device_destroy" { record.devices = operation.record?.devices ?? record.devices }
            // The record of a begun creation has no id yet; Xen knows it by its uuid.
            if record.id == nil { record.id = alive[record.uuid]?.id }
            record.stage = stage(of: record, after: operation.name, isRecorded: records[operation.domain] != nil)
            records[operation.domain] = record
        }
        // A domain that lives has the first claim to its name, should a database have two records with one.
        let order = records.values.sorted { first, second in
            (alive[first.uuid] == nil ? 1 : 0, first.lastSerial, first.name.rawValue)
                < (alive[second.uuid] == nil ? 1 : 0, second.lastSerial, second.name.rawValue)
        }
        for var record in order {
            let report = alive[record.uuid].flatMap { $0.id == record.id && !$0.isDying ? $0 : nil }
            if report == nil, hasRebooted || record.id == nil { continue }
            if let chore = chore(for: &record, isAlive: report != nil) { todo.append((chore, record.uuid)) }
            table.restore(record)
            if let report, report.isPaused, record.stage == .live, restarted.contains(record.uuid) {
                todo.append((.operation(.unpause), record.uuid))
            }
            if let report { table.note(.reported(report), of: record.uuid) }
        }
        return todo
    }

    /// Where an operation that was cut off leaves its domain.
    private func stage(of record: DomainRecord, after operation: String, isRecorded: Bool) -> Stage {
        switch operation {
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
        case .creating, .live, .exited, .inDoubt:
            guard !isAlive else { return nil }
            log.warning("\(record.title) has gone while xend was not running")
            record.stage = .ending(then: .forget)
            return .clear
        }
    }

    /// Writes the files that say something else than the journal.
    private func renewFiles(_ files: [DomainRecord]) async {
        let written = Dictionary(files.map { ($0.uuid, $0.expression) }, uniquingKeysWith: { _, newer in newer })
        for record in table.sorted where !record.isForeign && written[record.uuid] != record.expression {
            await database.writeFile(record)
        }
    }

    /// Removes the files of domains that are no more.
    private func dropFiles(_ files: [DomainRecord]) async {
        for record in files where table[record.uuid]?.id != record.id {
            if let id = record.id { await database.removeFile(of: id) }
        }
    }

    private func joinConsolesAgain() async {
        for record in table.sorted {
            nextChannel = max(nextChannel, (record.console?.channel ?? 0) + 1)
        }
        for record in table.sorted {
            guard let console = record.console, !isForgetting(record.stage) else { continue }
            do {
                try await openConsole(console.port, record)
            } catch {
                log.error("\(record.title): \(error.message); its console gets another port")
                try? await openConsole(nil, record)
            }
            guard mayRun(record.stage), var state = table[record.uuid]?.console else { continue }
            state.eventPort = console.eventPort
            table.note(.console(state), of: record.uuid)
            if let record = table[record.uuid] { joinConsole(record) }
        }
    }

    /// Whether the domain is there and runs, or will when it is clear whose it is.
    private func mayRun(_ stage: Stage) -> Bool {
        switch stage {
        case .live, .inDoubt: true
        case .creating, .exited, .ending, .restarting: false
        }
    }

    private func isForgetting(_ stage: Stage) -> Bool { stage == .ending(then: .forget) }

    /// Releases devices of a live domain that its record does not have: an attachment that was cut off.
    private func releaseStrays(of record: DomainRecord) async {
        guard let id = record.id else { return }
        let known = Set(record.devices.map { "\($0.type.rawValue)-\(id)-\($0.handle)" })
        let held = await drivers.releaseRemains(of: id, except: known)
        for reason in held { log.error("\(record.title): \(reason)") }
    }

    /// A renaming that was cut off may have changed the name in xenstore only.
    private func restoreName(of record: DomainRecord) async {
        guard let id = record.id,
            let name = (try? await machine.store.readIfPresent("/local/domain/\(id)/name")) ?? nil,
            name != record.name.rawValue
        else { return }
        do {
            try await writeName(record.name, record)
        } catch {
            log.error("\(error.message)")
        }
    }

    // MARK: - Boot

    /// Whether the machine has been rebooted since xend last ran (manual D7).
    private func bootMark() async -> BootMark {
        let record = await host.node.lastBootRecord()
        let identifier = await host.node.bootIdentifier()
        return await BootMark(
            current: record ?? identifier, identifier: identifier, path: settings.lastBootPath, files: host.files)
    }

    // MARK: - Stopping

    /// Ends the daemon's part; domains, devices and their data stay as they are. Operations in progress may end first.
    public func stop() async {
        table.isStopping = true
        let deadline = host.clock.now + settings.stopTimeout
        while table.sorted.contains(where: { $0.operation != nil }), host.clock.now < deadline {
            guard (try? await host.clock.sleep(for: .milliseconds(20))) != nil else { break }
        }
        await rememberTimes()
        isStopped = true
        // In an order of their own: what each wakes goes on in it.
        for (_, watch) in watches.sorted(by: { $0.key < $1.key }) { watch.cancel() }
        for task in background { task.cancel() }
        for (_, console) in consoles.sorted(by: { "\($0.key)" < "\($1.key)" }) { await console.close() }
        consoles = [:]
        await database.journal.close()
    }
}

/// The mark of a boot in `/var/xen/lastboot`.
struct BootMark: Sendable {
    let hasRebooted: Bool
    /// The kernel's boot id.
    let identifier: String
    private let current: String
    private let path: String
    private let files: any FileStore

    init(current: String, identifier: String, path: String, files: any FileStore) async {
        self.current = current
        self.identifier = identifier
        self.path = path
        self.files = files
        let saved = try? await files.read(path, limit: 4096)
        // Only a missing lastboot counts as rebooted; one that cannot be compared does too, for it is no mark of this boot.
        hasRebooted = saved.map { String(decoding: $0, as: UTF8.self).firstLine != current } ?? true
    }

    func remember() async throws(FileError) {
        guard hasRebooted else { return }
        try await files.makeDirectory(files.directory(of: path))
        try await files.replace(path, with: Array((current + "\n").utf8))
    }
}

extension String {
    fileprivate var firstLine: String { split(whereSeparator: \.isNewline).first.map(String.init) ?? "" }
}
