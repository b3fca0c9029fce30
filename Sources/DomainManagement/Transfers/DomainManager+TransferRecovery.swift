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
        for record in replay.transfers.migrations { await takeUp(record) }
        startSettling()
        try? await database.journal.append(ends)
    }

    /// A migration that was not settled goes on where it was.
    private func takeUp(_ record: HandoverRecord) async {
        let reports = (try? await machine.hypervisor.domains()) ?? []
        let hasCopy = reports.contains { $0.uuid == record.domain && !$0.isDying }
        switch record.state {
        case .source: await advance(record.id, .source(.restarted(hasCopy: hasCopy)))
        case .destination: await advance(record.id, .destination(.restarted(hasCopy: hasCopy)))
        }
    }

    /// A save that was cut off: when its file is in place it is done, else the domain runs on and nothing is left of
    /// the file.
    private func takeUp(_ saving: TransferReplay.Saving, of uuid: DomainUUID) async {
        let reader = try? await SaveFileReader(path: saving.path, files: host.files)
        let isInPlace = reader?.header.id == saving.id
        await reader?.close()
        if isInPlace {
            guard table[uuid] != nil else { return }
            log.notice("\(saving.path) was complete: what is left of \(table[uuid]?.title ?? "the domain") is ended")
            table.giveUp(uuid)
            await endRemains(of: uuid, nil)
        } else {
            try? await host.files.removeIfPresent(SaveFileWriter.temporaryPath(of: saving.path))
            guard let record = table[uuid] else { return }
            log.warning("saving \(record.title) to \(saving.path) was interrupted: it runs on")
            await letRunOn(uuid, paused: saving.isPaused)
        }
    }

    /// Keeps what has to be taken up in the new journal, until it is.
    func keepTransfers(_ replay: JournalReplay) {
        for task in replay.transfers.tasks { transfers.tasks.takeUp(task) }
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
            + transfers.handovers.sorted { $0.key < $1.key }.map(\.value.record.expression)
    }
}
