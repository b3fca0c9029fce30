import Glibc
import HostInterface
import SystemPackage

/// A file is larger than its reader allows; no errno says so.
struct TooLarge: Error {
    var limit: Int
}

/// The blocking calls behind `LinuxFiles`. Each throws `Errno` or `TooLarge`.
enum Blocking {
    /// Opens a regular file or a block device, close-on-exec, never waiting for a peer as a FIFO would.
    static func open(
        _ path: String, _ mode: FileDescriptor.AccessMode, _ options: FileDescriptor.OpenOptions
    ) throws -> FileDescriptor {
        let file = try FileDescriptor.open(
            FilePath(path), mode, options: options.union([.closeOnExec, .nonBlocking]),
            permissions: LinuxFiles.permissions)
        do {
            switch try status(file).st_mode & S_IFMT {
            case S_IFREG, S_IFBLK: return file
            case S_IFDIR: throw Errno.isDirectory
            default: throw Errno.invalidArgument
            }
        } catch {
            try? file.close()
            throw error
        }
    }

    /// Opens, uses and closes a file.
    static func withFile<Value>(
        _ path: String, _ mode: FileDescriptor.AccessMode, _ options: FileDescriptor.OpenOptions,
        _ body: (FileDescriptor) throws -> Value
    ) throws -> Value {
        let file = try open(path, mode, options)
        return try file.closeAfter { try body(file) }
    }

    static func read(_ path: String, limit: Int) throws -> [UInt8] {
        try withFile(path, .readOnly, []) { file in
            // A file of /proc says size 0: the size is a hint, the limit counts.
            let expected = try Int(status(file).st_size)
            guard expected <= limit else { throw TooLarge(limit: limit) }
            var bytes: [UInt8] = []
            bytes.reserveCapacity(expected)
            while true {
                let chunk = try self.chunk(file, min(64 * 1024, limit + 1 - bytes.count))
                if chunk.isEmpty { return bytes }
                bytes += chunk
                guard bytes.count <= limit else { throw TooLarge(limit: limit) }
            }
        }
    }

    /// Up to `count` bytes from where the file stands; empty at the end.
    static func chunk(_ file: FileDescriptor, _ count: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try chunk(file, count, into: &bytes)
        return bytes
    }

    /// As `chunk`, into the memory of a piece that nobody has any more; it is another's if somebody has.
    static func chunk(_ file: FileDescriptor, _ count: Int, into piece: inout [UInt8]) throws {
        piece.removeAll(keepingCapacity: true)
        try piece.append(addingCapacity: count) { span in
            try span.withUnsafeMutableBufferPointer { buffer, initialized in
                let room = UnsafeMutableRawBufferPointer(buffer)
                initialized = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: room[..<count]))
            }
        }
    }

    static func status(_ file: FileDescriptor) throws(Errno) -> stat {
        var status = stat()
        try check { fstat(file.rawValue, &status) }
        return status
    }

    static func syncDirectory(_ path: String) throws {
        let directory = try FileDescriptor.open(FilePath(path), .readOnly, options: [.directory, .closeOnExec])
        _ = try directory.closeAfter { try check { fsync(directory.rawValue) } }
    }

    /// Makes a directory and those above it; the names of new ones are durable.
    static func makeDirectory(_ path: String) throws {
        var status = stat()
        if stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFDIR else { throw Errno.fileExists }
            return
        }
        let parent = FilePath(path).removingLastComponent()
        if !parent.isEmpty { try makeDirectory(parent.string) }
        // Somebody else may have made it meanwhile.
        if mkdir(path, 0o755) != 0, errno != EEXIST { throw Errno(rawValue: errno) }
        if !parent.isEmpty { try syncDirectory(parent.string) }
    }

    /// The names in a directory but `.` and `..`, sorted by bytes. Names that are not UTF-8 are repaired, so they
    /// cannot be opened again; the daemon writes none.
    static func list(_ path: String) throws -> [String] {
        guard let directory = opendir(path) else { throw Errno(rawValue: errno) }
        defer { closedir(directory) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(directory) else { break }
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        if errno != 0 { throw Errno(rawValue: errno) }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}
