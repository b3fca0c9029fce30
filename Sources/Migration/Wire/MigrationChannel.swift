import HostInterface
import SExpressions

/// A connection between two xends that trust each other: messages and pieces of an image, each authenticated.
///
/// One task sends at a time, and one receives.
public actor MigrationChannel {
    /// What comes over a channel.
    public enum Incoming: Hashable, Sendable {
        /// Understood.
        case message(MigrationMessage)
        /// The next piece of the domain's image.
        case image([UInt8])
    }

    private let connection: any NetworkConnection
    private var outgoing = FrameCoder()
    private var incoming = FrameCoder()
    private var buffer: ArraySlice<UInt8> = []

    /// Where the connection comes from or goes to.
    public nonisolated let peer: NetworkAddress

    private init(_ connection: any NetworkConnection) {
        self.connection = connection
        peer = connection.peer
    }

    // MARK: Beginning

    /// Greets a listener; both prove who they are.
    ///
    /// - Parameters:
    ///   - secret: nil: nothing has to be known.
    ///   - isMember: the connection itself proves that the peer belongs to the pool. Without this and a secret the peer must be
    ///     on this very machine.
    /// - Throws: and closes the connection.
    public static func call(
        _ connection: any NetworkConnection, secret: PoolSecret?, isMember: Bool = false, random: any RandomSource
    ) async throws(WireError) -> MigrationChannel {
        let channel = MigrationChannel(connection)
        do {
            try channel.checkPlace(secret, isMember)
            var handshake = Handshake(.caller, secret: secret, nonce: random.bytes(16))
            try await channel.send(.message, handshake.greeting())
            let proof = try handshake.proof(after: try await channel.expression())
            try await channel.send(.message, proof)
            try handshake.check(try await channel.expression())
            await channel.begin(handshake)
            return channel
        } catch {
            await channel.close()
            throw error
        }
    }

    /// Answers a caller.
    public static func answer(
        _ connection: any NetworkConnection, secret: PoolSecret?, isMember: Bool = false, random: any RandomSource
    ) async throws(WireError) -> MigrationChannel {
        let channel = MigrationChannel(connection)
        do {
            try channel.checkPlace(secret, isMember)
            var handshake = Handshake(.listener, secret: secret, nonce: random.bytes(16))
            let answer = try handshake.answer(try await channel.expression())
            try await channel.send(.message, answer)
            try handshake.check(try await channel.expression())
            try await channel.send(.message, handshake.proof())
            await channel.begin(handshake)
            return channel
        } catch {
            if error.reason != .cut { try? await channel.send(.message, .element("refused", error.text)) }
            await channel.close()
            throw error
        }
    }

    private nonisolated func checkPlace(_ secret: PoolSecret?, _ isMember: Bool) throws(WireError) {
        guard secret == nil, !isMember, !peer.isLoopback else { return }
        throw WireError(
            .refused,
            "this xend takes and sends domains only on its own machine: it has neither a xend-pool-secret-file nor "
                + "certificates")
    }

    private func begin(_ handshake: Handshake) {
        let peer: Handshake.Side = handshake.side == .caller ? .listener : .caller
        outgoing.authenticate(handshake.key(of: handshake.side))
        incoming.authenticate(handshake.key(of: peer))
    }

    // MARK: Sending

    /// Sends a message; returns when the network has taken it.
    public func send(_ message: MigrationMessage) async throws(WireError) {
        try await send(.message, message.expression)
    }

    /// Sends a piece of an image; returns when the network has taken it.
    public func send(image bytes: [UInt8]) async throws(WireError) {
        guard bytes.count > Frame.maximumImage else { return try await write(outgoing.encode(.image, bytes)) }
        for start in stride(from: 0, to: bytes.count, by: Frame.maximumImage) {
            let piece = Array(bytes[start..<min(start + Frame.maximumImage, bytes.count)])
            try await write(outgoing.encode(.image, piece))
        }
    }

    private func send(_ kind: Frame.Kind, _ expression: SExpression) async throws(WireError) {
        var bytes: [UInt8] = []
        expression.write(into: &bytes)
        try await write(outgoing.encode(kind, bytes))
    }

    private func write(_ bytes: [UInt8]) async throws(WireError) {
        do {
            try await connection.write(bytes)
        } catch {
            throw WireError(error)
        }
    }

    // MARK: Receiving

    /// Waits for what comes next.
    ///
    /// - Throws: `cut` when the connection has ended, `malformed` when what came is not authentic or cannot be understood.
    public func receive() async throws(WireError) -> Incoming {
        let frame = try await frame()
        switch frame.kind {
        case .image: return .image(frame.payload)
        case .message:
            guard let expression = try? SExpression.parseFirst(frame.payload),
                let message = MigrationMessage(expression)
            else { throw WireError(.malformed, "the peer sent a message that cannot be understood") }
            return .message(message)
        }
    }

    private func expression() async throws(WireError) -> SExpression {
        let frame = try await frame()
        guard frame.kind == .message, let expression = try? SExpression.parseFirst(frame.payload) else {
            throw WireError(.malformed, "the peer does not speak xend's migration protocol")
        }
        return expression
    }

    private func frame() async throws(WireError) -> Frame {
        let header = try await read(Frame.headerSize)
        let (kind, length) = try incoming.decode(header: header)
        let rest = try await read(length + incoming.trailerSize)
        return try incoming.decode(kind, header: header, rest: rest)
    }

    private func read(_ count: Int) async throws(WireError) -> [UInt8] {
        while buffer.count < count {
            let piece: [UInt8]
            do {
                piece = try await connection.read(max(count - buffer.count, 64 * 1024))
            } catch {
                throw WireError(error)
            }
            guard !piece.isEmpty else { throw WireError(.cut, "the peer closed the connection") }
            buffer += piece
        }
        let bytes = Array(buffer.prefix(count))
        buffer = buffer.dropFirst(count)
        return bytes
    }

    // MARK: Ending

    /// Closes it; what waits on it fails. Idempotent.
    public nonisolated func close() async { await connection.close() }
}
