import NIOCore
import NIOEmbedded
import Synchronization
import Testing

@testable import XendServer

/// A client that reads too slowly is cut off, and holds up nobody else.
@Suite struct SlowReaderTests {
    @Test("An answer that is not taken within the limit ends the connection")
    func answer() async throws {
        let wire = try await Wire(Sample.service)
        _ = try await wire.clog()
        try await wire.send(
            "GET /xend HTTP/1.1\r\nHost: localhost\r\n\r\nGET /xend HTTP/1.1\r\nHost: localhost\r\n\r\n")
        try await wire.untilClosed(within: .seconds(65))
    }

    @Test("A stream waits for its reader, but not for ever")
    func stream() async throws {
        let service = Sample.service
        let wire = try await Wire(service)
        try await wire.send(EventStreamTests.request + "\r\n")
        _ = try await wire.receive()
        _ = try await wire.receive()
        let clog = try await wire.clog()
        for number in 1...5 { service.publish(EventStreamTests.event(UInt64(number))) }
        try await wire.untilClosed(within: .seconds(65))
        // Only one event was on its way: the next is not written before the reader has taken it.
        #expect(clog.held == 1)
    }

    @Test("A reader that says nothing for long stays connected")
    func quiet() async throws {
        let service = Sample.service
        let wire = try await Wire(service)
        try await wire.send(EventStreamTests.request + "\r\n")
        _ = try await wire.receive()
        _ = try await wire.receive()
        await wire.pass(.hours(13))
        #expect(wire.isOpen)
        service.publish(EventStreamTests.event(1))
        #expect(try await wire.receive().text.hasPrefix("id: 1\n"))
    }
}

/// Takes what is written and lets nothing through, like a peer that does not read.
final class Clog: ChannelOutboundHandler, Sendable {
    typealias OutboundIn = ByteBuffer
    private let promises = Mutex<[EventLoopPromise<Void>]>([])
    private let count = Mutex(0)

    var held: Int { count.withLock { $0 } }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        count.withLock { $0 += 1 }
        if let promise { promises.withLock { $0.append(promise) } }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        for promise in promises.withLock({ $0 }) { promise.fail(ChannelError.ioOnClosedChannel) }
    }
}

extension Wire {
    func clog() async throws -> Clog {
        let clog = Clog()
        let pipeline = channel.pipeline
        try await channel.eventLoop.submit { try pipeline.syncOperations.addHandler(clog, position: .first) }.get()
        return clog
    }

    /// Lets time pass, a second at a time, so that the work between has its turn.
    func untilClosed(within limit: TimeAmount) async throws {
        let seconds = limit.nanoseconds / 1_000_000_000
        for _ in 0..<seconds * 1000 where isOpen {
            await pass(.milliseconds(1))
            await Task.yield()
        }
        #expect(!isOpen)
    }
}
