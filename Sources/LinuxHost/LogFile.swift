import Glibc
import HostInterface
import SystemPackage

/// The file behind a log, and the old ones. On a thread of its own.
actor LogFile {
    /// A busy daemon writes many lines at once: the first of them waits so long for others, in microseconds. Nobody notices, and a
    /// thousand lines cost one write.
    private static let gathering: UInt32 = 20_000

    private let thread = BlockingThread()
    private let path: String
    private let limits: RotatingLog.Limits
    private let queue: LogQueue
    private var file: FileDescriptor?
    private var size = 0
    /// Lines that could not be written since the last that could.
    private var unwritten = 0
    /// How far local time was ahead of UTC in the second of the last line: most lines share theirs.
    private var offset: (second: Int64, ahead: Duration)?

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    init(path: String, limits: RotatingLog.Limits, queue: LogQueue) {
        self.path = path
        self.limits = limits
        self.queue = queue
    }

    deinit { try? file?.close() }

    /// Writes everything queued, and what comes in the next moment. The log's own thread waits: a timer would wake three.
    nonisolated func emptySoon() {
        LinuxTasks.spawn(on: thread) { [self] in
            usleep(Self.gathering)
            await empty()
        }
    }

    /// Writes everything queued.
    func empty() {
        while let (lines, lost) = queue.take() {
            // Somebody may have moved or removed the file: xend writes where its configuration says.
            if !isWhereItShould { reopen() }
            unwritten += write(lines) + lost
            // There is nobody to tell but the log itself, as soon as it can be written again.
            if unwritten > 0, let last = lines.last, write([last.gap(of: unwritten)]) == 0 {
                unwritten = 0
            }
        }
    }

    /// The newest whole lines, at most `limit` bytes, going back into the old files.
    func newest(limit: Int) -> [UInt8] {
        empty()
        var bytes: [UInt8] = []
        for number in 0...limits.oldFiles where bytes.count < limit {
            guard let part = try? Blocking.tail(name(number), limit: limit - bytes.count) else { break }
            bytes = part + bytes
        }
        return LogFile.wholeLines(bytes, limit: limit)
    }

    /// Writes lines, as many at once as fit into the file before it is put aside.
    /// - Returns: how many could not be written.
    private func write(_ lines: [any LogEntry]) -> Int {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(lines.count * Self.usualLength)
        var (waiting, lost) = (0, 0)
        for line in lines {
            let start = bytes.count
            line.write(into: &bytes, ahead: localOffset(line.time))
            bytes.append(UInt8(ascii: "\n"))
            if size + start > 0, size + bytes.count > limits.size {
                if !write(bytes.prefix(start)) { lost += waiting }
                bytes.removeFirst(start)
                waiting = 0
                rotate()
            }
            waiting += 1
        }
        return write(bytes[...]) ? lost : lost + waiting
    }

    /// Returns whether the bytes are in the file, all of them.
    private func write(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let file else { return false }
        do {
            size += try file.writeAll(bytes)
            return true
        } catch {
            _ = ftruncate(file.rawValue, size)
            return false
        }
    }

    /// `.5` is overwritten, `.4` becomes `.5` … the file becomes `.1`.
    private func rotate() {
        for number in stride(from: limits.oldFiles, to: 0, by: -1) { rename(name(number - 1), name(number)) }
        if limits.oldFiles == 0 { unlink(path) }
        reopen()
    }

    private func reopen() {
        try? file?.close()
        file = nil
        try? Blocking.makeDirectory(FilePath(path).removingLastComponent().string)
        file = try? Blocking.open(path, .writeOnly, [.create, .append])
        size = file.flatMap { try? Int(Blocking.status($0).st_size) } ?? 0
    }

    private var isWhereItShould: Bool {
        var there = stat()
        guard let file, let ours = try? Blocking.status(file), stat(path, &there) == 0 else { return false }
        return ours.st_ino == there.st_ino && ours.st_dev == there.st_dev
    }

    private func name(_ number: Int) -> String { number == 0 ? path : "\(path).\(number)" }

    private static func wholeLines(_ bytes: [UInt8], limit: Int) -> [UInt8] {
        guard bytes.count >= limit, let end = bytes.firstIndex(of: 0x0a) else { return bytes }
        return Array(bytes[(end + 1)...])
    }

    /// How far this machine's local time was ahead of UTC at a time.
    private func localOffset(_ time: WallTime) -> Duration {
        let second = Int64(time.nanoseconds / 1_000_000_000)
        if let offset, offset.second == second { return offset.ahead }
        var seconds = time_t(second)
        var local = tm()
        localtime_r(&seconds, &local)
        let ahead = Duration.seconds(local.tm_gmtoff)
        offset = (second, ahead)
        return ahead
    }

    /// Bytes of most lines: the room that is made for each.
    private static let usualLength = 256
}

extension Blocking {
    /// The last bytes of a file, at most `limit`.
    static func tail(_ path: String, limit: Int) throws -> [UInt8] {
        try withFile(path, .readOnly, []) { file in
            let size = try Int(status(file).st_size)
            let count = min(size, limit)
            return try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
                initialized = try file.read(
                    fromAbsoluteOffset: Int64(size - count), into: UnsafeMutableRawBufferPointer(buffer))
            }
        }
    }
}
