import AccessControl
import HostInterface
import NIOCore
import NIOHTTP1

/// One connection: requests in, one at a time to the router, answers out in their order.
///
/// - A client that sends several requests at once is read no further while one is being answered.
/// - A client that has finished sending still gets its answers.
/// - An error ends the connection, but only after the client has had time to read it.
final class HTTPConnection: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// What stands in line to be answered.
    enum Item {
        /// With its share of the memory for bodies.
        case request(Request, BodyBudget.Share?)
        case rejection(RequestAssembly.Rejection)
    }

    let server: HTTPPipeline
    /// nil: there was none left.
    let seat: Seat?
    var context: ChannelHandlerContext?
    var deadline: ConnectionDeadline?
    var writer = ReplyWriter()
    /// Who is at the other end.
    let caller: Caller
    /// It is one over TLS.
    let isEncrypted: Bool

    var assembly: RequestAssembly?
    /// Of the memory for bodies, what the request has that is being answered.
    var share: BodyBudget.Share?
    var line = CircularBuffer<Item>()
    var isAnswering = false
    /// The task that works for the request in answer.
    var work: Task<Void, Never>?
    /// Whether it writes a stream: then it is cancelled when its client goes away, as other work never is.
    var isStreaming = false
    /// Bytes have come that are no request yet.
    var hasBegun = false
    /// Nothing more is read: the client has finished, or made an error.
    var isInputEnded = false
    var isLingering = false
    var isQuiescing = false
    var hasPendingRead = false

    init(_ server: HTTPPipeline, _ caller: Caller, isEncrypted: Bool, seat: Seat?) {
        self.server = server
        self.caller = caller
        self.isEncrypted = isEncrypted
        self.seat = seat
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
        deadline?.set(in: server.limits.idle)
        guard seat == nil else { return }
        let text = "too many connections: at most \(server.limits.connections) may be open"
        reject(RequestAssembly.Rejection(status: Status.unavailable, text: text))
    }

    /// Bytes have arrived, whatever they will become.
    func bytesArrived() {
        guard !hasBegun, !isAnswering, !isInputEnded else { return }
        hasBegun = true
        deadline?.set(in: server.limits.request)
        waitForClient()
    }

    func waitForClient() {
        guard let context else { return }
        seat?.waits(since: context.eventLoop.now)
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

    var isIdle: Bool { !isAnswering && line.isEmpty && assembly == nil }
}
