import HostInterface
import Logging

/// The journal: an append-only file of numbered lines that is the truth about what xend knows (manual, decision 5).
///
/// `append` returns when its entries are written: then they survive the daemon's death. Those that must survive a power cut too are
/// also synced; for all others a sync follows soon, for which nobody waits. Entries that arrive while others are being written
/// share the next write.
///
/// After a write that failed the file is cut back to its last whole line, and until it is nothing is appended.
actor Journal {
    enum Durability: Sendable {
        /// Survives the daemon.
        case written
        /// Survives the machine.
        case synced
    }

    /// Beyond this the journal is written anew from what is known. Bytes.
    static let compactionSize = 4 * 1024 * 1024
    /// A journal larger than this is no journal of ours. Bytes.
    static let maximumSize = 256 * 1024 * 1024
    /// More notes of scripts than this are not carried over: older ones have ended, by their time-out at the latest.
    static let notesKept = 1024
    /// What is written is synced so much later at the latest: a power cut then takes away less than anybody remembers.
    static let syncDelay = Duration.milliseconds(50)
    /// Of more debts only the newest are kept: what is not told of the others the next daemon sees for itself.
    static let owedKept = 4096
    /// Between two attempts to write a journal anew that a disk has refused.
    static let repairInterval = Duration.seconds(5)

    /// The present entries of everything that is known, in order.
    typealias Snapshot = @Sendable () async -> [JournalEntry]

    private struct Request {
        var entries: [JournalEntry]
        var durability: Durability
        var continuation: CheckedContinuation<Result<UInt64, FileError>, Never>
    }

    /// A journal that is being written anew beside the old one.
    private struct Compaction {
        /// What has been appended to the old one since.
        var appended: [JournalEntry] = []
        var hasSynced = false
        /// The new file, when it has all that was known when it began.
        var file: (any AppendableFile)?
        var length = 0
        var next: UInt64 = 0
    }

    private nonisolated let executor: any SerialExecutor
    nonisolated let unownedExecutor: UnownedSerialExecutor
    private let path: String
    private let files: any FileStore
    private let tasks: any TaskSpawner
    private let clock: any HostClock
    private let log: Logger
    private var file: (any AppendableFile)?
    /// Bytes of whole lines.
    private var length = 0
    /// Something may stand behind them.
    private var isTailTorn = false
    /// The number of the next entry.
    private var next: UInt64 = 1
    private var requests: [Request] = []
    private var isWriting = false
    private var isSyncDue = false
    private var isRetryDue = false
    /// A sync has failed since the journal was last written anew.
    private var isDoubtful = false
    private var snapshot: Snapshot?
    private var compaction: Compaction?
    /// Notes that nobody else keeps.
    private var notes: [JournalEntry] = []
    /// What a full disk has not taken yet.
    private var owed: [JournalEntry] = []

    private var newPath: String { path + ".new" }

    init(path: String, host: Host, log: Logger) {
        executor = host.tasks.serialExecutor()
        unownedExecutor = executor.asUnownedSerialExecutor()
        self.path = path
        files = host.files
        tasks = host.tasks
        clock = host.clock
        self.log = log
    }

    // MARK: - Beginning

    /// Looks whether the journal could be written anew and appended to. A full disk passes: it may be emptied.
    ///
    /// - Throws: the error of the file; the journal is as it was.
    func check() async throws(FileError) {
        do {
            try await files.write(newPath, [])
            try await files.remove(newPath)
            guard try await files.information(path) != nil else { return }
            let file = try await files.openForAppending(path)
            await file.close()
        } catch {
            guard error.reason == .noSpace else { throw error }
        }
    }

    /// Starts a new journal with these entries, in place of the old one. Where the disk is full the old one is appended to.
    ///
    /// - Parameters:
    ///   - entries: what it begins with.
    ///   - old: what stands there.
    ///   - snapshot: what a journal that begins now has to contain; asked when the journal has grown.
    /// - Returns: the number of the first entry; nil when the disk is full.
    /// - Throws: when nothing can be written, for another reason than a full disk.
    func begin(
        with entries: [JournalEntry], after old: JournalContents, snapshot: @escaping Snapshot
    ) async throws(FileError) -> UInt64? {
        self.snapshot = snapshot
        next = max(old.entries.last?.number ?? 0, old.missing.last?.upperBound ?? 0) + 1
        let first = next + 1
        do {
            try await rewrite(entries)
            return first
        } catch {
            guard error.reason == .noSpace else { throw error }
            try? await files.removeIfPresent(newPath)
            log.error("\(error): what xend does is not recorded until there is space again")
            guard old.wholeLength > 0 else { return nil }
            file = try await files.openForAppending(path)
            length = old.wholeLength
            isTailTorn = true
            retrySoon()
            await settleOld()
            return nil
        }
    }

    /// A daemon that died may have put the journal into its place and not lived to sync that.
    private func settleOld() async {
        do {
            try await file?.sync()
            try await files.syncDirectory(files.directory(of: path))
        } catch {
            doubt(error)
        }
    }

    private func rewrite(_ entries: [JournalEntry]) async throws(FileError) {
        var number = next
        let bytes = Self.lines(ofNew: entries, &number)
        try await files.write(newPath, bytes)
        try await files.sync(newPath)
        try await files.rename(newPath, to: path)
        // What is known says what was owed, too.
        owed = []
        try await adopt(bytes.count, next: number)
    }

    /// Goes on in the file that has just taken the journal's name: from here on it is the journal, whatever else fails.
    private func adopt(_ length: Int, next: UInt64) async throws(FileError) {
        await file?.close()
        // Should it not open, it is written anew once more before anything is appended.
        file = nil
        file = try await files.openForAppending(path)
        (self.length, self.next, isTailTorn) = (length, next, false)
        do {
            try await files.syncDirectory(files.directory(of: path))
        } catch {
            doubt(error)
        }
    }

    /// Of a journal that takes its place whole.
    private static func lines(ofNew entries: [JournalEntry], _ number: inout UInt64) -> [UInt8] {
        lines([JournalEntry(JournalContents.head(whole: number + UInt64(entries.count)))] + entries, &number)
    }

    private static func lines(_ entries: [JournalEntry], _ number: inout UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(entries.reduce(0) { $0 + $1.text.count + NumberedLine.longestFrame })
        for entry in entries {
            NumberedLine.write(entry.text[...], number: number, into: &bytes)
            number += 1
        }
        return bytes
    }

    // MARK: - Appending

    /// Appends a note that stays when the journal is written anew.
    func append(note: JournalEntry) async throws(FileError) {
        notes.append(note)
        if notes.count > 2 * Self.notesKept { notes.removeFirst(Self.notesKept) }
        try await append([note])
    }

    /// Appends entries; returns when they are written or, where one of them outlives a reboot of the machine, synced.
    /// - Returns: the number of the first.
    /// - Throws: the error of the file; then none of the entries counts.
    @discardableResult
    func append(
        _ entries: [JournalEntry], durability least: Durability = .written
    ) async throws(FileError) -> UInt64 {
        let durability: Durability = entries.contains(where: \.outlivesReboot) ? .synced : least
        guard isWriting else { return try await writeAlone(entries, isSynced: durability == .synced) }
        let result = await withCheckedContinuation { continuation in
            requests.append(Request(entries: entries, durability: durability, continuation: continuation))
        }
        return try result.get()
    }

    /// Who finds nobody writing writes himself, which nearly all do: a task for it would cost as much as the writing. For those who come
    /// meanwhile there is one.
    private func writeAlone(_ entries: [JournalEntry], isSynced: Bool) async throws(FileError) -> UInt64 {
        isWriting = true
        defer { if requests.isEmpty, !isCompactionDue { isWriting = false } else { startWriting() } }
        return try await write(entries, isSynced: isSynced)
    }

    /// Keeps entries that could not be written for want of space until there is some.
    func owe(_ entries: [JournalEntry]) {
        owed += entries
        if owed.count > Self.owedKept { owed.removeFirst(owed.count - Self.owedKept) }
        retrySoon()
    }

    /// What is owed is written, and a torn end cut off, also when nobody has anything to record.
    private func retrySoon() {
        guard !isRetryDue, snapshot != nil else { return }
        isRetryDue = true
        weak let journal = self
        let clock = clock
        tasks.spawn {
            try? await clock.sleep(for: Self.repairInterval)
            await journal?.retry()
        }
    }

    private func retry() async {
        isRetryDue = false
        guard isTailTorn || !owed.isEmpty else { return }
        do throws(FileError) {
            try await append([])
        } catch {
            if error.reason != .fenced { retrySoon() }
        }
    }

    private func startWriting() {
        isWriting = true
        weak let journal = self
        tasks.spawn { await journal?.writeAll() }
    }

    private func writeAll() async {
        repeat {
            let batch = requests
            requests = []
            if !batch.isEmpty { await serve(batch) }
            await compactWhereDue()
        } while !requests.isEmpty
        isWriting = false
    }

    private func serve(_ batch: [Request]) async {
        do {
            var number = try await write(
                batch.flatMap(\.entries), isSynced: batch.contains { $0.durability == .synced })
            for request in batch {
                request.continuation.resume(returning: .success(number))
                number += UInt64(request.entries.count)
            }
        } catch {
            for request in batch { request.continuation.resume(returning: .failure(error)) }
        }
    }

    /// - Returns: the number of the first entry.
    private func write(_ new: [JournalEntry], isSynced: Bool) async throws(FileError) -> UInt64 {
        let file = try await ready()
        let debts = owed
        let entries = debts.isEmpty ? new : debts + new
        let first = next + UInt64(debts.count)
        var number = next
        let bytes = Self.lines(entries, &number)
        do {
            try await file.append(bytes)
            if isSynced { try await file.sync() }
        } catch {
            isTailTorn = true
            // At once, lest the next daemon take it for entries.
            do { try await cut() } catch { retrySoon() }
            throw error
        }
        length += bytes.count
        next = number
        owed.removeFirst(min(debts.count, owed.count))
        compaction?.appended += entries
        if isSynced { compaction?.hasSynced = true } else { syncSoon() }
        return first
    }

    /// The file, with nothing behind its last whole line.
    private func ready() async throws(FileError) -> any AppendableFile {
        if file == nil, let snapshot { try await rewrite(await snapshot() + notes.suffix(Self.notesKept)) }
        guard let file else { throw FileError("write", path, .notFound) }
        if isTailTorn { try await cut() }
        return file
    }

    private func cut() async throws(FileError) {
        try await file?.truncate(to: length)
        try await file?.sync()
        isTailTorn = false
    }

    // MARK: - Syncing

    private func syncSoon() {
        guard !isSyncDue else { return }
        isSyncDue = true
        weak let journal = self
        let clock = clock
        tasks.spawn {
            try? await clock.sleep(for: Self.syncDelay)
            await journal?.sync()
        }
    }

    private func sync() async {
        isSyncDue = false
        do {
            try await file?.sync()
        } catch {
            doubt(error)
        }
    }

    /// The kernel may have given up pages that never reached the disk: only a file written anew is whole for certain.
    private func doubt(_ error: FileError) {
        guard file != nil, error.reason != .fenced else { return }
        if !isDoubtful {
            log.error("\(error): a power cut now would lose what was recorded last; the journal is written anew")
        }
        isDoubtful = true
        startCompaction()
    }

    // MARK: - Writing anew

    /// A journal that was written anew waits to take its place, or this one has grown too long.
    private var isCompactionDue: Bool { compaction.map { $0.file != nil } ?? (length > Self.compactionSize) }

    private func compactWhereDue() async {
        if let done = compaction, done.file != nil { await swap(done) }
        if length > Self.compactionSize, compaction == nil { startCompaction() }
    }

    /// Beside the old journal, which goes on: nobody waits for it.
    private func startCompaction() {
        guard compaction == nil, let snapshot else { return }
        compaction = Compaction(next: next)
        weak let journal = self
        tasks.spawn {
            let known = await snapshot()
            await journal?.compact(known)
        }
    }

    private func compact(_ known: [JournalEntry]) async {
        guard var number = compaction?.next else { return }
        let bytes = Self.lines(ofNew: known + notes.suffix(Self.notesKept), &number)
        do {
            try await files.write(newPath, bytes)
            try await files.sync(newPath)
            compaction?.file = try await files.openForAppending(newPath)
            compaction?.length = bytes.count
            compaction?.next = number
            // Whoever writes next takes it up; if nobody does, we.
            if !isWriting { startWriting() }
        } catch {
            giveUpCompaction(error)
        }
    }

    /// Puts the new journal in the place of the old one, with what has been appended meanwhile.
    private func swap(_ done: Compaction) async {
        guard let new = done.file else { return }
        var number = done.next
        let bytes = Self.lines(done.appended, &number)
        do {
            if !bytes.isEmpty { try await new.append(bytes) }
            if done.hasSynced { try await new.sync() }
            await new.close()
            try await files.rename(newPath, to: path)
        } catch {
            await new.close()
            return giveUpCompaction(error)
        }
        (compaction, isDoubtful) = (nil, false)
        do {
            try await adopt(done.length + bytes.count, next: number)
        } catch {
            log.error("the journal cannot be opened: \(error)")
        }
        if !bytes.isEmpty { syncSoon() }
    }

    /// A journal that cannot be written anew just stays long. It is tried again, not at once.
    private func giveUpCompaction(_ error: FileError) {
        guard error.reason != .fenced else { return }
        if !isDoubtful { log.error("the journal cannot be written anew: \(error)") }
        compaction?.file = nil
        weak let journal = self
        let clock = clock
        tasks.spawn {
            try? await clock.sleep(for: Self.repairInterval)
            await journal?.forgetCompaction()
        }
    }

    private func forgetCompaction() {
        compaction = nil
        if isDoubtful { startCompaction() }
    }

    func close() async {
        try? await file?.sync()
        await file?.close()
        file = nil
        snapshot = nil
    }
}
