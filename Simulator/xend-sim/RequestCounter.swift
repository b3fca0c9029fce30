import HTTPInterface
import NIOCore

extension Pacemaker {
    /// Makes connections as `configure` does, and counts the requests on them where that moves time.
    func counting(_ configure: @escaping ChannelConfiguration) -> ChannelConfiguration {
        guard movesTime else { return configure }
        return { channel, identity in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(RequestCounter(self))
            }.flatMap { configure(channel, identity) }
        }
    }
}

/// Tells the pacemaker of requests under way, by what passes through a connection. Those to `/simulator` move time themselves.
final class RequestCounter: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer

    private let pacemaker: Pacemaker
    private var isOpen = false

    init(_ pacemaker: Pacemaker) { self.pacemaker = pacemaker }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        let target = bytes.readableBytesView.prefix(32).drop { $0 != UInt8(ascii: " ") }
        if !isOpen, !target.starts(with: " /simulator".utf8) {
            isOpen = true
            pacemaker.began()
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        close()
        context.write(data, promise: promise)
    }

    func channelInactive(context: ChannelHandlerContext) {
        close()
        context.fireChannelInactive()
    }

    private func close() {
        guard isOpen else { return }
        isOpen = false
        pacemaker.ended()
    }
}
