import DomainLifecycle
import NIOCore
import Testing

@testable import XendServer

/// Events as they happen, and again for those who come back.
@Suite struct EventStreamTests {
    static let request = "GET /xend/event HTTP/1.1\r\nHost: localhost\r\nUser-Agent: x\r\nAccept: text/event-stream\r\n"

    static func event(_ number: UInt64) -> NumberedEvent {
        NumberedEvent(number: number, time: 1.5, event: Event("xend.domain.create", ["vm1", "<1>\n"]))
    }

    @Test("Events are sent with their number, until the daemon ends them")
    func stream() async throws {
        let service = Sample.service
        let wire = try await Wire(service)
        try await wire.send(Self.request + "\r\n")
        let head = try await wire.receive()
        #expect(head.statusLine == "HTTP/1.1 200 OK")
        #expect(head.header("Content-Type") == "text/event-stream")
        #expect(head.header("Content-Length") == nil)
        #expect(head.header("Connection") == "close")
        #expect(try await wire.receive().text == "retry: 2000\n\n")
        for number in 7...8 {
            service.publish(Self.event(UInt64(number)))
            #expect(
                try await wire.receive().text
                    == "id: \(number)\ndata: (event (number \(number)) (time 1.5) (name xend.domain.create) "
                    + "(value (vm1 '<1>\\n')))\n\n")
        }
        service.endStream()
        try await wire.awaitClose()
        #expect(service.asked == ["stream since now of [\"*\"]"])
    }

    @Test("A reader that comes back goes on after the last number, and is told what is missing")
    func resumption() async throws {
        let service = Sample.service
        service.change { $0.missed = 4 }
        let wire = try await Wire(service)
        try await wire.send(
            Self.request.replacingFirst("/xend/event", with: "/xend/event?since=1&pattern=xend.*&pattern=a.b")
                + "Last-Event-ID: 9\r\n\r\n")
        _ = try await wire.receive()
        #expect(try await wire.receive().text == "retry: 2000\n\nevent: missed\ndata: 4\n\n")
        service.endStream()
        try await wire.awaitClose()
        #expect(service.asked == ["stream since 9 of [\"xend.*\", \"a.b\"]"])
    }

    @Test("One address has its share of the places, and has it again when its readers have gone")
    func share() async throws {
        let service = Sample.service
        let pipeline = HTTPPipeline(
            service: service, tasks: FreeTasks(), clock: StillClock(), authenticator: .sample())
        var wires: [Wire] = []
        for _ in 0..<ReaderPlaces.limit {
            let wire = try await Wire(pipeline, peer: "192.0.2.7")
            try await wire.send(Self.request + "\r\n")
            #expect(try await wire.receive().statusLine == "HTTP/1.1 200 OK")
            wires.append(wire)
        }
        let another = try await Wire(pipeline, peer: "192.0.2.7")
        try await another.send(Self.request + "\r\n")
        #expect(try await another.receive().statusLine.hasPrefix("HTTP/1.1 503 64 readers of events at your address"))
        let other = try await Wire(pipeline, peer: "192.0.2.8")
        try await other.send(Self.request + "\r\n")
        #expect(try await other.receive().statusLine == "HTTP/1.1 200 OK")
        service.endStream()
        for wire in wires { try await wire.awaitClose() }
        let places = ReaderPlaces()
        var taken = (0..<ReaderPlaces.limit).map { _ in places.take("a") }
        #expect(taken.allSatisfy { $0 != nil } && places.take("a") == nil)
        taken.removeLast()
        #expect(places.take("a") != nil)
    }

    @Test("One reader too many is told so")
    func tooMany() async throws {
        let service = Sample.service
        service.change { $0.isFull = true }
        let reply = try await Wire.ask(Self.request + "\r\n", of: service)
        #expect(reply.statusLine.hasPrefix("HTTP/1.1 503 too many readers of events"))
    }

    @Test("Events for a reader that has gone harm nobody")
    func gone() async throws {
        let service = Sample.service
        let wire = try await Wire(service)
        try await wire.send(Self.request + "\r\n")
        _ = try await wire.receive()
        _ = try await wire.receive()
        try await wire.channel.close()
        try await wire.awaitClose()
        await wire.pass(.seconds(1))
        for number in 1...3 { service.publish(Self.event(UInt64(number))) }
        service.endStream()
        for _ in 0..<100 { await Task.yield() }
    }

    @Test("The stream ends when the server stops")
    func ending() async throws {
        let wire = try await Wire(Sample.service)
        try await wire.send(Self.request + "\r\n")
        _ = try await wire.receive()
        _ = try await wire.receive()
        try await wire.quiesce()
        try await wire.awaitClose()
    }
}

extension String {
    fileprivate func replacingFirst(_ part: String, with text: String) -> String {
        range(of: part).map { self[..<$0.lowerBound] + text + self[$0.upperBound...] } ?? self
    }
}
