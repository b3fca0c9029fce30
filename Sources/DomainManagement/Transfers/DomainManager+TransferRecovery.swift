import DomainLifecycle
import DomainModel
import HostInterface
import HypervisorInterface
import Migration
import SExpressions

/// What a journal says of transfers.
struct TransferReplay: Sendable {
    /// A save that had begun: where to, and the id in the file's header.
    struct Saving: Sendable {
        var path: String
        var id: String
        var isPaused: Bool
        var entry: SExpression
    }
    var tasks: [TaskInformation] = []
    /// In the order in which they were last written.
    var migrations: [HandoverRecord] = []
    var saving: [DomainUUID: Saving] = [:]
    /// Save files whose unfinished beginnings could not be removed.
    var leftovers: [String] = []

    /// - Returns: false when the entry is none of a transfer.
    mutating func replay(_ entry: SExpression) -> Bool {
        let children = entry.children()
        switch entry.name {
        case "task":
            guard let task = TaskInformation(entry: entry) else { return false }
            tasks.removeAll { $0.id == task.id }
            tasks.append(task)
        case "migration":
            guard let record = HandoverRecord(entry) else { return false }
            migrations.removeAll { $0.id == record.id }
            migrations.append(record)
        case "migration-end":
            guard let id = children.first?.atom else { return false }
            migrations.removeAll { $0.id == id }
        case "saving":
            guard children.count == 4, let uuid = children[0].atom.flatMap({ DomainUUID(text: $0) }),
                let path = children[1].atom, let id = children[2].atom
            else { return false }
            saving[uuid] = Saving(path: path, id: id, isPaused: children[3].atom == "1", entry: entry)
        case "leftover":
            guard let path = children.first?.atom else { return false }
            leftovers.append(path)
        case "leftover-end": leftovers.removeAll { $0 == children.first?.atom }
        default: return false
        }
        return true
    }
}

extension DomainManager {
    /// Takes up what an earlier daemon was moving. Called when the table has the domains again.
    func takeUpTransfers(_ replay: JournalReplay) async {
        for operation in replay.openOperations where operation.name == "save" {
            // Without the entry the guest had not been asked to suspend yet.
            guard let saving = replay.transfers.saving[operation.domain] else { continue }
            await takeUp(saving, of: operation.domain)
        }
        let ends = replay.openOperations.filter { $0.name == "save" }.map { SExpression.element("end", $0.serial) }
        transfers.leftBehind = []
        for path in transfers.leftovers { await removeLeftover(path) }
        for record in replay.transfers.migrations { await takeUp(record) }
        startSettling()
        try? await database.journal.append(ends)
    }

    /// A migration that was not settled goes on where it was.
    private func takeUp(_ record: HandoverRecord) async {
        let reports = (try? await machine.hypervisor.domains()) ?? []
        let hasCopy = reports.contains { $0.uuid == record.domain && !$0.isDying }
        if case .inDoubt(let doubt) = table[record.domain]?.stage { showDoubt(doubt, record) }
        switch record.state {
        case .source: await advance(record.id, .source(.restarted(hasCopy: hasCopy)))
        case .destination: await advance(record.id, .destination(.restarted(hasCopy: hasCopy)))
        }
    }

    /// A save that was cut off: when its file is in place it is done, else the domain runs on and nothing is left of the file.
    private func takeUp(_ saving: TransferReplay.Saving, of uuid: DomainUUID) async {
        if await isInPlace(saving) {
            guard table[uuid] != nil else { return }
            log.notice("\(saving.path) was complete: what is left of \(table[uuid]?.title ?? "the domain") is ended")
            table.giveUp(uuid)
            await endRemains(of: uuid, nil)
        } else {
            if let record = table[uuid] {
                log.warning("saving \(record.title) to \(saving.path) was interrupted: it runs on")
                await letRunOn(uuid, paused: saving.isPaused)
            }
            await removeLeftover(saving.path)
        }
    }

    /// Whether a save got as far as its file, for good.
    private func isInPlace(_ saving: TransferReplay.Saving) async -> Bool {
        guard let reader = try? await SaveFileReader(path: saving.path, files: saveFiles) else { return false }
        await reader.close()
        guard reader.header.id == saving.id else { return false }
        return (try? await SaveFileWriter.keepInPlace(saving.path, saveFiles)) != nil
    }

    private func removeLeftover(_ path: String) async {
        do {
            try await saveFiles.removeIfPresent(SaveFileWriter.temporaryPath(of: path))
            guard let index = transfers.leftovers.firstIndex(of: path) else { return }
            transfers.leftovers.remove(at: index)
            try await database.journal.append([.element("leftover-end", path)])
        } catch {
            await noteLeftover(path, error)
        }
    }

    /// The beginning of a save file stays behind: the next daemon tries again to remove it.
    func noteLeftover(_ path: String, _ error: any Error) async {
        log.error("half a save file may be left behind: \(error); it is looked for again when xend starts")
        guard !transfers.leftovers.contains(path) else { return }
        transfers.leftovers.append(path)
        if transfers.leftovers.count > TransferState.keptLeftovers { transfers.leftovers.removeFirst() }
        try? await database.journal.append([.element("leftover", path)])
    }

    /// Keeps what has to be taken up in the new journal, until it is.
    func keepTransfers(_ replay: JournalReplay) {
        for task in replay.transfers.tasks { transfers.tasks.takeUp(task) }
        transfers.leftovers = replay.transfers.leftovers.suffix(TransferState.keptLeftovers)
        for record in replay.transfers.migrations {
            let machine: Handover.Machine =
                switch record.state {
                case .source(let state): .source(SourceHandover(recorded: state))
                case .destination(let state): .destination(DestinationHandover(recorded: state))
                }
            transfers.handovers[record.id] = Handover(record: record, machine: machine)
        }
        for operation in replay.openOperations where operation.name == "save" {
            transfers.leftBehind.append(operation.entry)
            if let saving = replay.transfers.saving[operation.domain] { transfers.leftBehind.append(saving.entry) }
        }
    }

    /// What a new journal has to say of transfers.
    var transferEntries: [SExpression] {
        transfers.tasks.all.map(\.entry) + transfers.leftBehind
            + transfers.leftovers.map { .element("leftover", $0) }
            + transfers.handovers.sorted { $0.key < $1.key }.map(\.value.record.expression)
    }
}
