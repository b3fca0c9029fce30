import HostInterface
import Synchronization

/// The files of a host, waited for only so long: a disk that hangs makes a transfer fail, and does not keep the domain.
///
/// A call that is not answered in time fails and is left behind; what it still does, it does for nobody. That must not be said of
/// `rename` and `syncDirectory`: they are waited for, for a save file that came into its place late would be that of a domain
/// which runs on.
struct PatientFiles: FileStore {
    let files: any FileStore
    let patience: Patience

    func openForReading(_ path: String) async throws(FileError) -> any ReadableFile {
        let (files, patience) = (files, patience)
        let file = try await patience.wait("open", path) { () throws(FileError) in try await files.openForReading(path)
        }
        return PatientFile(path: path, patience: patience, reading: file)
    }

    func openForWriting(_ path: String) async throws(FileError) -> any WritableFile {
        let (files, patience) = (files, patience)
        let file = try await patience.wait("open", path) { () throws(FileError) in try await files.openForWriting(path)
        }
        return PatientFile(path: path, patience: patience, writing: file)
    }

    func openForAppending(_ path: String) async throws(FileError) -> any AppendableFile {
        try await files.openForAppending(path)
    }

    func remove(_ path: String) async throws(FileError) {
        try await patience.wait("remove", path) { [files] () throws(FileError) in try await files.remove(path) }
    }

    func information(_ path: String) async throws(FileError) -> FileInformation? {
        try await patience.wait("look at", path) { [files] () throws(FileError) in try await files.information(path) }
    }

    func rename(_ path: String, to target: String) async throws(FileError) { try await files.rename(path, to: target) }
    func syncDirectory(_ path: String) async throws(FileError) { try await files.syncDirectory(path) }

    // Not for save files.
    func read(_ path: String, limit: Int) async throws(FileError) -> [UInt8] {
        try await files.read(path, limit: limit)
    }
    func write(_ path: String, _ bytes: [UInt8]) async throws(FileError) { try await files.write(path, bytes) }
    func sync(_ path: String) async throws(FileError) { try await files.sync(path) }
    func makeDirectory(_ path: String) async throws(FileError) { try await files.makeDirectory(path) }
    func list(_ path: String) async throws(FileError) -> [String] { try await files.list(path) }
}

/// A save file on a disk that may hang.
private struct PatientFile: WritableFile, ReadableFile {
    let path: String
    let patience: Patience
    var writing: (any WritableFile)?
    var reading: (any ReadableFile)?

    func write(_ bytes: [UInt8]) async throws(FileError) {
        try await patience.wait("write", path) { [writing] () throws(FileError) in try await writing?.write(bytes) }
    }

    func write(_ pieces: [FilePiece]) async throws(FileError) {
        try await patience.wait("write", path) { [writing] () throws(FileError) in try await writing?.write(pieces) }
    }

    // Nothing reaches the disk here.
    func skip(_ count: Int) async throws(FileError) { try await writing?.skip(count) }

    func sync() async throws(FileError) {
        try await patience.wait("sync", path) { [writing] () throws(FileError) in try await writing?.sync() }
    }

    func read(_ count: Int) async throws(FileError) -> [UInt8] {
        try await patience.wait("read", path) { [reading] () throws(FileError) in try await reading?.read(count) ?? [] }
    }

    var canSend: Bool { reading?.canSend ?? false }

    func send(_ count: Int, to pipe: Int32) async throws(FileError) -> Int? {
        try await patience.wait("read", path) { [reading] () throws(FileError) in
            try await reading?.send(count, to: pipe)
        }
    }

    /// Nobody needs to wait for it.
    func close() async {
        let (writing, reading) = (writing, reading)
        patience.tasks.spawn {
            await writing?.close()
            await reading?.close()
        }
    }
}

/// How long something is waited for.
struct Patience: Sendable {
    let limit: Duration
    let clock: any HostClock
    let tasks: any TaskSpawner

    /// Does what may never return, and cannot be cancelled.
    /// - Throws: what `body` throws, or that it was not answered in time. Then it goes on alone.
    func wait<Value: Sendable>(
        _ action: String, _ path: String, _ body: @escaping @Sendable () async throws(FileError) -> Value
    ) async throws(FileError) -> Value {
        let answer = Answer<Result<Value, FileError>>()
        return try await withCheckedContinuation { continuation in
            answer.expect(continuation)
            let (limit, clock) = (limit, clock)
            let timer = tasks.spawn {
                guard (try? await clock.sleep(for: limit)) != nil else { return }
                let why = "the disk has not answered within \(limit.inWords)"
                answer.give(.failure(FileError(action, path, .system(errno: FileError.timedOut, text: why))))
            }
            tasks.spawn {
                do throws(FileError) {
                    answer.give(.success(try await body()))
                } catch {
                    answer.give(.failure(error))
                }
                timer.cancel()
            }
        }.get()
    }
}

extension FileError {
    /// ETIMEDOUT
    fileprivate static let timedOut: Int32 = 110

    /// Whether the disk did not answer, so that what was asked of it may still be done.
    var isUnanswered: Bool {
        if case .system(Self.timedOut, _) = reason { true } else { false }
    }
}

/// The first of several answers.
private final class Answer<Value: Sendable>: Sendable {
    private let continuation = Mutex<CheckedContinuation<Value, Never>?>(nil)

    func expect(_ continuation: CheckedContinuation<Value, Never>) {
        self.continuation.withLock { $0 = continuation }
    }

    func give(_ value: Value) {
        let waiting = continuation.withLock { continuation in
            defer { continuation = nil }
            return continuation
        }
        waiting?.resume(returning: value)
    }
}
