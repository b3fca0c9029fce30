import DomainLifecycle
import DomainModel
import HostInterface
import SExpressions

/// What a journal says when it is read from the beginning.
struct JournalReplay: Sendable {
    /// An operation that began and did not end.
    struct OpenOperation: Sendable {
        var serial: UInt64
        var name: String
        var domain: DomainUUID
        /// The domain when it began.
        var record: DomainRecord?
        /// As it was written.
        var entry: SExpression

        /// Whether its domain was to run at its end, which is not recorded.
        var letsRun: Bool {
            switch name {
            case "restart", "start": has(.unpause)
            case "dump": has(.hold)
            default: false
            }
        }

        private func has(_ step: Step) -> Bool {
            entry.child("steps")?.children().contains { $0.atom == step.description } == true
        }
    }

    var boot: String?
    var starts: UInt64 = 0
    var notificationURL: String?
    /// Domains as last recorded, on top of what the files say.
    var records: [DomainUUID: DomainRecord] = [:]
    var forgotten: Set<DomainUUID> = []
    var open: [UInt64: OpenOperation] = [:]
    /// Domains that were to be made, and of which neither a record nor an end is known.
    var unrecorded: [DomainUUID: OpenOperation] = [:]
    /// Scripts that may still run.
    var scripts: [ScriptProcess] = []
    /// Files that a script began to bind to a block device, now or before an earlier start.
    var boundFiles: Set<String> = []
    var lastSerial: UInt64 = 0
    var transfers = TransferReplay()
    /// Entries that make no sense.
    var strange = 0
    /// The entry that said last what is known of a domain.
    private var numbers: [DomainUUID: UInt64] = [:]

    /// - Parameters:
    ///   - files: the records in the domain files. What is newer there than in the journal, where lines are damaged, counts.
    ///   - journal: what stands in it.
    init(files: [DomainFiles.Found], journal: JournalContents) {
        for entry in journal.entries where !replay(entry.value, number: entry.number) { strange += 1 }
        for file in files where counts(file, journal) {
            records[file.record.uuid] = file.record
            numbers[file.record.uuid] = file.number
        }
    }

    /// A file that is older than the journal, which does not know its domain, only waits to be removed; unless the journal is not whole.
    private func counts(_ file: DomainFiles.Found, _ journal: JournalContents) -> Bool {
        if let number = numbers[file.record.uuid] { return number < file.number }
        let first = journal.entries.first?.number ?? 0
        return file.number == 0 || file.number > first || !journal.missing.isEmpty
    }

    /// The number of the entry that is the newest about a domain; 0 = none is known.
    func number(of domain: DomainUUID) -> UInt64 { numbers[domain] ?? 0 }

    private mutating func replay(_ entry: SExpression, number: UInt64) -> Bool {
        let children = entry.children()
        let first = children.first?.atom
        switch entry.name {
        case "journal": break
        case "boot": boot = first
        case "start": starts = first.flatMap(UInt64.init) ?? starts
        case "notify": notificationURL = first.flatMap { $0.isEmpty ? nil : $0 }
        case "record":
            guard let record = children.first.flatMap(DomainRecord.init) else { return false }
            records[record.uuid] = record
            numbers[record.uuid] = number
            forgotten.remove(record.uuid)
            unrecorded[record.uuid] = nil
        case "forget":
            guard let uuid = first.flatMap({ DomainUUID(text: $0) }) else { return false }
            records[uuid] = nil
            numbers[uuid] = number
            forgotten.insert(uuid)
            unrecorded[uuid] = nil
            closeOperations(on: uuid)
        case "begin": return begin(entry, children)
        case "end":
            guard let serial = first.flatMap(UInt64.init) else { return false }
            open[serial] = nil
        case "script": return script(children)
        case "stray": if let first { boundFiles.insert(first) }
        case "stray-end": if let first { boundFiles.remove(first) }
        default: return transfers.replay(entry)
        }
        return true
    }

    private mutating func begin(_ entry: SExpression, _ children: [SExpression]) -> Bool {
        guard children.count >= 3, let serial = children[0].atom.flatMap(UInt64.init), let name = children[1].atom,
            let uuid = children[2].atom.flatMap({ DomainUUID(text: $0) })
        else { return false }
        lastSerial = max(lastSerial, serial)
        let record = entry.childValue("record").flatMap(DomainRecord.init)
        closeOperations(on: uuid)
        let operation = OpenOperation(serial: serial, name: name, domain: uuid, record: record, entry: entry)
        open[serial] = operation
        if ["create", "restore", "receive"].contains(name) { unrecorded[uuid] = operation }
        return true
    }

    /// Operations on a domain take turns: whatever had begun before is over, even where its end could not be written.
    private mutating func closeOperations(on domain: DomainUUID) {
        open = open.filter { $0.value.domain != domain }
    }

    private mutating func script(_ children: [SExpression]) -> Bool {
        guard children.count >= 3, let pid = children[0].atom.flatMap(Int32.init),
            let start = children[1].atom.flatMap(UInt64.init)
        else { return false }
        scripts.append(ScriptProcess(pid: pid, startTime: start))
        let arguments = children.dropFirst(3).compactMap(\.atom)
        // Words of the script's own may stand before, and behind it whether it is only read.
        if let place = arguments.firstIndex(of: "bind"), let file = arguments.dropFirst(place + 1).first,
            file.hasPrefix("/")
        {
            boundFiles.insert(file)
        }
        return true
    }

    /// Takes a domain whose record was lost as one that is known; nothing is undone of what made it.
    mutating func takeBack(_ record: DomainRecord) {
        records[record.uuid] = record
        unrecorded[record.uuid] = nil
        closeOperations(on: record.uuid)
    }

    /// Open operations, in the order in which they began.
    var openOperations: [OpenOperation] { open.values.sorted { $0.serial < $1.serial } }
}
