import Glibc
import HostInterface
import SystemPackage

/// The file that says which process is xend: its pid in decimal, without a line end, as the original wrote it.
///
/// The daemon holds a lock on it while it lives, so that two that start at once cannot both win.
public struct PidFile: Sendable {
    /// A daemon that runs. Giving it up releases the lock.
    public final class Holding: Sendable {
        private let file: FileDescriptor
        private let path: String

        fileprivate init(_ file: FileDescriptor, _ path: String) {
            self.file = file
            self.path = path
        }

        /// Removes the file: the daemon is about to end.
        public func release() { unlink(path) }

        deinit { try? file.close() }
    }

    /// Milliseconds to wait for somebody who looks at the file.
    private static let attemptLimit = 200

    private let path: String
    private let shownPath: String

    /// - Parameters:
    ///   - path: of the file.
    ///   - root: in front of it, for tests.
    public init(path: String = "/var/run/xend.pid", root: HostRoot = HostRoot()) {
        shownPath = path
        self.path = root.file(path)
    }

    /// The process that is xend; nil when none is. A file left behind by one that has died is removed.
    public func runningProcess() -> ScriptProcess? {
        guard let file = try? Blocking.open(path, .readWrite, []) else { return nil }
        defer { try? file.close() }
        if flock(file.rawValue, LOCK_EX | LOCK_NB) == 0 {
            // Nobody holds it, so whatever process has this pid now is another.
            if isStillThere(file) { unlink(path) }
            return nil
        }
        guard let pid = PidFile.pid(in: file), let status = ProcessStatus(pid: pid), !status.isZombie else {
            return nil
        }
        return ScriptProcess(pid: pid, startTime: status.startTime)
    }

    /// Makes this process the one that is xend.
    /// - Throws: `exists` when another one is.
    public func take() throws(FileError) -> Holding {
        try attempt("take", shownPath) {
            try Blocking.makeDirectory(FilePath(path).removingLastComponent().string)
            var attempts = 0
            while true {
                let file = try FileDescriptor.open(
                    FilePath(path), .readWrite, options: [.create, .closeOnExec],
                    permissions: [.ownerReadWrite, .groupRead, .otherRead])
                guard flock(file.rawValue, LOCK_EX | LOCK_NB) == 0 else {
                    defer { try? file.close() }
                    if let pid = PidFile.pid(in: file), pid != getpid(), ProcessStatus(pid: pid) != nil {
                        throw Errno.fileExists
                    }
                    // Somebody who only looks holds the lock, or one that has not written its pid yet: a moment.
                    attempts += 1
                    guard attempts < PidFile.attemptLimit else { throw Errno.fileExists }
                    usleep(1000)
                    continue
                }
                // One that just ended may have removed the file between our opening and locking it.
                guard isStillThere(file) else {
                    try? file.close()
                    continue
                }
                try check { ftruncate(file.rawValue, 0) }
                _ = try file.writeAll(String(getpid()).utf8)
                return Holding(file, path)
            }
        }
    }

    private func isStillThere(_ file: FileDescriptor) -> Bool {
        var there = stat()
        guard let ours = try? Blocking.status(file), stat(path, &there) == 0 else { return false }
        return ours.st_ino == there.st_ino && ours.st_dev == there.st_dev
    }

    private static func pid(in file: FileDescriptor) -> pid_t? {
        guard let bytes = try? Blocking.chunk(file, 32) else { return nil }
        return pid_t(String(decoding: bytes, as: UTF8.self).trimmingASCIIBlanks)
    }
}

extension String {
    fileprivate var trimmingASCIIBlanks: Substring {
        var text = self[...]
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
