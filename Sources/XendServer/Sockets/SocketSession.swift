import DomainManagement
import HostInterface
import NIOCore
import Synchronization

/// One open WebSocket as somebody who looks at a console: binary messages are what is printed and typed, texts what is asked and told.
public final class SocketSession: ConsoleViewer {
    /// Bytes that have been typed and that the guest has not taken. Nobody types so much ahead.
    static let typedAhead = 64 << 10

    public let peer: NetworkAddress
    public let who: String
    private let send: @Sendable (SocketMessage, @escaping @Sendable (Bool) -> Void) -> Void
    private let end: @Sendable (SocketEnd) -> Void
    private let waiting = Mutex(0)
    private let input: AsyncStream<ConsoleInput>
    private let feed: AsyncStream<ConsoleInput>.Continuation
    private let (life, over) = AsyncStream.makeStream(of: Never.self)

    /// - Parameters:
    ///   - send: puts a message on its way, and calls back when it has left, or never will.
    ///   - end: says why, and closes.
    init(
        peer: NetworkAddress, who: String,
        send: @escaping @Sendable (SocketMessage, @escaping @Sendable (Bool) -> Void) -> Void,
        end: @escaping @Sendable (SocketEnd) -> Void
    ) {
        self.peer = peer
        self.who = who
        self.send = send
        self.end = end
        (input, feed) = AsyncStream.makeStream(of: ConsoleInput.self)
    }

    // MARK: - From the other end

    /// - Returns: false: more has been typed than anybody reads.
    func take(_ next: ConsoleInput) -> Bool {
        let fits = waiting.withLock { waiting in
            waiting += next.cost
            return waiting <= Self.typedAhead
        }
        if fits { feed.yield(next) }
        return fits
    }

    /// The other end is gone.
    func gone() {
        feed.finish()
        over.finish()
    }

    /// Returns when the other end is gone.
    func ended() async { for await _ in life {} }

    // MARK: - To the other end

    public func next() async -> ConsoleInput? {
        for await next in input {
            waiting.withLock { $0 -= next.cost }
            return next
        }
        return nil
    }

    public func show(_ bytes: [UInt8]) async throws(NetworkError) { try await put(.binary(ByteBuffer(bytes: bytes))) }

    /// `{"writer": true, "who": "alice", "viewers": 2, "joined": true}`
    public func tell(_ standing: ConsoleStanding) async throws(NetworkError) {
        var writer = JSONWriter()
        writer.value(
            .members(
                ("writer", .flag(standing.isWriter)), ("who", .string(standing.writer)),
                ("viewers", .number(String(standing.viewers))), ("joined", .flag(standing.isJoined))))
        try await put(.text(String(decoding: writer.bytes, as: UTF8.self)))
    }

    private func put(_ message: SocketMessage) async throws(NetworkError) {
        let hasLeft = await withCheckedContinuation { continuation in
            send(message) { continuation.resume(returning: $0) }
        }
        if !hasLeft { throw .closed }
    }

    public func close() async { finish(.done) }

    func finish(_ reason: SocketEnd) {
        feed.finish()
        end(reason)
    }
}

/// What goes out.
enum SocketMessage: Sendable {
    case binary(ByteBuffer)
    case text(String)
}

/// Why a WebSocket ends, in the numbers of RFC 6455 §7.4.
struct SocketEnd: Hashable, Sendable {
    let code: UInt16
    /// At most 123 bytes go with it.
    let reason: String

    static let done = SocketEnd(code: 1000, reason: "the console is closed")
    static let leaving = SocketEnd(code: 1001, reason: "xend ends this connection")
    static let broken = SocketEnd(code: 1002, reason: "that is no WebSocket")
    static let unknown = SocketEnd(code: 1003, reason: "take and give are what can be said")
    static let forbidden = SocketEnd(code: 1008, reason: "you may not be here any more")
    static let tooFast = SocketEnd(code: 1008, reason: "more has been typed than the domain reads")
    static let tooLong = SocketEnd(code: 1009, reason: "so much does not fit into one message")
    static func refused(_ text: String) -> SocketEnd { SocketEnd(code: 1013, reason: text) }
}

extension ConsoleInput {
    /// What it takes of what may be typed ahead.
    fileprivate var cost: Int {
        switch self {
        case .typed(let bytes): bytes.count + 16
        case .take, .give: 64
        }
    }
}
