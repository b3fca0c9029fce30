import DomainLifecycle
import DomainModel
import HostInterface
import Logging
import SExpressions

/// The database under `/var/xen/xend-db` (manual D6): the journal, which is the truth, and one SXP file for each domain, which is
/// its image for people and for the next start.
struct Database: Sendable {
    /// A record with 256 devices and long names stays far below this.
    static let maximumFileSize = 4 * 1024 * 1024

    /// A thousand files one after another take a second; together they must not take memory for a thousand.
    private static let readAtOnce = 32

    let root: String
    let files: any FileStore
    let clock: any HostClock
    let journal: Journal
    let log: Logger

    init(root: String, host: Host, log: Logger) {
        self.root = root
        files = host.files
        clock = host.clock
        journal = Journal(path: "\(root)/journal", host: host)
        self.log = log
    }

    var domainDirectory: String { "\(root)/domain" }

    func prepare() async throws(FileError) {
        try await files.makeDirectory(domainDirectory)
        try await files.makeDirectory("\(root)/vnet")
    }

    /// Rewrites a domain's file; by rename, so that the old or the new is there, but not synced: the journal has it.
    func writeFile(_ record: DomainRecord) async {
        guard let id = record.id else { return }
        await write(record.expression, to: "\(domainDirectory)/\(id)")
    }

    private func write(_ expression: SExpression, to path: String) async {
        var bytes = Array("# \(path) \(CalendarTime(clock.wallTime))\n".utf8)
        expression.write(into: &bytes)
        do {
            try await files.replace(path, with: bytes, durable: false)
        } catch {
            log.error("\(error); the journal has the record")
        }
    }

    func removeFile(of id: DomainID) async {
        do {
            try await files.removeIfPresent("\(domainDirectory)/\(id)")
        } catch {
            log.error("\(error)")
        }
    }

    /// The records in the domain files. What cannot be read is set aside with a log line, never deleted.
    func readFiles() async -> [DomainRecord] {
        let names = ((try? await files.list(domainDirectory)) ?? []).filter { DomainID(text: $0) != nil }
        var records: [DomainRecord] = []
        for start in stride(from: 0, to: names.count, by: Self.readAtOnce) {
            records += await readFiles(names[start..<min(start + Self.readAtOnce, names.count)])
        }
        return records
    }

    private func readFiles(_ names: ArraySlice<String>) async -> [DomainRecord] {
        var contents: [String: [UInt8]] = [:]
        await withTaskGroup(of: (String, [UInt8]).self) { group in
            for name in names { group.addTask { (name, await contentsOfFile(name)) } }
            for await (name, bytes) in group { contents[name] = bytes }
        }
        var records: [DomainRecord] = []
        for name in names {
            let path = "\(domainDirectory)/\(name)"
            let expression = try? SExpression.parseFirst(contents[name] ?? [])
            // Domain 0's file is for readers; what it says is asked of Xen.
            if let expression, expression.childText("id") == "0" { continue }
            if let expression, let record = DomainRecord(expression), record.id?.description == name {
                records.append(record)
            } else {
                await setAside(path)
            }
        }
        return records
    }

    /// Nothing for what cannot be read: it is no record either.
    private func contentsOfFile(_ name: String) async -> [UInt8] {
        (try? await files.read("\(domainDirectory)/\(name)", limit: Self.maximumFileSize)) ?? []
    }

    private func setAside(_ path: String) async {
        let target = "\(path).damaged-\(clock.wallTime.nanoseconds / 1_000_000_000)"
        log.error("\(path) is not the record of a domain: set aside as \(target)")
        try? await files.rename(path, to: target)
    }
}
