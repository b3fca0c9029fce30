import DomainLifecycle
import DomainModel
import Migration
import SExpressions

/// What a journal says of transfers.
struct TransferReplay: Sendable {
    /// A save that had begun: where to, and the id in the file's header.
    struct Saving: Sendable {
        var path: String
        var id: String
        var isPaused: Bool
        /// The domain goes on, whether or not the file is complete.
        var isCheckpoint: Bool
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
            guard (4...5).contains(children.count), let uuid = children[0].atom.flatMap({ DomainUUID(text: $0) }),
                let path = children[1].atom, let id = children[2].atom
            else { return false }
            saving[uuid] = Saving(
                path: path, id: id, isPaused: children[3].atom == "1", isCheckpoint: children.count == 5, entry: entry)
        case "leftover":
            guard let path = children.first?.atom else { return false }
            leftovers.append(path)
        case "leftover-end": leftovers.removeAll { $0 == children.first?.atom }
        default: return false
        }
        return true
    }
}
