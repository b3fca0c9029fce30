import NIOCore

/// Writes the body of a streamed answer. Each write returns when the bytes have left for the client, so that a slow
/// reader slows its writer down and nobody else.
public struct EventWriter: Sendable {
    /// Calls back when the bytes have left.
    let send: @Sendable (ByteBuffer, @escaping @Sendable (Result<Void, any Error>) -> Void) -> Void
    /// After so long without anything to say a comment shows whether the client is still there.
    let heartbeat: TimeAmount

    /// - Throws: what the channel says when the client is gone or was cut off.
    public func write(_ bytes: [UInt8]) async throws { try await write(ByteBuffer(bytes: bytes)) }

    /// Bytes that others are sent too.
    func write(_ bytes: ByteBuffer) async throws {
        // One future of the channel's, and none of ours: they were half of what an event cost.
        let result = await withCheckedContinuation { continuation in
            send(bytes) { continuation.resume(returning: $0) }
        }
        try result.get()
    }
}
