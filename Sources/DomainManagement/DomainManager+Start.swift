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
        let contents = try await database.load()
        let boot = await parts.startUp.lookAround()
        let reports = try await machine.hypervisor.domains()
        let (replay, damage) = await parts.startUp.replay(contents, reports)
        notices = damage
        await parts.startUp.endScripts(of: replay)
        table.continueSerials(after: replay.lastSerial)
        starts = replay.starts + 1
        notification.set(replay.notificationURL)
        let hasRebooted = boot.hasRebooted || (replay.boot != nil && replay.boot != boot.identifier)
        if hasRebooted { log.notice("the machine has been rebooted: saved domains are dropped") }
        let todo = parts.startUp.takeUp(
            replay, reports, hasRebooted: hasRebooted, isSameBoot: replay.boot == boot.identifier)
        await BackingFinder(context: context).takeUp()
        parts.recovery.keep(replay)
        parts.strays.keep(replay, todo: todo)
        try await database.begin(with: journalStart(boot.identifier), after: contents) { [weak self] in
            await self?.journalStart(boot.identifier) ?? []
        }
        await parts.startUp.takeDown(boot, replay)
        await parts.consoles.openAgain()
        let signal = account.note(.signal, "xend starts and takes up what an earlier one left")
        await account.because(signal) {
            await context.spawnAll(todo.map { beginning, uuid in { await $0.chore(beginning, on: uuid) } })
            await parts.recovery.takeUp(replay, in: self)
            await parts.strays.endOperations()
        }
        await parts.startUp.adoptSettings()
        let live = table.sorted.filter { $0.stage == .live && !$0.isForeign }
        // What is not known because a line of the journal is damaged is no stray.
        let known = live.filter { !contents.journal.mayMiss(after: replay.number(of: $0.uuid)) }
        await context.spawnAll(known.map { record in { await $0.parts.strays.releaseDevices(of: record.uuid) } })
        for record in live { await parts.startUp.settle(record, replay) }
        await parts.strays.unbindFiles()
        await parts.examiner.examineOnce()
        parts.signals.start()
        if table.sorted.contains(where: \.isDue) { spawn { await $0.parts.definitions.startDue(in: $0) } }
    }

    /// What a journal has to begin with: all that is known, and what is under way.
    private func journalStart(_ boot: String) -> [JournalEntry] {
        var entries = [database.boot(boot), database.start(starts)]
        if let url = notification.target.url { entries.append(database.notify(url)) }
        for record in table.sorted where !record.isForeign && record.stage != .creating {
            entries.append(database.record(record))
        }
        let others =
            parts.tasks.all.map(\.entry) + parts.recovery.entries + parts.saver.entries + parts.handovers.entries
            + parts.strays.entries
        return entries + others.map { JournalEntry($0) } + parts.performer.openEntries
    }

    // MARK: - Stopping

    /// Ends the defined domains as each of them says, before the machine goes down.
    /// - Throws: `failed` with those that are still there.
    public func stopDomains(within seconds: Int, for requester: Requester) async throws(OperationError) {
        try await parts.definitions.stopAll(within: seconds, for: requester, in: self)
    }

    /// Begins nothing more, and gives up the transfers that can be given up: their domains run on where they are.
    public func beginStop() async {
        table.isStopping = true
        await parts.tasks.cancelAll()
    }

    /// Ends the daemon's part; domains, devices and their data stay as they are. Operations in progress may end first.
    public func stop() async {
        await beginStop()
        let deadline = host.clock.now + settings.stopTimeout
        while table.sorted.contains(where: { $0.operation != nil }), host.clock.now < deadline {
            guard (try? await host.clock.sleep(for: .milliseconds(20))) != nil else { break }
        }
        await parts.calendar.rememberTimes()
        context.isStopped = true
        parts.signals.stop()
        context.cancelBackground()
        await parts.consoles.closeAll()
        await database.close()
    }
}
