import DomainLifecycle
import DomainModel
import HostInterface
import HypervisorInterface
import Migration
import SExpressions

/// Saves domains: the guest suspends, its image is written beside the target and put in place. Until the file is in place every
/// failure leaves the domain running and no file. After a checkpoint there are both.
final class Saver: ManagerPart {
    let context: ManagerContext
    private let guests: GuestSuspension
    /// Save files whose unfinished beginnings could not be removed.
    private var leftovers: [String] = []

    /// Half save files that are remembered until they can be removed: more would be a disk that is broken for good.
    private static let keptLeftovers = 100

    init(_ context: ManagerContext, guests: GuestSuspension) {
        self.context = context
        self.guests = guests
    }

    /// The daemon's own directory is of no meaning to those who save and restore.
    static func check(_ path: String) throws(OperationError) {
        guard path.hasPrefix("/"), !path.hasSuffix("/") else {
            throw OperationError(.invalid, "invalid file: \"\(path)\" (allowed: an absolute path on the host of xend)")
        }
    }

    /// Whether a save file, or a core, can stand there.
    ///
    /// - Parameter verb: what is to be done, for the words of a refusal.
    /// - Returns: what would be written.
    /// - Throws: `invalid`, or that it cannot be seen.
    func checkTarget(_ path: String, to verb: String = "save") async throws(OperationError) -> Backing {
        try Self.check(path)
        do {
            let files = context.saveFiles
            let directory = files.directory(of: path)
            guard let place = try await files.information(directory), place.kind == .directory else {
                throw OperationError(.invalid, "cannot \(verb) to \(path): there is no directory \(directory)")
            }
            let information = try await files.information(path)
            if let information, information.kind != .file {
                throw OperationError(.invalid, "cannot \(verb) to \(path): something other than a file stands there")
            }
            return try await BackingFinder(context: context).backing(writing: path, in: place, over: information)
        } catch let error as OperationError {
            throw error
        } catch {
            throw OperationError(.failed, "cannot \(verb) to \(path): \(error)")
        }
    }

    /// The step itself.
    func save(
        _ record: DomainRecord, to path: String, _ afterwards: AfterSave, _ performance: Performance
    ) async throws(StepFailure) {
        guard let id = record.id, let task = performance.task, let manager = context.manager else {
            throw StepFailure("there is nothing to save")
        }
        let uuid = record.uuid
        let isPaused = table.reports[uuid]?.isPaused ?? false
        do {
            let header = try await context.saveHeader(of: record, isPaused: isPaused)
            // Before anything stands beside the target, so that the next daemon knows where to look for it.
            let staysPaused = isPaused || afterwards == .paused
            let entry = database.saving(uuid, path, header, staysPaused: staysPaused, afterwards)
            performance.entries.append(entry)
            try await database.append([entry])
            let writer = try await openWriter(path, header)
            do {
                try await writer.begin()
                task.beginCopy(of: header.memory)
                try await machine.hypervisor.save(
                    id, live: false, output: SaveOutput(writer: writer, task: task),
                    observer: GuestSuspender(manager: manager, domain: uuid, task: task, wasPaused: isPaused))
                task.enter("commit")
                try task.passPointOfNoReturn()
                try await writer.commit()
                if afterwards.isCheckpoint { await guests.letRunOn(uuid, paused: staysPaused) }
            } catch {
                // The domain first: a disk that hangs may take long to say so.
                await guests.letRunOn(uuid, paused: isPaused)
                await abandon(writer)
                throw error
            }
        } catch {
            throw StepFailure(of: "save", record, error, task, to: path)
        }
    }

    private func openWriter(_ path: String, _ header: SaveFileHeader) async throws -> SaveFileWriter {
        do {
            return try await SaveFileWriter(path: path, header: header, files: context.saveFiles)
        } catch {
            // It may still come into being, when nobody waits for it any more.
            if case .file(let error) = error.reason, error.isUnanswered { await noteLeftover(path, error) }
            throw error
        }
    }

    private func abandon(_ writer: SaveFileWriter) async {
        do {
            try await writer.abandon()
        } catch {
            await noteLeftover(writer.path, error)
        }
    }

    // MARK: - Leftovers

    /// What a new journal has to say of them.
    var entries: [SExpression] { leftovers.map { .element("leftover", $0) } }

    /// Half a file is about to stand beside this path: should this daemon end meanwhile, the next one removes it.
    func expectLeftover(_ path: String) async throws {
        guard !leftovers.contains(path) else { return }
        leftovers.append(path)
        try await database.append([JournalEntry(.element("leftover", path))])
    }

    /// Those that an earlier daemon left.
    func keep(_ leftovers: [String]) { self.leftovers = leftovers.suffix(Self.keptLeftovers) }

    /// Tries once more to remove them.
    func removeLeftovers() async {
        for path in leftovers { await removeLeftover(path) }
    }

    func removeLeftover(_ path: String) async {
        do {
            try await context.saveFiles.removeIfPresent(SaveFileWriter.temporaryPath(of: path))
            guard let index = leftovers.firstIndex(of: path) else { return }
            leftovers.remove(at: index)
            try await database.append([JournalEntry(.element("leftover-end", path))])
        } catch {
            await noteLeftover(path, error)
        }
    }

    /// The beginning of a save file stays behind: the next daemon tries again to remove it.
    private func noteLeftover(_ path: String, _ error: any Error) async {
        log.error("half a save file may be left behind: \(error); it is looked for again when xend starts")
        guard !leftovers.contains(path) else { return }
        leftovers.append(path)
        if leftovers.count > Self.keptLeftovers { leftovers.removeFirst() }
        try? await database.append([JournalEntry(.element("leftover", path))])
    }
}

/// Where an image goes, past the task that counts it.
struct SaveOutput: ImageOutput {
    let writer: SaveFileWriter
    let task: TransferTask

    func write(_ bytes: [UInt8]) async throws {
        try task.moved(bytes.count)
        try await writer.write(bytes)
    }
}

/// Suspends the guest when the hypervisor asks for it.
struct GuestSuspender: SaveObserver {
    let manager: DomainManager
    let domain: DomainUUID
    let task: TransferTask
    let wasPaused: Bool

    func suspend() async throws {
        task.enter("suspend")
        try await manager.suspend(domain, wasPaused: wasPaused, task: task)
        task.enter("copy")
    }

    func round(_ progress: SaveProgress) async -> Bool {
        task.round(progress)
        return false
    }
}
