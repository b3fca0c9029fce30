import Glibc
import HTTPInterface
import HostInterface
import LinuxHost
import NIOCore
import NIOPosix
import Synchronization
import Testing

/// Stands for the HTTP server: echoes, and says `bye` when it is asked to end.
private final class Echo: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.writeAndFlush(wrapOutboundOut(unwrapInboundIn(data)), promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed { context.close(promise: nil) }
        guard event is ChannelShouldQuiesceEvent else { return }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "bye")), promise: nil)
        context.close(promise: nil)
    }
}

@Suite("HTTP sockets of a Linux host", .timeLimit(.minutes(1))) struct LinuxHTTPListeningTests {
    let network = LinuxNetwork()

    func listener(_ maximum: Int) async throws -> any HTTPListener {
        var limits = HTTPLimits()
        limits.connections = maximum
        let listener = try await LinuxHTTPListening(limits: limits).listen(address: "localhost", port: 0) {
            channel, _ in
            channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Echo()) }
        }
        await listener.accept()
        return listener
    }

    func connect(_ listener: any HTTPListener) async throws -> any NetworkConnection {
        try await network.connect(
            host: "127.0.0.1", port: listener.port, deadline: LinuxClock().now + .seconds(30))
    }

    func readAll(_ connection: any NetworkConnection) async throws -> String {
        var all: [UInt8] = []
        while true {
            let bytes = try await connection.read(1000)
            if bytes.isEmpty { return String(decoding: all, as: UTF8.self) }
            all += bytes
        }
    }

    @Test("a client that has finished sending gets its answer") func halfClose() async throws {
        let listener = try await listener(10)
        let client = try await connect(listener)
        try await client.write(Array("hello".utf8))
        await client.finish()
        #expect(try await readAll(client) == "hello")
        await listener.close()
    }

    @Test("a Unix socket is everybody's, says who comes, takes the place of a dead one's, and goes with its listener")
    func unixSocket() async throws {
        let folder = TemporaryDirectory()
        let listening = LinuxHTTPListening(root: HostRoot(files: folder.path))
        let seen = Mutex<[PeerIdentity]>([])
        for _ in 0..<2 {
            let listener = try await listening.listen(path: "/run/here/socket") { channel, identity in
                seen.withLock { $0.append(identity) }
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Echo())
                }
            }
            await listener.accept()
            let place = folder.path + "/run/here/socket"
            var status = stat()
            #expect(stat(place, &status) == 0 && status.st_mode == S_IFSOCK | 0o666)
            let client = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .channelOption(.allowRemoteHalfClosure, value: false).connect(unixDomainSocketPath: place).get()
            // It has been accepted when it is told to end.
            try await client.close(mode: .output).get()
            try await client.closeFuture.get()
            // What a daemon leaves that was killed.
            let dead = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .bind(unixDomainSocketPath: folder.path + "/run/here/other").get()
            try await dead.close()
            await listener.close()
            #expect(stat(place, &status) != 0)
            rename(folder.path + "/run/here/other", place)
        }
        #expect(seen.withLock { $0 } == [.user(geteuid()), .user(geteuid())])
    }

    @Test("A Unix socket is not put where something else stands, nor where no path is so long")
    func noSocket() async throws {
        let folder = TemporaryDirectory()
        let listening = LinuxHTTPListening(root: HostRoot(files: folder.path))
        try Array("precious".utf8).withUnsafeBytes { bytes in
            let file = open(folder.path + "/file", O_WRONLY | O_CREAT, 0o600)
            _ = write(file, bytes.baseAddress, bytes.count)
            close(file)
        }
        for path in ["/file", "/" + String(repeating: "a", count: 200), "/file/socket"] {
            await #expect(throws: NetworkError.self) {
                _ = try await listening.listen(path: path) { channel, _ in channel.eventLoop.makeSucceededVoidFuture() }
            }
        }
        var status = stat()
        #expect(stat(folder.path + "/file", &status) == 0 && status.st_size == 8)
    }

    @Test("a connection too many is told so, and there is room again when one ends") func cap() async throws {
        let listener = try await listener(2)
        var held: [any NetworkConnection] = []
        for _ in 0..<2 {
            let client = try await connect(listener)
            try await client.write([1])
            #expect(try await client.read(1) == [1])
            held.append(client)
        }
        let refused = try await connect(listener)
        try await refused.write(Array("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8))
        let answer = try await readAll(refused)
        #expect(answer.hasPrefix("HTTP/1.1 503 "))
        let body = try #require(answer.split(separator: "\r\n\r\n").last)
        #expect(answer.contains("Content-Length: \(body.utf8.count)\r\n"))
        await held[0].finish()
        #expect(try await readAll(held[0]) == "")
        await held[0].close()
        // Its end is seen by the listener's event loop, perhaps a little later.
        for _ in 0..<1000 {
            let again = try await connect(listener)
            try await again.write([2])
            if try await again.read(1) == [2] { return await listener.close() }
            await again.close()
        }
        Issue.record("there was never room again")
    }

    @Test("closing ends connections gracefully, and the port is free") func closing() async throws {
        let listener = try await listener(10)
        let client = try await connect(listener)
        try await client.write([1])
        #expect(try await client.read(1) == [1])
        await listener.close()
        #expect(try await readAll(client) == "bye")
        await listener.close()
        await #expect(throws: NetworkError.refused(host: "127.0.0.1", port: listener.port)) {
            try await connect(listener)
        }
    }
}
