import HostInterface
import NIOCore
import NIOHTTP1

/// One connection: requests in, one at a time to the router, answers out in their order.
///
/// - A client that sends several requests at once is read no further while one is being answered.
/// - A client that has finished sending still gets its answers.
/// - An error ends the connection, but only after the client has had time to read it.
final class HTTPConnection: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// What stands in line to be answered.
    private enum Item {
        case request(Request)
        case rejection(RequestAssembly.Rejection)
    }

    private let server: HTTPPipeline
    private let isWelcome: Bool
    private var context: ChannelHandlerContext?
    private var deadline: ConnectionDeadline?
    private var writer = ReplyWriter()
    private var peer: (address: NetworkAddress?, isLocal: Bool) = (nil, false)

    private var assembly: RequestAssembly?
    private var line = CircularBuffer<Item>()
    private var isAnswering = false
    /// The task that works for the request in answer.
    private var work: Task<Void, Never>?
    /// Whether it writes a stream: then it is cancelled when its client goes away, as other work never is.
    private var isStreaming = false
    /// Bytes have come that are no request yet.
    private var hasBegun = false
    /// Nothing more is read: the client has finished, or made an error.
    private var isInputEnded = false
    private var isLingering = false
    private var isQuiescing = false
    private var hasPendingRead = false

    init(_ server: HTTPPipeline, isWelcome: Bool) {
        self.server = server
        self.isWelcome = isWelcome
    }
}

// MARK: - Coming and going

extension HTTPConnection {
    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        deadline = ConnectionDeadline(context.eventLoop) { [unowned self] in expired() }
        if context.channel.isActive { opened(context) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        deadline?.cancel()
        deadline = nil
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        opened(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        endStream()
        line.removeAll()
        assembly = nil
        context.fireChannelInactive()
    }

    private func opened(_ context: ChannelHandlerContext) {
        let remote = context.remoteAddress
        peer.address = remote?.ipAddress.map { NetworkAddress(host: $0, port: UInt16(remote?.port ?? 0)) }
        // A connection from one of the machine's own addresses comes from this machine.
        let isOwn = remote?.ipAddress != nil && remote?.ipAddress == context.localAddress?.ipAddress
        peer.isLocal = isOwn || peer.address?.isLoopback == true
        deadline?.set(in: server.limits.idle)
        guard !isWelcome else { return }
        let text = "too many connections: at most \(server.limits.connections) may be open"
        reject(RequestAssembly.Rejection(status: Status.unavailable, text: text))
    }

    /// Bytes have arrived, whatever they will become.
    func bytesArrived() {
        guard !hasBegun, !isAnswering, !isInputEnded else { return }
        hasBegun = true
        deadline?.set(in: server.limits.request)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed:
            isInputEnded = true
            assembly = nil
            if isLingering || isIdle { context.close(promise: nil) }
        case is ChannelShouldQuiesceEvent:
            isQuiescing = true
            endStream()
            if isIdle { context.close(promise: nil) }
        default:
            break
        }
        context.fireUserInboundEventTriggered(event)
    }

    private var isIdle: Bool { !isAnswering && line.isEmpty && assembly == nil }
}

// MARK: - Requests

extension HTTPConnection {
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isInputEnded, !isLingering else { return }
        do throws(RequestAssembly.Rejection) {
            switch unwrapInboundIn(data) {
            case .head(let head): try begin(head, context)
            case .body(let bytes): try assembly?.append(bytes)
            case .end: try end()
            }
        } catch {
            reject(error)
        }
    }

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) throws(RequestAssembly.Rejection) {
        let assembly = try RequestAssembly(head, limits: server.limits)
        self.assembly = assembly
        guard assembly.expectsContinue, !isAnswering, line.isEmpty else { return }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")), promise: nil)
    }

    private func end() throws(RequestAssembly.Rejection) {
        guard var assembly else { return }
        self.assembly = nil
        hasBegun = false
        line.append(.request(try assembly.finish(peer: peer.address, isLocal: peer.isLocal)))
        answerNext()
    }

    /// Puts an error in line; what comes after it is not read.
    private func reject(_ rejection: RequestAssembly.Rejection) {
        guard !isInputEnded else { return }
        assembly = nil
        isInputEnded = true
        line.append(.rejection(rejection))
        answerNext()
    }

    /// What is no HTTP, or exceeds the decoder's limits.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError else {
            server.logger.debug("connection failed", metadata: ["error": "\(error)"])
            return context.close(promise: nil)
        }
        // The peer closed in the middle of a request: nobody is there to be told.
        guard error != .invalidEOFState else { return }
        let status = error == .headerOverflow ? Status.headersTooLarge : Status.badRequest
        reject(RequestAssembly.Rejection(status: status, text: "cannot read the request: \(error)"))
    }

    func read(context: ChannelHandlerContext) {
        // Reading goes on after an error, to throw away what comes.
        if isAnswering, !isLingering, !line.isEmpty {
            hasPendingRead = true
        } else {
            context.read()
        }
    }
}

// MARK: - Answers

extension HTTPConnection {
    private func answerNext() {
        guard !isAnswering, let context, let item = line.popFirst() else { return }
        isAnswering = true
        deadline?.set(in: nil)
        switch item {
        case .rejection(let rejection):
            send(.plain(rejection.status, rejection.text, closes: true), to: nil)
        case .request(let request):
            let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
            let (server, eventLoop) = (server, context.eventLoop)
            work = server.tasks.spawn {
                let reply = await server.router.answer(request)
                eventLoop.execute { bound.value.send(reply, to: request) }
                guard case .stream(let write) = reply.body, request.method != .HEAD else { return }
                await write(EventWriter(send: { bytes in
                    eventLoop.flatSubmit { bound.value.sendPart(bytes, on: eventLoop) }
                }, heartbeat: server.limits.heartbeat))
                eventLoop.execute { bound.value.streamEnded() }
            }
        }
    }

    private func send(_ reply: Reply, to request: Request?) {
        let isStream = reply.isStream && request?.method != .HEAD
        isStreaming = isStream
        guard let context, context.channel.isActive else { return endStream() }
        let isLast = reply.closes || request?.keepsAlive != true || isQuiescing || (isInputEnded && line.isEmpty)
        let bytes = writer.bytes(
            of: reply, to: request, second: Int(server.clock.wallTime.seconds), closes: isLast,
            allocator: context.channel.allocator)
        deadline?.set(in: server.limits.answer)
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(bytes)).whenComplete { result in
            bound.value.sent(result, isLast: isLast, isStream: isStream, afterError: request == nil)
        }
    }

    private func sent(_ result: Result<Void, any Error>, isLast: Bool, isStream: Bool, afterError: Bool) {
        guard let context, case .success = result else { return }
        if isStream { return deadline?.set(in: nil) ?? () }
        if isLast { return afterError ? linger(context) : context.close(promise: nil) }
        isAnswering = false
        work = nil
        deadline?.set(in: hasBegun ? server.limits.request : server.limits.idle)
        answerNext()
        if hasPendingRead, !isAnswering || line.isEmpty {
            hasPendingRead = false
            context.read()
        }
    }

    private func sendPart(_ bytes: ByteBuffer, on eventLoop: any EventLoop) -> EventLoopFuture<Void> {
        guard let context else { return eventLoop.makeFailedFuture(ChannelError.ioOnClosedChannel) }
        deadline?.set(in: server.limits.answer)
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let sent: EventLoopFuture<Void> = context.writeAndFlush(wrapOutboundOut(bytes))
        sent.whenSuccess { bound.value.deadline?.set(in: nil) }
        return sent
    }

    private func streamEnded() {
        context?.close(promise: nil)
    }

    private func endStream() {
        if isStreaming { work?.cancel() }
    }

    /// Closing at once would reset the connection while the client still sends, and it would never see the answer.
    private func linger(_ context: ChannelHandlerContext) {
        isLingering = true
        deadline?.set(in: server.limits.linger)
        context.close(mode: .output, promise: nil)
        if hasPendingRead {
            hasPendingRead = false
            context.read()
        }
    }

    private func expired() {
        guard let context else { return }
        if !isAnswering, hasBegun, !isInputEnded {
            let text = "the request did not arrive within \(server.limits.request.nanoseconds / 1_000_000_000) seconds"
            return reject(RequestAssembly.Rejection(status: Status.timeout, text: text))
        }
        context.close(promise: nil)
    }
}
