import HostInterface
import NIOCore

/// A TCP connection. Dropping the last reference closes it.
///
/// A cancelled read fails with `closed` and leaves the connection as it is; a cancelled write closes the connection,
/// because nobody can tell how much of it has been sent.
final class LinuxConnection: NetworkConnection {
    let peer: NetworkAddress
    let identity: PeerIdentity
    private let channel: any Channel
    private let stream: NIOLoopBound<StreamHandler>

    /// Takes over a channel that has been set up with `configure`. On the channel's event loop.
    init(_ channel: any Channel) throws {
        self.channel = channel
        peer = NetworkAddress(channel.remoteAddress)
        identity = SocketOwner.identity(of: channel)
        let handler = try channel.pipeline.syncOperations.handler(type: StreamHandler.self)
        stream = NIOLoopBound(handler, eventLoop: channel.eventLoop)
    }

    deinit { channel.close(promise: nil) }

    /// Prepares a new channel.
    /// - Parameter secure: puts what stands between the socket and the stream into its pipeline.
    static func configure(_ channel: any Channel, _ secure: StreamSecurity.Setup?) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            try secure?(channel.pipeline.syncOperations)
            try channel.pipeline.syncOperations.addHandler(StreamHandler())
        }
    }

    func read(_ count: Int) async throws(NetworkError) -> [UInt8] {
        guard count > 0 else { return [] }
        let (loop, stream, ticket) = (channel.eventLoop, stream, StreamHandler.Ticket())
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { answer in
                loop.execute { stream.value.read(count, ticket, answer) }
            }
        } onCancel: {
            ticket.cancelled.store(true, ordering: .relaxed)
            loop.execute { stream.value.cancel(ticket) }
        }
        return try result.get()
    }

    func write(_ bytes: [UInt8]) async throws(NetworkError) {
        guard !bytes.isEmpty else { return }
        let buffer = channel.allocator.buffer(bytes: bytes)
        let channel = channel
        do {
            // Done when the kernel has taken the bytes: a slow peer holds up its own writer, and nothing piles up here.
            try await withTaskCancellationHandler {
                try await channel.writeAndFlush(buffer).get()
            } onCancel: {
                channel.close(promise: nil)
            }
        } catch {
            throw NetworkError(connection: error)
        }
    }

    func finish() async {
        try? await channel.close(mode: .output).get()
    }

    func close() async {
        try? await channel.close().get()
    }
}
