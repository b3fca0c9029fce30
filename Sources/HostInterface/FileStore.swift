/// Files of a host. Paths are absolute; an implementation may put a root in front of them.
///
/// The calls are as low as the kernel's so that "written", "synced" and "renamed" are different moments, at each of which
/// the power may fail. `FileStore+Atomic.swift` builds the safe ways to write upon them.
public protocol FileStore: Sendable {
    /// The contents of a file.
    /// - Throws: `tooLarge` beyond `limit` bytes.
    func read(_ path: String, limit: Int) async throws(FileError) -> [UInt8]
    /// Creates or truncates `path` and writes `bytes`. Nothing is durable before `sync`.
    func write(_ path: String, _ bytes: [UInt8]) async throws(FileError)
    /// Makes the contents of a file durable (fsync).
    func sync(_ path: String) async throws(FileError)
    /// Replaces `target` by `path` in one step. Durable after `syncDirectory`.
    func rename(_ path: String, to target: String) async throws(FileError)
    /// Makes the names in a directory durable.
    func syncDirectory(_ path: String) async throws(FileError)
    /// Removes a file. A missing one is an error.
    func remove(_ path: String) async throws(FileError)
    /// Makes a directory and those above it; no error when it exists.
    func makeDirectory(_ path: String) async throws(FileError)
    /// The names in a directory, sorted by bytes.
    func list(_ path: String) async throws(FileError) -> [String]
    /// What stands at `path`, following links; nil when there is nothing.
    func information(_ path: String) async throws(FileError) -> FileInformation?
    /// What stands at the path of a kernel or ramdisk. Only on a simulated host, where kernels are no files, is this another
    /// question than `information`.
    func imageInformation(_ path: String) async throws(FileError) -> FileInformation?

    /// Opens a file to append to, created when missing. Close-on-exec.
    func openForAppending(_ path: String) async throws(FileError) -> any AppendableFile
    /// Creates or truncates a file for writing front to back, with holes. Close-on-exec.
    func openForWriting(_ path: String) async throws(FileError) -> any WritableFile
    /// Opens a file for reading front to back. Close-on-exec.
    func openForReading(_ path: String) async throws(FileError) -> any ReadableFile
}

extension FileStore {
    /// For a store in which images are files like others.
    public func imageInformation(_ path: String) async throws(FileError) -> FileInformation? {
        try await information(path)
    }
}

/// A file open for appending: the journal.
public protocol AppendableFile: Sendable {
    /// Adds to the end. When it throws, some of the bytes may be there.
    func append(_ bytes: [UInt8]) async throws(FileError)
    /// Returns when what was appended would survive a loss of power.
    func sync() async throws(FileError)
    /// Cuts the file to `length` bytes; later appends go there.
    func truncate(to length: Int) async throws(FileError)
    /// Idempotent.
    func close() async
}

/// A file being written front to back: a save image.
public protocol WritableFile: Sendable {
    /// Adds to the end. When it throws, some of the bytes may be there.
    func write(_ bytes: [UInt8]) async throws(FileError)
    /// Leaves `count` zero bytes unwritten where the file system can.
    func skip(_ count: Int) async throws(FileError)
    /// Writes pieces one after another, as one request: an image has thousands.
    func write(_ pieces: [FilePiece]) async throws(FileError)
    /// Returns when the contents would survive a loss of power; the file's name has its own
    /// ``FileStore/syncDirectory(_:)``.
    func sync() async throws(FileError)
    /// Idempotent. Says nothing about what is on the disk.
    func close() async
}

extension WritableFile {
    /// One after the other, for files that know no better way.
    public func write(_ pieces: [FilePiece]) async throws(FileError) {
        for piece in pieces {
            switch piece {
            case .bytes(let bytes): try await write(Array(bytes))
            case .zeroes(let count): try await skip(count)
            }
        }
    }
}

/// A file being read front to back.
public protocol ReadableFile: Sendable {
    /// Up to `count` bytes; empty at the end.
    func read(_ count: Int) async throws(FileError) -> [UInt8]
    /// Whether the file is one of the kernel's, which can `send`.
    var canSend: Bool { get }
    /// Writes what comes next, `count` bytes at most, into a pipe that does not block, without taking it into memory.
    /// - Returns: how many bytes, 0 at the end of the file or when nobody reads from the pipe; nil when the pipe takes none now.
    func send(_ count: Int, to pipe: Int32) async throws(FileError) -> Int?
    /// Idempotent.
    func close() async
}

extension ReadableFile {
    /// Not, unless the file says so.
    public var canSend: Bool { false }
    /// Nothing: whoever asks reads and writes by himself.
    public func send(_ count: Int, to pipe: Int32) async throws(FileError) -> Int? { 0 }
}

/// What stands at a path.
public struct FileInformation: Hashable, Sendable {
    /// What a path leads to, links followed.
    public enum Kind: Hashable, Sendable {
        /// Devices, sockets and pipes are `other`.
        case file, directory, other
        /// The number as Linux packs it into 32 bits (st_rdev): minor bits 0–7 and 20–31, major bits 8–19; so major · 256 + minor
        /// as long as the minor is below 256.
        case blockDevice(number: UInt32)
    }
    /// What it is.
    public var kind: Kind
    /// Bytes; of a block device its capacity.
    public var size: UInt64
    /// When its contents changed last.
    public var modified: WallTime
    /// Which one it is; nil for what is not kept as a file (kernels of a simulated machine).
    public var identity: FileIdentity?

    public init(kind: Kind, size: UInt64, modified: WallTime, identity: FileIdentity? = nil) {
        self.kind = kind
        self.size = size
        self.modified = modified
        self.identity = identity
    }
}

/// Why a file operation failed: what was attempted, on which path, the system's reason.
public struct FileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Why, as far as it makes a difference to whoever asked.
    public enum Reason: Hashable, Sendable {
        /// `noSpace` also stands for a quota, `notPermitted` for a file system that is read-only.
        case notFound, exists, noSpace, notPermitted, isDirectory
        /// It has more bytes than the reader would take.
        case tooLarge(limit: Int)
        /// The handle belongs to a daemon that has been killed (simulation only).
        case fenced
        /// Any other errno, with its text.
        case system(errno: Int32, text: String)
    }
    /// What was being done: completes "cannot …".
    public var action: String
    /// To which file.
    public var path: String
    /// Why not.
    public var reason: Reason

    public init(_ action: String, _ path: String, _ reason: Reason) {
        self.action = action
        self.path = path
        self.reason = reason
    }

    public var description: String { "cannot \(action) \(path): \(reason.text)" }
}

extension FileError.Reason {
    /// The reason in words.
    public var text: String {
        switch self {
        case .notFound: "no such file or directory"
        case .exists: "it exists already"
        case .noSpace: "no space left on device"
        case .notPermitted: "permission denied"
        case .isDirectory: "it is a directory"
        case .tooLarge(let limit): "it is larger than \(limit) bytes"
        case .fenced: "the daemon has been killed"
        case .system(_, let text): text
        }
    }
}
