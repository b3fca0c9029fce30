import Glibc
import HostInterface
import Testing

@testable import LinuxHost

/// systemd's journal gets each entry with its fields; where it is not, or does not listen, nobody waits for it.
@Suite struct SystemJournalTests {
    private struct Entry: LogEntry {
        var time: WallTime { WallTime(seconds: 0) }
        var fields: [(name: String, value: String)]
        func write(into bytes: inout [UInt8], ahead offset: Duration) { bytes += "line".utf8 }
        func gap(of lost: Int) -> any LogEntry { self }
    }

    /// A socket on which a journal would listen.
    private static func listen(at path: String) throws -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let socket = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        let isBound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        try #require(isBound)
        return socket
    }

    @Test func `an entry is one datagram, a field on each line`() throws {
        let directory = TemporaryDirectory()
        let socket = try Self.listen(at: directory.path + "/socket")
        defer { close(socket) }
        let journal = try #require(SystemJournal(path: directory.path + "/socket"))
        journal.tell(Entry(fields: [("MESSAGE", "alice: pause"), ("XEND_UID", "1000")]))
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = recv(socket, &bytes, bytes.count, Int32(MSG_DONTWAIT))
        #expect(
            String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
                == "MESSAGE=alice: pause\nXEND_UID=1000\nSYSLOG_IDENTIFIER=xend\nPRIORITY=6\n")
    }

    @Test func `a value with several lines cannot become another field`() {
        let bytes = SystemJournal.datagram([("A", "x\nPRIORITY=0"), ("B", "y")])
        #expect(bytes == Array("A\n".utf8) + [12, 0, 0, 0, 0, 0, 0, 0] + Array("x\nPRIORITY=0\nB=y\n".utf8))
    }

    @Test func `without a journal there is none, and one that reads nothing keeps nobody waiting`() throws {
        let directory = TemporaryDirectory()
        #expect(SystemJournal(path: directory.path + "/socket") == nil)
        #expect(SystemJournal(path: "/" + String(repeating: "x", count: 200)) == nil)
        let socket = try Self.listen(at: directory.path + "/socket")
        let journal = try #require(SystemJournal(path: directory.path + "/socket"))
        for _ in 0..<10_000 { journal.tell(Entry(fields: [("MESSAGE", String(repeating: "x", count: 1000))])) }
        close(socket)
        journal.tell(Entry(fields: [("MESSAGE", "x")]))
        journal.tell(Entry(fields: [("MESSAGE", String(repeating: "x", count: SystemJournal.entryLimit))]))
    }
}
