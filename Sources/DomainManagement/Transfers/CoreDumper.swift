import DomainLifecycle
import DomainModel
import HostInterface
import HypervisorInterface
import Migration

/// Writes cores of domains: where somebody asked for one, and where a domain leaves one as it ends.
///
/// A file that is not complete is removed, by the next daemon if this one does not come to it.
final class CoreDumper: ManagerPart {
    let context: ManagerContext
    private let saver: Saver
    private let tasks: TaskDesk

    /// By this the cores that domains have left are known from those that somebody asked for.
    private static let leftSuffix = ".crash.core"

    init(_ context: ManagerContext, saver: Saver, tasks: TaskDesk) {
        self.context = context
        self.saver = saver
        self.tasks = tasks
    }

    /// A new file where cores go: `2026-1130-1615.04-web.7.core`, as the xend of Xen 3 called them.
    func newPath(for record: DomainRecord, suffix: String = ".core") async throws(FileError) -> String {
        try await host.files.makeDirectory(settings.dumpDirectory)
        let time = CalendarTime(host.clock.wallTime)
        let parts = [time.month, time.day, time.hour, time.minute, time.second].map { ($0 < 10 ? "0" : "") + "\($0)" }
        let moment = "\(time.year)-\(parts[0])\(parts[1])-\(parts[2])\(parts[3]).\(parts[4])"
        let name = record.name.rawValue.replacing("/", with: "_")
        return "\(settings.dumpDirectory)/\(moment)-\(name).\(record.id ?? .zero)\(suffix)"
    }

    /// The step itself.
    func dump(_ record: DomainRecord, to path: String, _ performance: Performance) async throws(StepFailure) {
        guard let task = performance.task else { throw StepFailure("there is nothing to dump") }
        do {
            try await write(record, to: path, task)
        } catch {
            throw StepFailure(of: "dump", record, error, task, to: path)
        }
    }

    private func write(_ record: DomainRecord, to path: String, _ task: TransferTask) async throws {
        guard let id = record.id else { throw StepFailure("Xen does not have it") }
        try await saver.expectLeftover(path)
        let writer: CoreFileWriter
        do {
            writer = try await CoreFileWriter(path: path, files: context.saveFiles)
        } catch {
            await saver.removeLeftover(path)
            throw error
        }
        do {
            task.enter("copy")
            task.beginCopy(of: table.reports[record.uuid]?.memory ?? record.config?.memory ?? .zero)
            try await machine.hypervisor.dumpCore(id, output: CoreOutput(writer: writer, task: task))
            task.enter("commit")
            try task.passPointOfNoReturn()
            try await writer.commit()
        } catch {
            try? await writer.abandon()
            await saver.removeLeftover(path)
            throw error
        }
        await saver.removeLeftover(path)
    }

    // MARK: - Left by themselves

    /// A domain that has ended leaves its core, if there is room for it. Whatever becomes of that, the domain's end goes on.
    func leave(of record: DomainRecord) async {
        guard settings.keptCores > 0 else { return }
        do {
            guard try await makeRoom(for: record) else { return }
            let path = try await newPath(for: record, suffix: Self.leftSuffix)
            let task = try await tasks.begin("dump", record, for: .xend)
            let session = DepartureSession(dumpingTo: path)
            var failure: OperationError?
            do {
                try await write(record, to: path, task)
                log.notice("\(record.title) leaves its core in \(path)")
            } catch {
                failure = OperationError(.failed, StepFailure(of: "dump", record, error, task, to: path).message)
                log.error("\(failure?.message ?? "")")
            }
            if let id = record.id { events.publish(session.event(record, id, task, failure == nil ? "ok" : "error")) }
            await tasks.end(task, of: record.uuid, failure)
        } catch {
            log.error("\(record.title) leaves no core: \(error)")
        }
    }

    /// Removes the oldest of those that domains have left, as far as there would be too many or too much of them.
    /// - Returns: whether there is room for one more.
    private func makeRoom(for record: DomainRecord) async throws(FileError) -> Bool {
        let needed = (table.reports[record.uuid]?.memory ?? record.config?.memory ?? .zero).bytes
        let limit = settings.keptCoreMemory
        guard needed <= limit.bytes else {
            let why = "it would have \(needed >> 20) MB, and xend-dump-size is \(limit.mebibytes)"
            log.error("\(record.title) leaves no core: \(why)")
            return false
        }
        let directory = settings.dumpDirectory
        guard try await host.files.information(directory) != nil else { return true }
        // Their names begin with the moment.
        var kept: [(path: String, size: UInt64)] = []
        for name in try await host.files.list(directory) where name.hasSuffix(Self.leftSuffix) {
            let path = "\(directory)/\(name)"
            kept.append((path, try await host.files.information(path)?.size ?? 0))
        }
        var size = kept.reduce(0) { $0 + $1.size }
        while let oldest = kept.first, kept.count >= settings.keptCores || size + needed > limit.bytes {
            try await host.files.remove(oldest.path)
            log.notice("\(oldest.path), the oldest core, is removed to make room")
            kept.removeFirst()
            size -= oldest.size
        }
        return true
    }
}

/// Where a core goes, past the task that counts it.
private struct CoreOutput: ImageOutput {
    let writer: CoreFileWriter
    let task: TransferTask

    func write(_ bytes: [UInt8]) async throws {
        try task.moved(bytes.count)
        try await writer.write(bytes)
    }
}
