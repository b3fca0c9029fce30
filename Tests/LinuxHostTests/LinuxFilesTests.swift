import Glibc
import HostInterface
import LinuxHost
import Testing

@Suite("Files of a Linux host") struct LinuxFilesTests {
    let directory = TemporaryDirectory()
    var files: LinuxFiles { LinuxFiles(root: directory.root) }

    @Test("what is written is read back, below the root") func writtenIsRead() async throws {
        try await files.makeDirectory("/var/xen/xend-db")
        try await files.write("/var/xen/xend-db/a", Array("one".utf8))
        try await files.write("/var/xen/xend-db/a", Array("2".utf8))
        #expect(try await files.read("/var/xen/xend-db/a", limit: 1) == Array("2".utf8))
        #expect(access(directory.path + "/var/xen/xend-db/a", F_OK) == 0)
        try await files.replace("/var/xen/xend-db/a", with: Array("three".utf8))
        #expect(try await files.read("/var/xen/xend-db/a", limit: 100) == Array("three".utf8))
        #expect(try await files.list("/var/xen/xend-db") == ["a"])
    }

    @Test("who still has a piece keeps what is in it when the next is read") func pieces() async throws {
        directory.put("/image", String((0..<100_000).map { Character("\($0 % 10)") }))
        let file = try await files.openForReading("/image")
        let first = try await file.read(30_003)
        let second = try await file.read(30_003)
        let last = try await file.read(100_000)
        #expect(first.count == 30_003 && second.count == 30_003 && last.count == 39_994)
        #expect(first + second + last == (0..<100_000).map { UInt8(ascii: "0") + UInt8($0 % 10) })
        #expect(try await file.read(1).isEmpty)
        await file.close()
    }

    @Test("no path leads above the root") func parents() async throws {
        let inner = LinuxFiles(root: HostRoot(files: directory.path + "/inner"))
        directory.put("/secret", "outside")
        directory.put("/inner/here", "inside")
        for path in ["/../secret", "/a/../../secret", "/../inner/../../secret", "/.././../secret"] {
            await #expect(throws: (any Error).self, "\(path)") { try await inner.read(path, limit: 100) }
        }
        for path in ["/here", "/../here", "/a/../here", "/../../here"] {
            #expect(try await inner.read(path, limit: 100) == Array("inside".utf8), "\(path)")
        }
    }

    @Test("a file is the same by every name, and no other is") func identity() async throws {
        directory.put("/srv/a", "one")
        directory.put("/srv/b", "two")
        let place = directory.path + "/srv"
        #expect(symlink("a", place + "/symbolic") == 0 && link(place + "/a", place + "/hard") == 0)
        #expect(symlink(place, directory.path + "/linked") == 0)
        let file = try await files.information("/srv/a")?.identity
        #expect(file != nil)
        for name in ["//srv//a", "/srv/./a", "/srv/../srv/a", "/srv/symbolic", "/srv/hard", "/linked/a"] {
            #expect(try await files.information(name)?.identity == file, "\(name)")
        }
        #expect(try await files.information("/srv/b")?.identity != file)
        #expect(try await files.information("/srv")?.identity == files.information("/linked")?.identity)
    }

    @Test("a directory is listed in byte order") func listing() async throws {
        for name in ["b", "a", "ä", "B", "10", "9"] { try await files.write("/\(name)", []) }
        #expect(try await files.list("/") == ["10", "9", "B", "a", "b", "ä"])
    }

    @Test("each failure names action, path and reason")
    func failures() async throws {
        try await files.makeDirectory("/d")
        try await files.write("/f", [1, 2, 3])
        typealias Call = @Sendable (LinuxFiles) async throws -> Void
        let table: [(FileError, Call)] = [
            (FileError("read", "/none", .notFound), { _ = try await $0.read("/none", limit: 9) }),
            (FileError("read", "/f", .tooLarge(limit: 2)), { _ = try await $0.read("/f", limit: 2) }),
            (FileError("read", "/d", .isDirectory), { _ = try await $0.read("/d", limit: 9) }),
            (FileError("write", "/d", .isDirectory), { try await $0.write("/d", []) }),
            (FileError("remove", "/none", .notFound), { try await $0.remove("/none") }),
            (FileError("rename", "/none", .notFound), { try await $0.rename("/none", to: "/g") }),
            (FileError("sync", "/none", .notFound), { try await $0.sync("/none") }),
            (FileError("sync", "/none", .notFound), { try await $0.syncDirectory("/none") }),
            (FileError("list", "/none", .notFound), { _ = try await $0.list("/none") }),
            (FileError("open", "/none", .notFound), { _ = try await $0.openForReading("/none") }),
            (FileError("make directory", "/f", .exists), { try await $0.makeDirectory("/f") }),
            (FileError("read", "/f/below", .notFound), { _ = try await $0.read("/f/below", limit: 9) }),
            (FileError("rename", "/f", .notFound), { try await $0.rename("/f", to: "/none/g") }),
            (FileError("remove", "/d", .isDirectory), { try await $0.remove("/d") }),
            (
                FileError("read", "/a\0b", .system(errno: EINVAL, text: "a path cannot contain a NUL byte")),
                { _ = try await $0.read("/a\0b", limit: 9) }
            ),
        ]
        for (expected, call) in table {
            await #expect(throws: expected) { try await call(files) }
        }
    }

    @Test("a FIFO is refused and never waited for") func fifo() async {
        #expect(mkfifo(directory.path + "/pipe", 0o600) == 0)
        await #expect(throws: FileError.self) { try await files.read("/pipe", limit: 9) }
        await #expect(throws: FileError.self) { _ = try await files.openForReading("/pipe") }
    }

    @Test("what stands at a path is told") func information() async throws {
        try await files.write("/f", [1, 2, 3])
        #expect(try await files.information("/f")?.kind == .file)
        #expect(try await files.information("/f")?.size == 3)
        #expect(try await files.information("/")?.kind == .directory)
        #expect(try await files.information("/none") == nil)
        #expect(try await files.information("/f/below") == nil)
        let real = LinuxFiles()
        #expect(try await real.information("/dev/null")?.kind == .other)
    }

    @Test("an appended file grows, is cut, and grows again") func appending() async throws {
        let journal = try await files.openForAppending("/journal")
        try await journal.append(Array("one ".utf8))
        try await journal.append(Array("two ".utf8))
        try await journal.sync()
        try await journal.truncate(to: 4)
        try await journal.append(Array("three".utf8))
        await journal.close()
        #expect(try await files.read("/journal", limit: 100) == Array("one three".utf8))
        await #expect(throws: FileError.self) { try await journal.append([1]) }
        let again = try await files.openForAppending("/journal")
        try await again.append(Array("!".utf8))
        #expect(try await files.read("/journal", limit: 100) == Array("one three!".utf8))
    }

    @Test("skipped bytes are zeroes, and holes") func holes() async throws {
        let image = try await files.openForWriting("/image")
        try await image.write([1])
        try await image.skip(1 << 20)
        try await image.write([2])
        try await image.skip(1 << 20)
        try await image.sync()
        await image.close()
        // The same, as one request.
        let other = try await files.openForWriting("/other")
        try await other.write([.bytes([0, 1][1...]), .zeroes(1 << 20), .bytes([2]), .zeroes(1 << 19)])
        try await other.write([.zeroes(1 << 19)])
        try await other.sync()
        await other.close()
        let bytes = try await files.read("/image", limit: 4 << 20)
        #expect(try await files.read("/other", limit: 4 << 20) == bytes)
        var expected = [UInt8](repeating: 0, count: (2 << 20) + 2)
        expected[0] = 1
        expected[(1 << 20) + 1] = 2
        #expect(bytes == expected)
        var status = stat()
        stat(directory.path + "/image", &status)
        #expect(status.st_blocks * 512 < 1 << 20)
    }

    @Test("a file is read front to back") func reading() async throws {
        try await files.write("/f", Array("abcde".utf8))
        let file = try await files.openForReading("/f")
        #expect(try await file.read(3) == Array("abc".utf8))
        #expect(try await file.read(3) == Array("de".utf8))
        #expect(try await file.read(3) == [])
        await file.close()
        await #expect(throws: FileError.self) { try await file.read(3) }
    }

    @Test("a file goes into a socket by itself, as fast as the socket takes it") func sending() async throws {
        let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
        try await files.write("/f", bytes)
        let file = try await files.openForReading("/f")
        #expect(file.canSend)
        var ends: [Int32] = [-1, -1]
        let kind = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue)
        #expect(socketpair(AF_UNIX, kind, 0, &ends) == 0)
        defer { close(ends[0]) }
        var received: [UInt8] = []
        while try await file.send(200_000, to: ends[1]) != 0 {
            var buffer = [UInt8](repeating: 0, count: 10_000)
            let count = recv(ends[0], &buffer, buffer.count, 0)
            received += buffer.prefix(max(0, count))
        }
        close(ends[1])
        var buffer = [UInt8](repeating: 0, count: bytes.count)
        while case let count = recv(ends[0], &buffer, buffer.count, 0), count > 0 { received += buffer.prefix(count) }
        let isSame = received == bytes
        #expect(isSame, "\(received.count) of \(bytes.count) bytes")
        await file.close()
    }

    @Test("a socket that nobody reads from ends it, without a signal") func sendingToNobody() async throws {
        signal(SIGPIPE, SIG_IGN)
        try await files.write("/f", [1, 2, 3])
        let file = try await files.openForReading("/f")
        var ends: [Int32] = [-1, -1]
        #expect(socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &ends) == 0)
        close(ends[0])
        #expect(try await file.send(3, to: ends[1]) == 0)
        close(ends[1])
        await file.close()
    }

    @Test("open files are close-on-exec and closed when dropped") func descriptors() async throws {
        let before = openDescriptors()
        do {
            let file = try await files.openForAppending("/f")
            let new = openDescriptors().subtracting(before)
            #expect(!new.isEmpty)
            for number in new where isBelow(directory.path, number) {
                #expect(fcntl(number, F_GETFD) & FD_CLOEXEC != 0)
            }
            try await file.append([1])
        }
        let still = openDescriptors().filter { isBelow(directory.path, $0) }
        #expect(still.isEmpty)
    }

    private func openDescriptors() -> Set<Int32> {
        Set((0..<1024).filter { fcntl($0, F_GETFD) != -1 })
    }

    private func isBelow(_ path: String, _ number: Int32) -> Bool {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/fd/\(number)", &buffer, buffer.count - 1)
        guard count > 0 else { return false }
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self).hasPrefix(path)
    }
}
