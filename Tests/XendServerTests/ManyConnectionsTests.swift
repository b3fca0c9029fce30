import Glibc
import HTTPInterface
import HostInterface
import LinuxHost
import Testing

@testable import XendServer

/// Thousands of clients at once, over real sockets: the server keeps to its limit, says so, and goes on answering.
@Suite(.timeLimit(.minutes(2))) struct ManyConnectionsTests {
    private static let clients = 2000
    private static let limit = 1000

    @Test("Of 2,000 connections 1,000 are open at a time: the others are turned away, or have made way")
    func limit() async throws {
        try Self.allowDescriptors(3 * Self.clients)
        let listener = try await Self.server()
        var served: [any NetworkConnection] = []
        var turnedAway = 0
        for _ in 0..<Self.clients {
            let client = try await Self.connect(to: listener)
            let answer = try await Self.ask(client)
            if answer.hasPrefix("HTTP/1.1 200 ") {
                served.append(client)
            } else {
                // Those that come faster than they can be told are closed without a word.
                #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 503 "))
                turnedAway += 1
                await client.close()
            }
        }
        #expect(served.count + turnedAway == Self.clients)
        var open = 0
        for client in served where try await Self.ask(client).hasPrefix("HTTP/1.1 200 ") { open += 1 }
        #expect(open == Self.limit)
        #expect(try await Self.isServedAgain(by: listener))
        for client in served { await client.close() }
        await listener.close()
    }

    @Test("A thousand clients that say nothing keep nobody out for longer than a moment")
    func silence() async throws {
        try Self.allowDescriptors(3 * Self.clients)
        let listener = try await Self.server()
        var silent: [any NetworkConnection] = []
        for _ in 0..<Self.limit { silent.append(try await Self.connect(to: listener)) }
        #expect(try await Self.isServedAgain(by: listener))
        for client in silent { await client.close() }
        await listener.close()
    }

    private static func server() async throws -> any HTTPListener {
        var configuration = HTTPServerConfiguration()
        configuration.limits.connections = limit
        let pipeline = HTTPPipeline(
            service: Sample.service, tasks: LinuxTasks(), clock: LinuxClock(), authenticator: .sample(),
            configuration: configuration)
        let listener = try await LinuxHTTPListening(limits: configuration.limits).listen(
            address: "127.0.0.1", port: 0, configure: pipeline.configure)
        await listener.accept()
        return listener
    }

    private static func connect(to listener: any HTTPListener) async throws -> any NetworkConnection {
        try await LinuxNetwork().connect(
            host: "127.0.0.1", port: listener.port, deadline: LinuxClock().now + .seconds(30))
    }

    /// The beginning of the answer; empty when the connection has been closed.
    private static func ask(_ client: any NetworkConnection) async throws -> String {
        do throws(NetworkError) {
            try await client.write(Array("GET /xend/domain HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8))
            return String(decoding: try await client.read(4096), as: UTF8.self)
        } catch .closed {
            return ""
        }
    }

    /// The end of a connection is seen by its event loop, perhaps a little later.
    private static func isServedAgain(by listener: any HTTPListener) async throws -> Bool {
        let end = LinuxClock().now + .seconds(30)
        while LinuxClock().now < end {
            let client = try await connect(to: listener)
            let answer = try await ask(client)
            await client.close()
            if answer.hasPrefix("HTTP/1.1 200 ") { return true }
        }
        return false
    }

    /// Both ends of every connection are in this process.
    private static func allowDescriptors(_ count: Int) throws {
        var limit = rlimit()
        try #require(getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
        try #require(limit.rlim_max >= rlim_t(count), "the hard limit of open files is \(limit.rlim_max)")
        limit.rlim_cur = max(limit.rlim_cur, rlim_t(count))
        try #require(setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
    }
}
