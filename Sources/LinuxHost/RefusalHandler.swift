import NIOCore

/// Tells one connection too many that it is, and closes it once that can have been read.
final class RefusalHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// How long a refused client may take to read the answer.
    static let linger = TimeAmount.seconds(1)

    private static let answer = """
        HTTP/1.1 503 Service Unavailable\r
        Content-Type: text/plain\r
        Content-Length: 70\r
        Retry-After: 1\r
        Connection: close\r
        \r
        xend has too many open connections; close some, or try again shortly.

        """

    static func configure(_ channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(RefusalHandler())
        }
    }

    func channelActive(context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: RefusalHandler.answer)), promise: nil)
        // Closing with the request unread would reset the connection, and the answer would be lost.
        context.close(mode: .output, promise: nil)
        let channel = context.channel
        let timeout = context.eventLoop.scheduleTask(in: RefusalHandler.linger) { channel.close(promise: nil) }
        channel.closeFuture.whenComplete { _ in timeout.cancel() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}
}
