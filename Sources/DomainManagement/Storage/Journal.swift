import HostInterface
import SExpressions

/// The journal: an append-only file of s-expressions, one a line, that is the truth about what xend knows (manual, decision 5).
///
/// `append` returns when its entries are durable. Entries that arrive while others are being synced share the next sync: many
/// operations, one fsync.
actor Journal {
    /// Beyond this the journal is written anew from what is known.
    static let compactionSize = 4 * 1024 * 1024
    /// A journal larger than this is no journal of ours.
    static let maximumSize = 256 * 1024 * 1024

    /// More notes of scripts than this are not carried over: older ones have ended, by their time-out at the latest.
    static let notesKept = 1024

    private let path: String
    private let files: any FileStore
    private let tasks: any TaskSpawner
    private var file: (any AppendableFile)?
    /// Bytes known to be durable.
    private var length = 0
    private var waiting: [UInt8] = []
    private var waiters: [CheckedContinuation<FileError?, Never>] = []
    private var isWriting = false
    private var snapshot: (@Sendable () async -> [SExpression])?
    /// Notes that nobody else keeps.
    private var notes: [SExpression] = []

    init(path: String, host: Host) {
        self.path = path
        files = host.files
        tasks = host.tasks
    }

    /// What an earlier daemon wrote. A last line that is not whole was being written when the power failed, and counts as not
    /// written.
    func load() async throws(FileError) -> (entries: [SExpression], damaged: Int) {
        let bytes: [UInt8]
        do {
            bytes = try await files.read(path, limit: Self.maximumSize)
        } catch {
            guard error.reason == .notFound else { throw error }
            return ([], 0)
        }
        var entries: [SExpression] = []
        var damaged = 0
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let tail = lines.popLast() ?? []
        for line in lines where !line.isEmpty {
            if let entry = try? SExpression.parseAll(line), entry.count == 1 { entries += entry } else { damaged += 1 }
        }
        if !tail.isEmpty { damaged += 1 }
        return (entries, damaged)
    }

    /// Starts a new journal with these entries, in place of the old one.
    ///
    /// - Parameter snapshot: what a journal that begins now has to contain; asked when the journal has grown.
    func begin(
        with entries: [SExpression], snapshot: @escaping @Sendable () async -> [SExpression]
    ) async throws(FileError) {
        self.snapshot = snapshot
        try await rewrite(entries)
    }

    private func rewrite(_ entries: [SExpression]) async throws(FileError) {
        var bytes: [UInt8] = []
        for entry in entries { Self.write(entry, into: &bytes) }
        try await files.replace(path, with: bytes)
        await file?.close()
        file = try await files.openForAppending(path)
        length = bytes.count
    }

    /// Appends a note that stays when the journal is written anew.
    func append(note: SExpression) async throws(FileError) {
        notes.append(note)
        if notes.count > 2 * Self.notesKept { notes.removeFirst(Self.notesKept) }
        try await append([note])
    }

    /// Appends entries; returns when they are durable.
    /// - Throws: the error of the file; then none of the entries counts.
    func append(_ entries: [SExpression]) async throws(FileError) {
        for entry in entries { Self.write(entry, into: &waiting) }
        let error = await withCheckedContinuation { continuation in
            waiters.append(continuation)
            // The task that finds nobody writing writes for all who come meanwhile.
            if !isWriting { startWriting() }
        }
        if let error { throw error }
    }

    private static func write(_ entry: SExpression, into bytes: inout [UInt8]) {
        entry.write(into: &bytes)
        bytes.append(UInt8(ascii: "\n"))
    }

    private func startWriting() {
        isWriting = true
        tasks.spawn { [weak self] in await self?.writeAll() }
    }

    private func writeAll() async {
        while !waiters.isEmpty {
            let bytes = waiting
            let served = waiters
            waiting = []
            waiters = []
            var failure: FileError?
            do {
                try await commit(bytes)
            } catch {
                failure = error
            }
            for waiter in served { waiter.resume(returning: failure) }
        }
        isWriting = false
    }

    private func commit(_ bytes: [UInt8]) async throws(FileError) {
        guard let file else { throw FileError("write", path, .notFound) }
        do {
            try await file.append(bytes)
            try await file.sync()
            length += bytes.count
        } catch {
            // What was half written must not be taken for an entry later.
            try? await file.truncate(to: length)
            throw error
        }
        if length > Self.compactionSize, let snapshot {
            // A journal that cannot be written anew just stays long.
            try? await rewrite(await snapshot() + notes.suffix(Self.notesKept))
        }
    }

    func close() async {
        await file?.close()
        file = nil
    }
}
