import DomainLifecycle
import DomainModel
import HostInterface
import HypervisorInterface
import Migration

/// Reads save files. The whole file is read and checked, then name, memory and devices, and only then something is created. The
/// file is never changed.
struct Restorer: ManagerPart {
    let context: ManagerContext

    /// Does something with a save file and the domain in it, while nobody writes the file.
    /// - Throws: what `body` throws, or why the file cannot be restored.
    func read(
        _ path: String,
        _ body: (SaveFileReader, Arrival) async throws(OperationError) -> OperationResult
    ) async throws(OperationError) -> OperationResult {
        let reader = try await open(path)
        do throws(OperationError) {
            let arrival = try await arrival(of: reader)
            let user = "the restoration of \(arrival.record.title)"
            let result = try await context.holding(try await source(path), at: path, isWritable: false, for: user) {
                () async throws(OperationError) in try await body(reader, arrival)
            }
            await reader.close()
            return result
        } catch {
            await reader.close()
            throw error
        }
    }

    /// - Throws: `invalid` when there is no such file, `refused` when it is no save file of ours.
    func open(_ path: String) async throws(OperationError) -> SaveFileReader {
        try Saver.check(path)
        do {
            return try await SaveFileReader(path: path, files: context.saveFiles)
        } catch {
            let kind: OperationError.Kind = if case .file = error.reason { .invalid } else { .refused }
            throw OperationError(kind, "cannot restore: \(error)")
        }
    }

    /// What is read.
    /// - Throws: that it cannot be seen.
    func source(_ path: String) async throws(OperationError) -> Backing {
        do {
            return try await BackingFinder(context: context).backing(reading: path)
        } catch {
            throw OperationError(.failed, "cannot restore: \(error)")
        }
    }

    /// The domain in a save file.
    /// - Throws: when the machine has not what it needs.
    func arrival(of reader: SaveFileReader) async throws(OperationError) -> Arrival {
        let header = reader.header
        guard let saved = DomainRecord(header.record), let config = saved.config else {
            throw OperationError(.refused, "cannot restore: \(reader.path) has no configuration that can be understood")
        }
        let arrival = Arrival(
            source: .file(path: reader.path), record: saved, kind: header.kind, vcpus: config.vcpus,
            memory: header.memory, maximumMemory: header.maximumMemory, isPaused: header.isPaused)
        try await context.checkResources(for: arrival, "restore")
        return arrival
    }

    /// Reads the file to its end and checks it, and takes it again, as it is.
    func verify(_ reader: SaveFileReader, _ task: TransferTask) async throws -> VerifiedImage {
        task.enter("verify")
        _ = try await reader.verify()
        try task.check()
        return try await VerifiedImage(of: reader, files: context.saveFiles)
    }
}
