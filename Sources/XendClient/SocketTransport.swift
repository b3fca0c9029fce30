// The wire: one TCP connection per request, through SwiftNIO.

import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix

/// Speaks HTTP/1.1 to a daemon, one connection per request, as the original client did.
///
/// Each request has a deadline that covers everything from connecting to the last byte of the answer.
public struct SocketTransport: XendTransport {
    private let address: XendAddress
    private let group: MultiThreadedEventLoopGroup

    /// Time for the handshake of TCP; a machine that is switched off answers nothing at all.
    private static let connectTimeout = TimeAmount.seconds(10)

    public init(address: XendAddress, group: MultiThreadedEventLoopGroup = .singleton) {
        self.address = address
        self.group = group
    }

    public func perform(_ request: XendRequest) async throws(XendError) -> XendResponse {
        do {
            let promise = group.next().makePromise(of: XendResponse.self)
            let channel = try await connect(promise, request)
            return try await withTaskCancellationHandler {
                try await promise.futureResult.get()
            } onCancel: {
                channel.close(promise: nil)
            }
        } catch {
            throw SocketTransport.explained(error)
        }
    }

    private func connect(_ promise: EventLoopPromise<XendResponse>, _ request: XendRequest) async throws -> any Channel {
        do {
            return try await ClientBootstrap(group: promise.futureResult.eventLoop)
                .connectTimeout(min(SocketTransport.connectTimeout, TimeAmount(request.timeLimit)))
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHTTPClientHandlers()
                        try channel.pipeline.syncOperations.addHandler(ExchangeHandler(request, promise))
                    }
                }
                .connect(host: address.host, port: address.port).get()
        } catch {
            promise.fail(error)
            throw error
        }
    }

    // MARK: Errors

    /// The words of the operating system, with its number, as clients of 2004 showed them.
    private static func explained(_ error: any Error) -> XendError {
        switch error {
        case let error as XendError: return error
        case let error as NIOConnectionError:
            if let last = error.connectionErrors.last { return explained(last.error) }
            return .unreachable("[Errno -2] Name or service not known: \(error.host)")
        case let error as IOError: return .unreachable("[Errno \(error.errnoCode)] \(String(cString: strerror(error.errnoCode)))")
        case ChannelError.connectTimeout: return .unreachable("[Errno 110] Connection timed out")
        case let error as HTTPParserError: return .unreachable("the answer is not HTTP: \(error)")
        case ChannelError.ioOnClosedChannel, ChannelError.alreadyClosed, ChannelError.eof:
            return .unreachable(ExchangeHandler.lost)
        default: return .unreachable("\(error)")
        }
    }
}

/// Sends one request when the connection stands, and gathers the answer.
private final class ExchangeHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    /// Bytes of an answer. The log is the longest, and is rotated at one megabyte; a list of thousands of domains
    /// has a few.
    private static let sizeLimit = 64 << 20
    static let lost = "xend closed the connection before it had answered; what was asked may have been done"

    private let request: XendRequest
    private let promise: EventLoopPromise<XendResponse>
    private var deadline: Scheduled<Void>?
    private var response: XendResponse?

    init(_ request: XendRequest, _ promise: EventLoopPromise<XendResponse>) {
        self.request = request
        self.promise = promise
    }

    func channelActive(context: ChannelHandlerContext) {
        let seconds = request.timeLimit.components.seconds
        let promise = promise
        let channel = context.channel
        deadline = context.eventLoop.scheduleTask(in: TimeAmount(request.timeLimit)) {
            promise.fail(XendError.unreachable("xend has not answered for \(seconds) seconds"))
            channel.close(promise: nil)
        }
        send(context)
    }

    private func send(_ context: ChannelHandlerContext) {
        var head = HTTPRequestHead(version: .http1_1, method: request.method == .get ? .GET : .POST, uri: request.target)
        for header in request.headers { head.headers.add(name: header.name, value: header.value) }
        head.headers.add(name: "Connection", value: "close")
        if request.method == .post { head.headers.add(name: "Content-Length", value: String(request.body.count)) }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if !request.body.isEmpty {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: request.body)))), promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            // 100 Continue and its like come before the answer.
            guard head.status.code >= 200 else { return }
            response = XendResponse(
                status: Int(head.status.code), reason: head.status.reasonPhrase,
                headers: head.headers.map { ($0.name, $0.value) }, body: [])
        case .body(let buffer):
            response?.body += Array(buffer.readableBytesView)
            if let size = response?.body.count, size > ExchangeHandler.sizeLimit {
                finish(context, .failure(.unreadable("the answer of xend is longer than \(ExchangeHandler.sizeLimit) bytes")))
            }
        case .end:
            guard let response else { return }
            finish(context, .success(response))
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        promise.fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        promise.fail(XendError.unreachable(ExchangeHandler.lost))
    }

    private func finish(_ context: ChannelHandlerContext, _ result: Result<XendResponse, XendError>) {
        deadline?.cancel()
        switch result {
        case .success(let response): promise.succeed(response)
        case .failure(let error): promise.fail(error)
        }
        context.close(promise: nil)
    }
}
