import HTTPInterface
import NIOCore
import NIOWebSocket

/// The frames of one WebSocket. Who sends none that are whole, sends too long ones, or is silent when asked, is dropped.
final class SocketHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    /// Bytes of one frame: what somebody pastes comes in several.
    static let frame = 16 << 10
    /// Bytes of a message, of however many frames it is made.
    static let message = 64 << 10
    /// Beats without a word after which nobody is there.
    static let patience = 2

    private let limits: HTTPLimits
    /// Whether who has come may be here still: sessions end, and tokens are revoked.
    private let isAllowed: () -> Bool
    private var session: SocketSession?
    private var context: ChannelHandlerContext?
    private var beat: ConnectionDeadline?
    private var departure: ConnectionDeadline?
    private var silentBeats = 0
    private var isClosing = false
    /// What has come of a message that is not complete.
    private var begun: (opcode: WebSocketOpcode, bytes: [UInt8])?

    init(limits: HTTPLimits, isAllowed: @escaping () -> Bool) {
        self.limits = limits
        self.isAllowed = isAllowed
    }

    /// To be called before it is added.
    func serve(_ session: SocketSession) { self.session = session }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        beat = ConnectionDeadline(context.eventLoop) { [unowned self] in beaten() }
        departure = ConnectionDeadline(context.eventLoop) { [unowned self] in self.context?.close(promise: nil) }
        beat?.set(in: limits.heartbeat)
    }

    func handlerRemoved(context: ChannelHandlerContext) { over() }

    func channelInactive(context: ChannelHandlerContext) {
        over()
        context.fireChannelInactive()
    }

    private func over() {
        beat?.cancel()
        departure?.cancel()
        (beat, departure, context) = (nil, nil, nil)
        session?.gone()
        session = nil
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed: context.close(promise: nil)
        case is ChannelShouldQuiesceEvent: end(.leaving)
        default: break
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? NIOWebSocketError else { return context.close(promise: nil) }
        switch error {
        case .invalidFrameLength: end(.tooLong)
        default: end(.broken)
        }
    }

    // MARK: - In

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isClosing else { return }
        let frame = unwrapInboundIn(data)
        // A browser masks everything it sends (RFC 6455 §5.1); none of us has agreed to an extension.
        guard let key = frame.maskKey, !frame.rsv1, !frame.rsv2, !frame.rsv3 else { return end(.broken) }
        silentBeats = 0
        var content = frame.data
        content.webSocketUnmask(key)
        switch frame.opcode {
        case .ping: pong(content, context)
        case .pong: break
        case .connectionClose: end(.done)
        case .binary, .text, .continuation: part(frame.opcode, content, isLast: frame.fin)
        default: end(.broken)
        }
    }

    private func part(_ opcode: WebSocketOpcode, _ content: ByteBuffer, isLast: Bool) {
        guard (opcode == .continuation) == (begun != nil) else { return end(.broken) }
        var message = begun ?? (opcode, [])
        message.bytes += content.readableBytesView
        guard message.bytes.count <= Self.message else { return end(.tooLong) }
        guard isLast else {
            begun = message
            return
        }
        begun = nil
        take(message.opcode, message.bytes)
    }

    private func take(_ opcode: WebSocketOpcode, _ bytes: [UInt8]) {
        guard let session, !bytes.isEmpty else { return }
        if opcode == .binary {
            if !session.take(.typed(bytes)) { end(.tooFast) }
            return
        }
        switch String(decoding: bytes, as: UTF8.self) {
        case "take": if !session.take(.take) { end(.tooFast) }
        case "give": if !session.take(.give) { end(.tooFast) }
        default: end(.unknown)
        }
    }

    private func pong(_ content: ByteBuffer, _ context: ChannelHandlerContext) {
        // Who asks again and again and does not read what is answered is owed nothing.
        guard context.channel.isWritable else { return }
        write(.pong, content, nil)
    }

    // MARK: - Out

    /// - Parameter sent: is told whether it has left.
    func send(_ message: SocketMessage, _ sent: @escaping @Sendable (Bool) -> Void) {
        guard let context, !isClosing else { return sent(false) }
        let promise = context.eventLoop.makePromise(of: Void.self)
        // Who reads slower is cut off, as from any other answer.
        departure?.set(in: limits.answer)
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        promise.futureResult.whenComplete { result in
            guard case .success = result else { return sent(false) }
            if !bound.value.isClosing { bound.value.departure?.set(in: nil) }
            sent(true)
        }
        switch message {
        case .binary(let bytes): write(.binary, bytes, promise)
        case .text(let text): write(.text, ByteBuffer(string: text), promise)
        }
    }

    private func write(_ opcode: WebSocketOpcode, _ content: ByteBuffer, _ promise: EventLoopPromise<Void>?) {
        guard let context else { return promise?.fail(ChannelError.ioOnClosedChannel) ?? () }
        context.writeAndFlush(
            wrapOutboundOut(WebSocketFrame(fin: true, opcode: opcode, data: content)), promise: promise)
    }

    private func beaten() {
        guard let context, !isClosing else { return }
        guard isAllowed() else { return end(.forbidden) }
        guard silentBeats < Self.patience else { return context.close(promise: nil) }
        silentBeats += 1
        if context.channel.isWritable { write(.ping, ByteBuffer(), nil) }
        beat?.set(in: limits.heartbeat)
    }

    /// Says why, and closes when that has been read or a moment has passed.
    func end(_ reason: SocketEnd) {
        guard let context, !isClosing else { return }
        isClosing = true
        beat?.set(in: nil)
        session?.gone()
        var content = context.channel.allocator.buffer(capacity: 125)
        content.writeInteger(reason.code)
        // Whole characters, as far as they fit into a frame of control.
        for character in reason.reason {
            guard content.readableBytes + String(character).utf8.count <= 125 else { break }
            content.writeString(String(character))
        }
        departure?.set(in: limits.linger)
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.writeAndFlush(
            wrapOutboundOut(WebSocketFrame(fin: true, opcode: .connectionClose, data: content))
        ).whenComplete { _ in bound.value.close(mode: .output, promise: nil) }
    }
}
