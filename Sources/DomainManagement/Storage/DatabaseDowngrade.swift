import HostInterface
import Logging
import SExpressions

/// Writes a database back in the first format, for a xend that reads no other. No xend may run meanwhile.
public struct DatabaseDowngrade: Sendable {
    private let root: String
    private let host: Host
    private let log: Logger

    /// - Parameter root: the database, `/var/xen/xend-db`.
    public init(root: String, host: Host, log: Logger) {
        self.root = root
        self.host = host
        self.log = log
    }

    /// The entries are the same; what is left out is the numbering. The present format's directory is put aside as
    /// `2.written-back-TIME`, so that a newer xend that comes again reads what the older one has left.
    ///
    /// - Returns: how many domains were written; nil when there is no database in the present format.
    /// - Throws: the error of a file, or `JournalContents.NewerFormat`; then the older database is as it was.
    public func perform() async throws -> Int? {
        let database = Database(root: root, host: host, log: log)
        let contents = try await database.load()
        guard contents.format > 1 else { return nil }
        let replay = JournalReplay(files: contents.files, journal: contents.journal)
        var bytes: [UInt8] = []
        let records = replay.records.values.sorted { $0.uuid.description < $1.uuid.description }
        // The records once more at the end: a file may know what the journal has lost.
        let entries = contents.journal.entries.map(\.value) + records.map { .element("record", $0.expression) }
        // Which the first format does not know.
        let new: Set = ["journal", "stray", "stray-end"]
        for entry in entries where !new.contains(entry.name ?? "") {
            entry.write(into: &bytes)
            bytes.append(NumberedLine.end)
        }
        let files = host.files
        try await files.makeDirectory("\(root)/domain")
        for name in (try? await files.list("\(root)/domain")) ?? [] { try await files.remove("\(root)/domain/\(name)") }
        for record in records {
            guard let id = record.id else { continue }
            var text = Array("# \(root)/domain/\(id) \(CalendarTime(host.clock.wallTime))\n".utf8)
            record.expression.write(into: &text)
            try await files.replace("\(root)/domain/\(id)", with: text)
        }
        try await files.replace("\(root)/journal", with: bytes)
        let time = host.clock.wallTime.nanoseconds / 1_000_000_000
        try await files.rename("\(root)/\(JournalContents.format)", to: "\(root)/2.written-back-\(time)")
        try await files.syncDirectory(root)
        return records.count
    }
}
