import Glibc
import HTTPInterface
import HostInterface
import NIOCore
import Synchronization
import Testing

@testable import LinuxHost

/// What passes between the daemon and systemd: sockets on the way in, notifications on the way out.
@Suite("A service manager", .timeLimit(.minutes(1))) struct ServiceManagerTests {
    /// Listens as a service manager does.
    private static func socket(_ kind: __socket_type, at path: String) throws -> CInt {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let socket = Glibc.socket(AF_UNIX, CInt(kind.rawValue), 0)
        let isBound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        try #require(isBound)
        if kind == SOCK_STREAM { listen(socket, 16) }
        return socket
    }

    private static func received(_ socket: CInt, waiting: Bool = true) -> String? {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = recv(socket, &bytes, bytes.count, waiting ? 0 : CInt(MSG_DONTWAIT))
        return count < 0 ? nil : String(decoding: bytes.prefix(count), as: UTF8.self)
    }

    // MARK: Sockets

    @Test("a socket on which it listens is served, and its file stays when the daemon ends")
    func unixSocket() async throws {
        let directory = TemporaryDirectory()
        let path = directory.path + "/xend.sock"
        let inherited = InheritedSockets(descriptors: [try Self.socket(SOCK_STREAM, at: path)])
        let client = Glibc.socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
        defer { close(client) }
        // Who calls before anybody serves waits.
        try Self.connect(client, to: path)
        let (met, meeting) = AsyncStream.makeStream(of: PeerIdentity.self)
        let listener = try await LinuxHTTPListening(root: directory.root, inherited: inherited)
            .listen(path: "/xend.sock") { channel, identity in
                meeting.yield(identity)
                return channel.eventLoop.makeSucceededVoidFuture()
            }
        await listener.accept()
        for await identity in met {
            #expect(identity == .user(getuid()))
            break
        }
        #expect(inherited.closeRest() == [])
        await listener.close()
        #expect(access(path, F_OK) == 0)
    }

    private static func connect(_ client: CInt, to path: String) throws {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(client, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(result == 0)
    }

    @Test("a port on which it listens is that port, for a console as for HTTP") func port() async throws {
        let made = try ListeningSockets(address: "localhost", port: 0)
        let inherited = InheritedSockets(descriptors: made.sockets)
        let network = LinuxNetwork(inherited: inherited)
        let listener = try await network.listen(address: "localhost", port: made.port)
        #expect(listener.port == made.port)
        #expect(inherited.closeRest() == [])
        let client = try await network.connect(
            host: "127.0.0.1", port: made.port, deadline: LinuxClock().now + .seconds(30))
        for await connection in listener.connections {
            #expect(connection.identity == .user(getuid()))
            break
        }
        await client.close()
        await listener.close()
    }

    @Test("a socket that would let in whom the configuration keeps out is refused, and says why")
    func otherAddresses() throws {
        let everywhere = try ListeningSockets(address: "0.0.0.0", port: 0)
        let inherited = InheritedSockets(descriptors: everywhere.sockets)
        for address in ["localhost", "127.0.0.1", "::1"] {
            #expect(throws: NetworkError.self) { try inherited.take(port: everywhere.port, of: address) }
        }
        do throws(NetworkError) {
            _ = try inherited.take(port: everywhere.port, of: "localhost")
        } catch {
            #expect("\(error)".contains("systemd listens on 0.0.0.0:\(everywhere.port) for xend"))
            #expect("\(error)".contains("on localhost alone"))
        }
        #expect(try inherited.take(port: everywhere.port == 1 ? 2 : 1, of: "") == [])
        #expect(try inherited.take(port: everywhere.port, of: "") == everywhere.sockets)
        #expect(try inherited.take(port: everywhere.port, of: "") == [])
        for socket in everywhere.sockets { close(socket) }
    }

    @Test("what nobody serves is named and closed") func rest() throws {
        let directory = TemporaryDirectory()
        let path = directory.path + "/other.sock"
        let other = try Self.socket(SOCK_STREAM, at: path)
        let datagrams = try Self.socket(SOCK_DGRAM, at: directory.path + "/datagrams")
        let port = try ListeningSockets(address: "127.0.0.1", port: 0)
        let inherited = InheritedSockets(descriptors: [other, datagrams] + port.sockets)
        #expect(inherited.take(path: directory.path + "/xend.sock") == nil)
        #expect(inherited.closeRest() == [path, "something that is no listening stream", "127.0.0.1:\(port.port)"])
        #expect(fcntl(other, F_GETFD) == -1)
        #expect(inherited.closeRest() == [])
    }

    @Test("only what is meant for this process is taken")
    func environment() {
        let own = "\(getpid())"
        for (pid, count, expected) in [
            (own, "2", 2), ("1", "2", 0), (own, "-1", 0), (own, "many", 0), (own, "100000", 64), (nil, "2", 0),
        ] as [(String?, String, Int)] {
            #expect(InheritedSockets.count { $0 == "LISTEN_PID" ? pid : $0 == "LISTEN_FDS" ? count : nil } == expected)
        }
    }

    // MARK: Notifications

    @Test("it is told of each turn in the daemon's life") func notifications() throws {
        let directory = TemporaryDirectory()
        let socket = try Self.socket(SOCK_DGRAM, at: directory.path + "/notify")
        defer { close(socket) }
        let readiness = Readiness(socketPath: directory.path + "/notify", watchdogInterval: nil)
        #expect(readiness.isService)
        readiness.say("waits for xenstored")
        #expect(Self.received(socket) == "STATUS=waits for xenstored")
        readiness.announce()
        #expect(Self.received(socket) == "READY=1\nSTATUS=")
        readiness.reloading()
        let reloading = try #require(Self.received(socket))
        #expect(reloading.wholeMatch(of: /RELOADING=1\nMONOTONIC_USEC=[0-9]+/) != nil)
        readiness.reloaded()
        #expect(Self.received(socket) == "READY=1")
        readiness.fail("no Xen\nmore")
        #expect(Self.received(socket) == "STATUS=no Xen")
        readiness.stopping()
        #expect(Self.received(socket) == "STOPPING=1")
    }

    @Test("it hears that all is well as long as the daemon answers, and nothing of one that hangs")
    func watchdog() async throws {
        let directory = TemporaryDirectory()
        let socket = try Self.socket(SOCK_DGRAM, at: directory.path + "/notify")
        defer { close(socket) }
        let readiness = Readiness(socketPath: directory.path + "/notify", watchdogInterval: .milliseconds(30))
        let (hangs, hang) = AsyncStream.makeStream(of: Void.self)
        let answers = Counter()
        let heart = Task {
            await readiness.keepAlive(LinuxClock()) {
                guard answers.next() > 3 else { return }
                hang.finish()
                // Until the test is over.
                try? await LinuxClock().sleep(for: .seconds(600))
            }
        }
        for await _ in hangs {}
        for _ in 1...3 { #expect(Self.received(socket, waiting: false) == "WATCHDOG=1") }
        #expect(Self.received(socket, waiting: false) == nil)
        heart.cancel()
        await heart.value
    }

    private final class Counter: Sendable {
        private let count = Mutex(0)
        func next() -> Int {
            count.withLock { count in
                count += 1
                return count
            }
        }
    }
}
