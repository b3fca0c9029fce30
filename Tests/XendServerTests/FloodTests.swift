import AccessControl
import HTTPInterface
import HostInterface
import Logging
import NIOCore
import NIOHTTP1
import Synchronization
import Testing

@testable import XendServer

/// What a neighbour that means ill cannot do: take memory for bodies, or push what happened out of the log.
@Suite struct FloodTests {
    static let post =
        "POST /xend/domain HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"

    @Test("Who may change nothing is refused before the body is read", arguments: ["192.0.2.9", "127.0.0.1"])
    func stranger(peer: String) async throws {
        let wire = try await Wire(Sample.service, peer: peer)
        let isStranger = peer == "192.0.2.9"
        // Announced: at the head, without a byte of it.
        try await wire.send(Self.post + "Content-Length: 5000\r\n\r\n")
        if isStranger {
            let reply = try await wire.receive()
            #expect(reply.status == 403 && reply.body.contains("from another host"))
            try await wire.awaitClose()
        } else {
            try await wire.send("op=create&config=\(String(repeating: "x", count: 5000 - 17))")
            #expect(try await wire.receive().status != 403)
        }
        // Not announced: when it is longer than a question can be.
        let chunked = try await Wire(Sample.service, peer: peer)
        try await chunked.send(
            Self.post + "Transfer-Encoding: chunked\r\n\r\n1388\r\n\(String(repeating: "x", count: 5000))\r\n")
        if isStranger {
            #expect(try await chunked.receive().status == 403)
        } else {
            try await chunked.send("0\r\n\r\n")
            #expect(try await chunked.receive().status != 403)
        }
        // A question's form fits.
        let question = try await Wire.ask(
            "POST /xend/domain/vm1 HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                + "Content-Length: 7\r\n\r\nop=vifs", peer: peer)
        #expect(question.status == 200)
    }

    @Test("All bodies together have a limit, and what was taken comes back")
    func bodies() async throws {
        var configuration = HTTPServerConfiguration()
        configuration.limits.allBodies = 10_000
        let pipeline = HTTPPipeline(
            service: Sample.service, tasks: FreeTasks(), clock: StillClock(), authenticator: .sample(),
            configuration: configuration)
        let half = String(repeating: "x", count: 6_000)
        let first = try await Wire(pipeline)
        try await first.send(Self.post + "Content-Length: 8000\r\n\r\n" + half)
        #expect(pipeline.bodies.inUse == 6_000)
        let second = try await Wire(pipeline)
        try await second.send(Self.post + "Content-Length: 8000\r\n\r\n" + half)
        let refused = try await second.receive()
        #expect(refused.status == 503 && refused.body.contains("too much is being sent at once"))
        // The first goes on; when it is answered, others have room again.
        try await first.send(String(repeating: "x", count: 2_000))
        #expect(try await first.receive().status != 503)
        let third = try await Wire(pipeline)
        try await third.send(Self.post + "Content-Length: 8000\r\n\r\n" + half + String(repeating: "x", count: 2_000))
        #expect(try await third.receive().status != 503)
        // Who goes away in the middle gives back, too.
        let fourth = try await Wire(pipeline)
        try await fourth.send(Self.post + "Content-Length: 8000\r\n\r\n" + half)
        try await fourth.channel.close().get()
        try await first.send(Self.post.replacing("POST", with: "GET") + "\r\n")
        _ = try await first.receive()
        let fifth = try await Wire(pipeline)
        try await fifth.send(Self.post + "Content-Length: 8000\r\n\r\n" + half + String(repeating: "x", count: 2_000))
        #expect(try await fifth.receive().status != 503)
    }

    @Test("A thousand refused requests are a few short lines of the log")
    func log() {
        let lines = Mutex<[String]>([])
        let logger = Logger(label: "test") { _ in Recorder(lines: { line in lines.withLock { $0.append(line) } }) }
        let clock = MovingClock()
        let log = RefusalLog(logger, clock: clock)
        let path = "/xend/" + String(repeating: "a", count: 7_000)
        let target = try? RequestTarget(path, maximumFields: 10)
        guard let target else { return }
        let request = Request(
            method: .GET, target: target,
            caller: Caller(.remote, address: NetworkAddress(host: "192.0.2.9", port: 1), role: nil))
        for _ in 0..<1000 { log.note(request, "Not found \(path)") }
        #expect(lines.withLock { $0.count } == LineBudget.burst)
        #expect(lines.withLock { $0.allSatisfy { $0.count < 400 && $0.contains("192.0.2.9") } })
        clock.advance(.seconds(61))
        for _ in 0..<1000 { log.note(request, "Not found") }
        #expect(lines.withLock { $0.count } == LineBudget.burst + 1)
        #expect(lines.withLock { $0.last?.contains("980 others before it are not told") } == true)
    }

    private struct Recorder: LogHandler {
        let lines: @Sendable (String) -> Void
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.debug
        init(lines: @escaping @Sendable (String) -> Void) { self.lines = lines }
        subscript(metadataKey key: String) -> Logger.MetadataValue? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }
        func log(event: LogEvent) { lines(event.message.description) }
    }

    private final class MovingClock: HostClock {
        private let time = Mutex(Instant(nanoseconds: 0))
        var now: Instant { time.withLock { $0 } }
        var wallTime: WallTime { WallTime(nanoseconds: 0) }
        func sleep(until deadline: Instant) async throws(CancellationError) {}
        func advance(_ duration: Duration) { time.withLock { $0 = $0 + duration } }
    }
}
