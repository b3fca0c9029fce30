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
        let boot = await startUp.bootMark()
        let replay = JournalReplay(files: contents.files, journal: contents.journal)
        startUp.reportDamage(contents.journal, replay)
        let reports = try await machine.hypervisor.domains()
        await startUp.endScripts(of: replay)
        table.continueSerials(after: replay.lastSerial)
        starts = replay.starts + 1
        notification.url = replay.notificationURL
        let hasRebooted = boot.hasRebooted || (replay.boot != nil && replay.boot != boot.identifier)
        if hasRebooted { log.notice("the machine has been rebooted: saved domains are dropped") }
        let todo = startUp.takeUp(replay, reports, hasRebooted: hasRebooted)
        recovery.keep(replay)
        try await database.begin(with: journalStart(boot.identifier), after: contents) { [weak self] in
            await self?.journalStart(boot.identifier) ?? []
        }
        await startUp.remember(boot)
        await consoles.openAgain()
        let signal = account.note(.signal, "xend starts and takes up what an earlier one left")
        await account.because(signal) {
            await begin(todo.map { beginning, uuid in { await $0.chore(beginning, on: uuid) } })
            await recovery.takeUp(replay, in: self)
        }
        let live = table.sorted.filter { $0.stage == .live && !$0.isForeign }
        // What is not known because a line of the journal is damaged is no stray.
        let known = live.filter { !contents.journal.mayMiss(after: replay.number(of: $0.uuid)) }
        await begin(known.map { record in { await $0.startUp.releaseStrays(of: record) } })
        for record in live { await startUp.restoreName(of: record) }
        await startUp.unbindStrays(replay.boundFiles)
        await examiner.examineOnce()
        signals.start()
    }

    /// Begins work on several domains, each for itself: one whose back-end or script is stuck keeps neither the others waiting nor,
    /// for longer than a moment, the start.
    private func begin(_ work: [@Sendable (isolated DomainManager) async -> Void]) async {
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

    /// What a journal has to begin with: all that is known, and what is under way.
    private func journalStart(_ boot: String) -> [SExpression] {
        var entries = [database.boot(boot), database.start(starts)]
        if let url = notification.url { entries.append(database.notify(url)) }
        for record in table.sorted where !record.isForeign && record.stage != .creating {
            entries.append(database.record(record))
        }
        return entries + taskDesk.all.map(\.entry) + recovery.entries + saver.entries + handovers.entries
            + performer.openEntries
    }

    // MARK: - Stopping

    /// Ends the daemon's part; domains, devices and their data stay as they are. Operations in progress may end first.
    public func stop() async {
        table.isStopping = true
        let deadline = host.clock.now + settings.stopTimeout
        while table.sorted.contains(where: { $0.operation != nil }), host.clock.now < deadline {
            guard (try? await host.clock.sleep(for: .milliseconds(20))) != nil else { break }
        }
        await calendar.rememberTimes()
        context.isStopped = true
        signals.stop()
        context.cancelBackground()
        await consoles.closeAll()
        await database.close()
    }
}
