import NIOCore
import Testing

@testable import XendServer

/// reference/http-api.md §1 and §8: connections, framing, limits.
@Suite struct ConnectionTests {
    static let get = "GET /xend HTTP/1.1\r\nHost: localhost\r\n\r\n"

    @Test("A connection stays open, and answers several requests sent at once in their order")
    func pipelining() async throws {
        let wire = try await Wire(Sample.service)
        try await wire.send(
            "GET /xend/console HTTP/1.1\r\nHost: localhost\r\n\r\nGET /xend/vnet HTTP/1.1\r\nHost: localhost\r\n\r\n\(Self.get)"
        )
        #expect(try await wire.receive().body == "(9601 9602)")
        #expect(try await wire.receive().body == "(5)")
        let last = try await wire.receive()
        #expect(last.body == "(ls node domain console event device vnet)")
        #expect(last.header("Connection") == nil)
        #expect(wire.isOpen)
    }

    @Test(
        "What a client says about the connection is done",
        arguments: [
            ("GET /xend HTTP/1.0\r\n\r\n", "HTTP/1.0 200 OK"),
            ("GET /xend HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "HTTP/1.0 200 OK"),
            ("GET /xend HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", "HTTP/1.1 200 OK"),
            ("GET /xend HTTP/1.1\r\nHost: localhost\r\nConnection: TE, CLOSE\r\n\r\n", "HTTP/1.1 200 OK"),
            ("GET /xend HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n", "HTTP/1.1 200 OK"),
        ])
    func closing(request: String, statusLine: String) async throws {
        let wire = try await Wire(Sample.service)
        try await wire.send(request)
        let reply = try await wire.receive()
        #expect(reply.statusLine == statusLine)
        #expect(reply.header("Connection") == "close")
        #expect(reply.header("Content-Length") == "42")
        #expect(reply.header("Transfer-Encoding") == nil)
        try await wire.awaitClose()
    }

    @Test("A client that has finished sending gets its answers")
    func halfClosed() async throws {
        let wire = try await Wire(Sample.service)
        try await wire.sendLast(Self.get + Self.get)
        #expect(try await wire.receive().status == 200)
        let last = try await wire.receive()
        #expect(last.status == 200)
        #expect(last.header("Connection") == "close")
        try await wire.awaitClose()
    }

    @Test("A client that asks nothing and has finished sending is closed")
    func nothing() async throws {
        let wire = try await Wire(Sample.service)
        try await wire.send("GET /xend HT")
        try await wire.finishSending()
        try await wire.awaitClose()
    }

    @Test("HEAD is GET without the body")
    func head() async throws {
        let reply = try await Wire.ask("HEAD /xend HTTP/1.1\r\nHost: localhost\r\n\r\n")
        #expect(reply.statusLine == "HTTP/1.1 200 OK")
        #expect(reply.header("Content-Length") == "42")
        #expect(reply.body.isEmpty)
    }

    @Test("A client that waits for 100 Continue gets it, and then its answer")
    func expectation() async throws {
        let wire = try await Wire(Sample.service)
        try await wire.send(
            "POST /xend/domain/vm1 HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 8\r\n"
                + "Expect: 100-Continue\r\n\r\n")
        #expect(try await wire.receive().text == "HTTP/1.1 100 Continue\r\n\r\n")
        try await wire.send("op=pause")
        #expect(try await wire.receive().body == "0")
    }

    @Test("A chunked body is read")
    func chunked() async throws {
        let reply = try await Wire.ask(
            "POST /xend/domain/vm1 HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n3\r\nop=\r\n5\r\npause\r\n0\r\n\r\n")
        #expect(reply.body == "0")
    }

    @Test(
        "Bad requests are told why, and the connection ends",
        arguments: [
            ("hello\r\n\r\n", 400), ("GET /xend HTTP/1.1\r\n\r\n", 400),
            ("GET /xend HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", 400),
            ("GET /xend HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400),
            ("GET /xend HTTP/1.1\r\nHost: localhost\r\nExpect: a-miracle\r\n\r\n", 417),
            ("GET /xend HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue, a-miracle\r\n\r\n", 417),
            ("GET /xend HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
            ("GET /xend HTTP/1.1\r\nHost: localhost\r\nA: \u{0}\r\n\r\n", 400),
            ("GET /xend HTTP/1.1\r\nHost: localhost\r\nA: \(String(repeating: "a", count: 20_000))\r\n\r\n", 431),
            ("GET /\(String(repeating: "a", count: 90_000)) HTTP/1.1\r\nHost: localhost\r\n\r\n", 431),
            ("GET /xend HTTP/1.1\r\nHost: localhost\r\n" + String(repeating: "A: b\r\n", count: 200) + "\r\n", 431),
            ("POST /xend HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1048577\r\n\r\n", 413),
            ("POST /xend HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1048577\r\nExpect: 100-continue\r\n\r\n", 413),
            (
                "POST /xend HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data\r\nContent-Length: 1\r\n\r\n",
                400
            ),
            (
                "POST /xend HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=B\r\nContent-Length: 1\r\n\r\nx",
                400
            ),
            ("GET /xend?\(String(repeating: "a&", count: 300)) HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
        ])
    func bad(request: String, status: Int) async throws {
        let wire = try await Wire(Sample.service)
        try await wire.send(request)
        let reply = try await wire.receive()
        #expect(reply.status == status)
        #expect(reply.reason + "\n" == reply.body)
        #expect(reply.header("Connection") == "close")
        try await wire.awaitClose()
    }

    @Test("A body longer than the limit is refused when it is reached, although nobody announced it")
    func tooLong() async throws {
        let wire = try await Wire(Sample.service)
        try await wire.send("POST /xend HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
        let chunk = "10000\r\n\(String(repeating: "a", count: 65536))\r\n"
        for _ in 0...16 where wire.isOpen { try? await wire.send(chunk) }
        #expect(try await wire.receive().status == 413)
    }

    @Test("An error after good requests is told after their answers")
    func errorInLine() async throws {
        let wire = try await Wire(Sample.service)
        try await wire.send(Self.get + "rubbish\r\n\r\n")
        #expect(try await wire.receive().status == 200)
        #expect(try await wire.receive().status == 400)
        try await wire.awaitClose()
    }

    @Test("Slow clients are cut off: idle ones silently, those in the middle of a request with 408")
    func slow() async throws {
        let idle = try await Wire(Sample.service)
        try await idle.send(Self.get)
        _ = try await idle.receive()
        await idle.pass(.seconds(119))
        #expect(idle.isOpen)
        await idle.pass(.seconds(2))
        #expect(!idle.isOpen)

        for beginning in ["GET /xe", "POST /xend HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nabc"] {
            let slow = try await Wire(Sample.service)
            await slow.pass(.seconds(100))
            try await slow.send(beginning)
            await slow.pass(.seconds(50))
            try await slow.send("a")
            await slow.pass(.seconds(11))
            #expect(try await slow.receive().statusLine == "HTTP/1.1 408 the request did not arrive within 60 seconds")
            #expect(!slow.isOpen)
        }
    }

    /// A server for one connection.
    private static func pipelineForOne() -> HTTPPipeline {
        var configuration = HTTPServerConfiguration()
        configuration.limits.connections = 1
        return HTTPPipeline(
            service: Sample.service, tasks: FreeTasks(), clock: StillClock(), authenticator: .sample(),
            configuration: configuration)
    }

    @Test("More connections than the limit are told so")
    func tooMany() async throws {
        let pipeline = Self.pipelineForOne()
        let first = try await Wire(pipeline)
        let second = try await Wire(pipeline)
        #expect(try await second.receive().statusLine == "HTTP/1.1 503 too many connections: at most 1 may be open")
        try await second.awaitClose()
        try await first.send("GET /xend HTTP/1.0\r\n\r\n")
        #expect(try await first.receive().status == 200)
        try await first.awaitClose()
        let third = try await Wire(pipeline)
        try await third.send(Self.get)
        #expect(try await third.receive().status == 200)
    }

    @Test(
        "When all places are taken, clients that are waited for make way for others: silent, idle and half a request alike"
    )
    func makingWay() async throws {
        for beginning in [
            "", Self.get, "GET /xe", "POST /xend HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nabc",
        ] {
            let pipeline = Self.pipelineForOne()
            let first = try await Wire(pipeline)
            if !beginning.isEmpty { try await first.send(beginning) }
            if beginning == Self.get { _ = try await first.receive() }
            await first.pass(.milliseconds(1500))
            let second = try await Wire(pipeline, time: .milliseconds(1500))
            await first.pass(.zero)
            try await first.awaitClose()
            try await second.send(Self.get)
            #expect(try await second.receive().status == 200)
        }
    }

    @Test("Who is waiting for the server keeps its place, and so does a reader of events")
    func keepingPlaces() async throws {
        let pipeline = Self.pipelineForOne()
        let reader = try await Wire(pipeline)
        try await reader.send("GET /xend/event HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n")
        #expect(try await reader.receive().status == 200)
        _ = try await reader.receive()
        await reader.pass(.seconds(5))
        let second = try await Wire(pipeline, time: .seconds(5))
        #expect(try await second.receive().status == 503)
        #expect(reader.isOpen)
    }

    @Test("A server that stops closes idle connections and lets others end with their answer")
    func quiescing() async throws {
        let idle = try await Wire(Sample.service)
        try await idle.quiesce()
        try await idle.awaitClose()
        let begun = try await Wire(Sample.service)
        try await begun.send("POST /xend/domain/vm1?op=pause HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n")
        try await begun.quiesce()
        try await begun.send("x")
        let reply = try await begun.receive()
        #expect(reply.body == "0")
        #expect(reply.header("Connection") == "close")
        try await begun.awaitClose()
    }

    @Test("Every answer has a date")
    func date() async throws {
        #expect(try await Wire.ask(Self.get).header("Date") == "Sun, 06 Nov 1994 08:49:37 GMT")
        for seconds in [0, 951_782_400, 1_709_164_800, 4_102_444_799, 784_111_777] {
            #expect(HTTPDate.seconds(HTTPDate.text(seconds)) == seconds)
        }
        #expect(HTTPDate.text(951_782_400) == "Tue, 29 Feb 2000 00:00:00 GMT")
        #expect(HTTPDate.seconds("yesterday") == nil)
    }
}
