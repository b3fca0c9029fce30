import DomainLifecycle
import DomainModel
import HostInterface
import Logging
import SExpressions

/// The files `domain/ID`, and `domain/UUID` of a domain that is defined and does not run: the image of each record, for people and for a
/// start that finds the journal damaged (manual, decision 5).
///
/// They are written soon after the journal: nobody waits for them, and of what changes often only the last is written. Those of domains that
/// run are not synced, for a reboot ends them.
actor DomainFiles {
    /// A record with 256 devices and long names stays far below this. Bytes.
    static let maximumSize = 4 * 1024 * 1024
    /// So long after the journal: of a domain that is made and destroyed at once there is never a file.
    static let delay = Duration.milliseconds(100)
    /// A thousand files one after another take a second; together they must not take memory for a thousand.
    private static let readAtOnce = 32

    private enum Change: Sendable {
        case write(ArraySlice<UInt8>, number: UInt64)
        case remove
    }

    private nonisolated let executor: any SerialExecutor
    nonisolated let unownedExecutor: UnownedSerialExecutor
    private let directory: String
    private let files: any FileStore
    private let clock: any HostClock
    private let tasks: any TaskSpawner
    private let log: Logger
    /// What has to be done, by the names of the files, and these in the order in which it came up.
    private var changes: [String: Change] = [:]
    private var order: [String] = []
    private var isWriting = false
    /// Which file a domain has.
    private var names: [DomainUUID: String] = [:]

    init(directory: String, host: Host, log: Logger) {
        executor = host.tasks.serialExecutor()
        unownedExecutor = executor.asUnownedSerialExecutor()
        self.directory = directory
        files = host.files
        clock = host.clock
        tasks = host.tasks
        self.log = log
    }

    // MARK: - Writing

    /// Makes the files say what the journal says from now on.
    /// - Parameters:
    ///   - entries: what was appended to it.
    ///   - number: of the first.
    func follow(_ entries: [JournalEntry], from number: UInt64) {
        for (offset, entry) in entries.enumerated() {
            switch entry.subject {
            case .record(let uuid, let name):
                if let old = names.updateValue(name, forKey: uuid), old != name { change(old, .remove) }
                change(name, .write(entry.recordText, number: number + UInt64(offset)))
            case .forget(let uuid):
                if let name = names.removeValue(forKey: uuid) { change(name, .remove) }
            case .other: continue
            }
        }
    }

    /// Its id; of a domain that does not run its uuid. nil: it is no record.
    static func name(of record: SExpression) -> String? {
        if let id = record.childText("id") { return DomainID(text: id)?.description }
        return record.childText("uuid").flatMap { DomainUUID(text: $0) }?.description
    }

    static func name(of record: DomainRecord) -> String {
        record.id?.description ?? record.uuid.description
    }

    /// Removes the file of a record that does not count.
    func remove(_ file: Found) { change(file.name, .remove) }

    private func change(_ name: String, _ change: Change) {
        if changes.updateValue(change, forKey: name) == nil { order.append(name) }
        guard !isWriting else { return }
        isWriting = true
        weak let files = self
        let clock = clock
        tasks.spawn {
            try? await clock.sleep(for: Self.delay)
            await files?.writeAll()
        }
    }

    /// Does what is waiting. Returns when nothing does.
    func writeAll() async {
        while !order.isEmpty {
            let names = order
            order = []
            for name in names {
                guard let change = changes.removeValue(forKey: name) else { continue }
                await perform(change, name)
            }
        }
        isWriting = false
    }

    private func perform(_ change: Change, _ name: String) async {
        let path = "\(directory)/\(name)"
        do {
            switch change {
            case .write(let record, let number):
                var bytes = Array("# \(path) \(CalendarTime(clock.wallTime))\n".utf8)
                NumberedLine.write(record, number: number, into: &bytes)
                try await files.replace(path, with: bytes, durable: DomainID(text: name) == nil)
            case .remove: try await files.removeIfPresent(path)
            }
        } catch {
            if error.reason != .fenced { log.error("\(error); the journal has the record") }
        }
    }

    // MARK: - Reading

    struct Found: Sendable {
        var record: DomainRecord
        /// Of its entry in the journal; 0 in the first format.
        var number: UInt64
        /// What its file is called.
        var name: String { DomainFiles.name(of: record) }
    }

    /// The records in the files. What cannot be read is set aside, never deleted.
    /// - Returns: the records, and the files that are none with what they are called now.
    func read() async -> (found: [Found], damaged: [(path: String, aside: String)]) {
        let names = ((try? await files.list(directory)) ?? []).filter {
            DomainID(text: $0) != nil || DomainUUID(text: $0)?.description == $0
        }
        var all: (found: [Found], damaged: [(path: String, aside: String)]) = ([], [])
        for start in stride(from: 0, to: names.count, by: Self.readAtOnce) {
            let some = await read(names[start..<min(start + Self.readAtOnce, names.count)])
            all.found += some.found
            all.damaged += some.damaged
        }
        return all
    }

    private func read(
        _ names: ArraySlice<String>
    ) async -> (found: [Found], damaged: [(path: String, aside: String)]) {
        var contents: [String: [UInt8]] = [:]
        await withTaskGroup(of: (String, [UInt8]).self) { [files, directory] group in
            for name in names {
                group.addTask {
                    // Nothing for what cannot be read: it is no record either.
                    (name, (try? await files.read("\(directory)/\(name)", limit: Self.maximumSize)) ?? [])
                }
            }
            for await (name, bytes) in group { contents[name] = bytes }
        }
        var found: [Found] = []
        var damaged: [(path: String, aside: String)] = []
        for name in names {
            let (number, expression) = Self.parse(contents[name] ?? [])
            // Domain 0's file of the first format is for readers; what it says is asked of Xen.
            if let expression, expression.childText("id") == "0" { continue }
            if let expression, let record = DomainRecord(expression), Self.name(of: record) == name {
                found.append(Found(record: record, number: number))
            } else {
                let path = "\(directory)/\(name)"
                damaged.append((path, await setAside(path)))
            }
        }
        return (found, damaged)
    }

    /// In the first format the record stands there alone.
    static func parse(_ bytes: [UInt8]) -> (number: UInt64, record: SExpression?) {
        let lines = bytes.split(separator: NumberedLine.end)
        if let line = lines.last, let (number, record) = NumberedLine.parse(line) { return (number, record) }
        let record = try? SExpression.parseFirst(bytes)
        return (0, record?.isElement("domain") == true ? record : nil)
    }

    private func setAside(_ path: String) async -> String {
        let target = "\(path).damaged-\(clock.wallTime.nanoseconds / 1_000_000_000)"
        try? await files.rename(path, to: target)
        return target
    }
}
