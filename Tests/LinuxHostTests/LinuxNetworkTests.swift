import Glibc
import HostInterface
import LinuxHost
import Testing

@Suite("TCP of a Linux host", .timeLimit(.minutes(5))) struct LinuxNetworkTests {
    let network = LinuxNetwork()
    var soon: Instant { LinuxClock().now + .seconds(30) }

    /// A connection to a new listener on loopback, from both sides.
    func pair() async throws -> (near: any NetworkConnection, far: any NetworkConnection, any NetworkListener) {
        let listener = try await network.listen(address: "127.0.0.1", port: 0)
        async let near = network.connect(host: "127.0.0.1", port: listener.port, deadline: soon)
        var accepted = listener.connections.makeAsyncIterator()
        let far = try #require(await accepted.next())
        return try await (near, far, listener)
    }

    func readAll(_ connection: any NetworkConnection) async throws -> [UInt8] {
        var all: [UInt8] = []
        while true {
            let bytes = try await connection.read(1000)
            if bytes.isEmpty { return all }
            all += bytes
        }
    }

    @Test("bytes go both ways, and a peer that has finished sending still receives") func halfClose() async throws {
        let (near, far, listener) = try await pair()
        try await near.write(Array("question".utf8))
        await near.finish()
        #expect(try await readAll(far) == Array("question".utf8))
        #expect(try await far.read(10) == [])
        try await far.write(Array("answer".utf8))
        await far.finish()
        #expect(try await readAll(near) == Array("answer".utf8))
        #expect(far.peer.isLoopback)
        await listener.close()
    }

    @Test("read gives at most what was asked for") func countedReads() async throws {
        let (near, far, _) = try await pair()
        try await near.write(Array("abcdef".utf8))
        #expect(try await far.read(4) == Array("abcd".utf8))
        #expect(try await far.read(4) == Array("ef".utf8))
    }

    @Test("a slow reader holds the writer up, and nothing is lost") func backpressure() async throws {
        let (near, far, _) = try await pair()
        let chunk = (0..<65536).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let (finished, finish) = AsyncStream<Void>.makeStream()
        let writer = LinuxTasks().spawn {
            for _ in 0..<512 { await #expect(throws: Never.self) { try await near.write(chunk) } }
            await near.finish()
            finish.finish()
        }
        _ = try await far.read(1)
        // 32 MiB pass loopback in a few milliseconds when nothing holds them up.
        await #expect(throws: DeadlineExceeded.self) {
            try await LinuxClock().withDeadline(LinuxClock().now + .milliseconds(500)) { () -> Bool in
                for await _ in finished {}
                try Task.checkCancellation()
                return true
            }
        }
        var received = 1
        while true {
            let bytes = try await far.read(1 << 20)
            if bytes.isEmpty { break }
            #expect(bytes[0] == chunk[received % 65536])
            received += bytes.count
        }
        #expect(received == 512 * 65536)
        await writer.value
    }

    @Test("close ends pending reads and later writes on both sides") func closing() async throws {
        let (near, far, _) = try await pair()
        let pending = LinuxTasks().spawn {
            await #expect(throws: NetworkError.closed) { try await near.read(1) }
        }
        await near.close()
        await near.close()
        await pending.value
        await #expect(throws: NetworkError.closed) { try await near.write([1]) }
        #expect(try await far.read(1) == [])
    }

    @Test("a cancelled read leaves the connection usable") func cancelledRead() async throws {
        let (near, far, _) = try await pair()
        let reading = LinuxTasks().spawn {
            await #expect(throws: NetworkError.closed) { try await far.read(1) }
        }
        reading.cancel()
        await reading.value
        try await near.write([7])
        #expect(try await far.read(1) == [7])
    }

    @Test("a port that is taken is an error that names it") func addressInUse() async throws {
        for address in ["127.0.0.1", "localhost", ""] {
            let first = try await listenBelowEphemeralPorts(address)
            await #expect(throws: NetworkError.addressInUse(port: first.port)) {
                try await network.listen(address: address, port: first.port)
            }
            await first.close()
            let again = try await network.listen(address: address, port: first.port)
            await again.close()
        }
    }

    /// A reader may be quicker than the event loop that makes the connection active; its first read must not be lost.
    @Test("a connection can be read from at once, every time") func readAtOnce() async throws {
        for _ in 0..<200 {
            let listener = try await network.listen(address: "127.0.0.1", port: 0)
            let reader = LinuxTasks().spawn {
                var accepted = listener.connections.makeAsyncIterator()
                #expect((try? await accepted.next()?.read(10)) == [1])
            }
            let soon = LinuxClock().now + .seconds(30)
            let near = try await network.connect(host: "127.0.0.1", port: listener.port, deadline: soon)
            try await near.write([1])
            await reader.value
            await near.close()
            await listener.close()
        }
    }

    /// On a port that nobody is given by chance: what is closed here must still be free a moment later.
    private func listenBelowEphemeralPorts(_ address: String) async throws -> any NetworkListener {
        for port in UInt16(20_000)..<30_000 {
            if let listener = try? await network.listen(address: address, port: port) { return listener }
        }
        throw NetworkError.addressInUse(port: 0)
    }

    @Test(
        "localhost and all interfaces answer on 127.0.0.1 and, where there is IPv6, on ::1",
        arguments: ["localhost", ""])
    func bothProtocols(_ address: String) async throws {
        let listener = try await network.listen(address: address, port: 0)
        let hasIPv6 = access("/proc/sys/net/ipv6/conf/lo", F_OK) == 0
        for host in ["127.0.0.1", "::1", "localhost"] where host != "::1" || hasIPv6 {
            let near = try await network.connect(host: host, port: listener.port, deadline: soon)
            var accepted = listener.connections.makeAsyncIterator()
            let far = try #require(await accepted.next())
            #expect(far.peer.isLoopback)
            #expect(!far.peer.host.hasPrefix("::ffff"))
            await near.close()
        }
        await listener.close()
    }

    @Test("nobody listening is a refusal, a past deadline a time-out") func refusal() async throws {
        let listener = try await network.listen(address: "127.0.0.1", port: 0)
        await listener.close()
        let port = listener.port
        await #expect(throws: NetworkError.refused(host: "127.0.0.1", port: port)) {
            try await network.connect(host: "127.0.0.1", port: port, deadline: soon)
        }
        await #expect(throws: NetworkError.timedOut) {
            try await network.connect(host: "127.0.0.1", port: port, deadline: LinuxClock().now)
        }
        await #expect(throws: NetworkError.self) { try await network.listen(address: "not an address", port: 0) }
    }

    @Test("closing a listener ends its connections' stream, not the connections") func closedListener() async throws {
        let (near, far, listener) = try await pair()
        await listener.close()
        var accepted = listener.connections.makeAsyncIterator()
        #expect(await accepted.next() == nil)
        try await near.write([1])
        #expect(try await far.read(1) == [1])
    }
}
