import DomainLifecycle
import DomainModel
import HostInterface
import HypervisorInterface
import Migration
import SExpressions

/// Takes up what an earlier daemon was moving when it ended.
final class TransferRecovery: ManagerPart {
    let context: ManagerContext
    private let tasks: TaskDesk
    private let handovers: HandoverDesk
    private let saver: Saver
    private let guests: GuestSuspension
    /// The operations that write a save file.
    private static let saves: Set = ["save", "suspend"]
    /// What the earlier daemon was in the middle of, as its journal had it, until it is taken up.
    private(set) var entries: [SExpression] = []

    init(
        _ context: ManagerContext, tasks: TaskDesk, handovers: HandoverDesk, saver: Saver, guests: GuestSuspension
    ) {
        self.context = context
        self.tasks = tasks
        self.handovers = handovers
        self.saver = saver
        self.guests = guests
    }

    /// Takes up what an earlier daemon was moving. Called when the table has the domains again.
    func takeUp(_ replay: JournalReplay, in manager: isolated DomainManager) async {
        for operation in replay.openOperations where Self.saves.contains(operation.name) {
            // Without the entry the guest had not been asked to suspend yet.
            guard let saving = replay.transfers.saving[operation.domain] else { continue }
            await takeUp(saving, of: operation.domain, isSuspension: operation.name == "suspend", in: manager)
        }
        let ends = replay.openOperations.filter { Self.saves.contains($0.name) }.map {
            JournalEntry.end($0.serial)
        }
        entries = []
        await saver.removeLeftovers()
        for record in replay.transfers.migrations { await takeUp(record) }
        handovers.startSettling()
        try? await database.append(ends)
    }

    /// A migration that was not settled goes on where it was.
    private func takeUp(_ record: HandoverRecord) async {
        let reports = (try? await machine.hypervisor.domains()) ?? []
        let hasCopy = reports.contains { $0.uuid == record.domain && !$0.isDying }
        if case .inDoubt(let doubt) = table[record.domain]?.stage { handovers.showDoubt(doubt, record) }
        switch record.state {
        case .source: await handovers.advance(record.id, .source(.restarted(hasCopy: hasCopy)))
        case .destination: await handovers.advance(record.id, .destination(.restarted(hasCopy: hasCopy)))
        }
    }

    /// A save that was cut off: when its file is in place it is done, else the domain runs on and nothing is left of the file.
    private func takeUp(
        _ saving: TransferReplay.Saving, of uuid: DomainUUID, isSuspension: Bool, in manager: isolated DomainManager
    ) async {
        if !saving.isCheckpoint, await isInPlace(saving) {
            guard table[uuid] != nil else { return }
            log.notice("\(saving.path) was complete: what is left of \(table[uuid]?.title ?? "the domain") is ended")
            table.giveUp(uuid, isSaved: true, suspendedIn: isSuspension ? saving.path : nil)
            await manager.clear(uuid)
        } else {
            if let record = table[uuid] {
                log.warning("saving \(record.title) to \(saving.path) was interrupted: it runs on")
                await guests.letRunOn(uuid, paused: saving.isPaused)
            }
            await saver.removeLeftover(saving.path)
        }
    }

    /// Whether a save got as far as its file, for good.
    private func isInPlace(_ saving: TransferReplay.Saving) async -> Bool {
        guard let reader = try? await SaveFileReader(path: saving.path, files: context.saveFiles) else { return false }
        await reader.close()
        guard reader.header.id == saving.id else { return false }
        return (try? await SaveFileWriter.keepInPlace(saving.path, context.saveFiles)) != nil
    }

    /// Keeps what has to be taken up in the new journal, until it is.
    func keep(_ replay: JournalReplay) {
        for task in replay.transfers.tasks { tasks.takeUp(task) }
        saver.keep(replay.transfers.leftovers)
        for record in replay.transfers.migrations { handovers.takeUp(record) }
        for operation in replay.openOperations where Self.saves.contains(operation.name) {
            entries.append(operation.entry)
            if let saving = replay.transfers.saving[operation.domain] { entries.append(saving.entry) }
        }
    }
}
