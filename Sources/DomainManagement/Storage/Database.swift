import DomainLifecycle
import DomainModel
import HostInterface
import Logging
import SExpressions

/// The database under `/var/xen/xend-db` (manual D6): the journal, which is the truth, and one SXP file for each domain, which is
/// its image. Each format has a directory of its own, so that no version misreads another's:
///
/// | | |
/// |---|---|
/// | `2/journal`, `2/domain/ID` | the present format |
/// | `journal`, `domain/ID` | the first one: read once, when there is no other, and kept |
///
/// A class, for of a structure whoever asks for it would copy the whole host.
final class Database: Sendable {
    let root: String
    let journal: Journal
    let domains: DomainFiles
    let log: Logger
    private let host: Host
    private let directory: String
    var journalPath: String { Self.journalPath(in: directory) }

    init(root: String, host: Host, log: Logger) {
        self.root = root
        self.host = host
        self.log = log
        directory = "\(root)/\(JournalContents.format)"
        journal = Journal(path: Self.journalPath(in: directory), host: host, log: log)
        domains = DomainFiles(directory: Self.domains(in: directory), host: host, log: log)
    }

    /// Both formats have these names in their directories.
    private static func journalPath(in directory: String) -> String { "\(directory)/journal" }
    private static func domains(in directory: String) -> String { "\(directory)/domain" }

    func prepare() async throws(FileError) {
        try await host.files.makeDirectory(Self.domains(in: directory))
        try await host.files.makeDirectory("\(root)/vnet")
    }

    /// Looks whether a journal can be read and written here. What stands in it is not changed.
    ///
    /// - Throws: `JournalContents.NewerFormat`, or the error of a file, unless it is that the disk is full.
    func check() async throws {
        _ = try await journalContents()
        try await prepare()
        try await journal.check()
    }

    /// Starts a new journal in place of what was found, and makes the files agree with it.
    ///
    /// - Parameters:
    ///   - entries: what it begins with.
    ///   - old: what was found.
    ///   - snapshot: what a journal that begins later has to begin with.
    /// - Throws: when nothing can be written, for another reason than a full disk.
    func begin(
        with entries: [JournalEntry], after old: Contents, snapshot: @escaping Journal.Snapshot
    ) async throws(FileError) {
        let first = try await journal.begin(with: entries, after: old.journal, snapshot: snapshot)
        let known = Set(entries.compactMap(\.file))
        for file in old.files where !known.contains(file.name) { await domains.remove(file) }
        guard let first else { return }
        await domains.follow(entries, from: first)
    }

    /// Records entries; returns when they are written or, where one of them outlives a reboot of the machine, synced. The files follow.
    /// - Parameter isDeferrable: on a full disk they are recorded as soon as there is space, and this returns at once.
    /// - Throws: the error of the journal; then none of the entries counts.
    /// - Parameter outlivesReboot: they are synced, whatever they are.
    func append(
        _ entries: [JournalEntry], isDeferrable: Bool = false, outlivesReboot: Bool = false
    ) async throws(FileError) {
        do {
            let first = try await journal.append(entries, durability: outlivesReboot ? .synced : .written)
            if entries.contains(where: \.isOfFile) { await domains.follow(entries, from: first) }
        } catch {
            guard isDeferrable, error.reason == .noSpace else { throw error }
            log.warning("\(error): it is recorded when there is space again")
            await journal.owe(entries)
        }
    }

    /// Records what has to be told of a plan.
    func append(_ entries: [JournalEntry], of plan: Plan) async throws(FileError) {
        try await append(
            entries, isDeferrable: plan.recording == .deferrable, outlivesReboot: plan.endsDefinition)
    }

    /// What was written is synced, and the files say what the journal says.
    func close() async {
        await domains.writeAll()
        await journal.close()
    }

    // MARK: - What an earlier daemon has left

    /// Journal and files as they are found.
    struct Contents: Sendable {
        var journal: JournalContents
        var files: [DomainFiles.Found]
        /// Files that are no records, and what they are called now.
        var damagedFiles: [(path: String, aside: String)] = []
        var format = JournalContents.format
    }

    /// - Throws: `JournalContents.NewerFormat`, or the error of the file.
    func load() async throws -> Contents {
        let found = try await journalContents()
        let (files, damaged) = await domains.read()
        if found == nil, files.isEmpty, damaged.isEmpty { return try await loadFirstFormat() }
        var contents = found ?? .empty
        contents.expect(upTo: files.map(\.number).max() ?? 0)
        return Contents(journal: contents, files: files, damagedFiles: damaged)
    }

    /// - Returns: nil when there is none in the present format.
    private func journalContents() async throws -> JournalContents? {
        let names = (try? await host.files.list(root)) ?? []
        if let newer = names.compactMap({ Int($0) }).filter({ $0 > JournalContents.format }).max() {
            throw JournalContents.NewerFormat(path: "\(root)/\(newer)", format: newer)
        }
        guard let bytes = try await read(journalPath) else { return nil }
        return try JournalContents(bytes, path: journalPath, format: JournalContents.format)
    }

    private func loadFirstFormat() async throws -> Contents {
        let (files, damaged) = await DomainFiles(directory: Self.domains(in: root), host: host, log: log).read()
        let path = Self.journalPath(in: root)
        guard let bytes = try await read(path) else {
            return Contents(journal: .empty, files: files, damagedFiles: damaged, format: 1)
        }
        return Contents(
            journal: try JournalContents(bytes, path: path, format: 1), files: files,
            damagedFiles: damaged, format: 1)
    }

    /// - Returns: nil when there is no such file.
    private func read(_ path: String) async throws(FileError) -> [UInt8]? {
        do {
            return try await host.files.read(path, limit: Journal.maximumSize)
        } catch {
            guard error.reason == .notFound else { throw error }
            return nil
        }
    }
}

extension Plan {
    /// Looked for without comparing steps, which are large.
    fileprivate var endsDefinition: Bool { steps.contains { if case .undefine = $0 { true } else { false } } }
}
