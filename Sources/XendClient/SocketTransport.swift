// The wire: one TCP connection per request, through SwiftNIO.

import Glibc
import NIOCore
import NIOPosix

/// Speaks HTTP/1.1 to a daemon, one connection per request, as the original client did.
///
/// Each request has a deadline that covers everything from connecting to the last byte of the answer.
public struct SocketTransport: XendTransport {
    private let address: XendAddress
    private let group: MultiThreadedEventLoopGroup
    private let token: String?
    private let security: ClientSecurity?
    public let hasCredentials: Bool

    /// Time for the handshake of TCP; a machine that is switched off answers nothing at all.
    private static let connectTimeout = TimeAmount.seconds(10)

    /// - Throws: `XendError.invalid` for credentials that cannot be used there, and for TLS in a program that was built without it.
    public init(
        address: XendAddress, credentials: XendCredentials = XendCredentials(),
        group: MultiThreadedEventLoopGroup = .singleton
    ) throws(XendError) {
        self.address = address
        self.group = group
        token = credentials.token
        hasCredentials = credentials.tellWhoAsks
        if address.isSecured {
            security = try ClientSecurity(credentials, host: address.host)
        } else {
            guard credentials.certificate == nil, credentials.authority == nil else {
                throw .invalid(
                    "XEND_CERTIFICATE, XEND_KEY and XEND_CA are for TLS: XEND is https://\(address.authority) then")
            }
            guard token == nil || address.isLocal else {
                throw .invalid(
                    "a token is not sent to \(address.host) where others can read it: set XEND=https://HOST:PORT")
            }
            security = nil
        }
    }

    /// Connects, sends and waits for the whole answer, within the request's time limit.
    ///
    /// - Throws: `XendError.unreachable` with the system's reason.
    public func perform(_ request: XendRequest) async throws(XendError) -> XendResponse {
        var request = request
        if let token { request.headers.append((name: "Authorization", value: "Bearer \(token)")) }
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

    private func connect(_ promise: EventLoopPromise<XendResponse>, _ request: XendRequest) async throws -> any Channel
    {
        do {
            let bootstrap = ClientBootstrap(group: promise.futureResult.eventLoop)
                .connectTimeout(min(SocketTransport.connectTimeout, TimeAmount(request.timeLimit)))
                .channelInitializer { [security] channel in
                    channel.eventLoop.makeCompletedFuture {
                        try security?.configure(channel.pipeline.syncOperations)
                        try channel.pipeline.syncOperations.addHandler(ExchangeHandler(request, promise))
                    }
                }
            if let path = address.socket { return try await bootstrap.connect(unixDomainSocketPath: path).get() }
            return try await bootstrap.connect(host: address.host, port: address.port).get()
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
        case let error as IOError:
            return .unreachable("[Errno \(error.errnoCode)] \(String(cString: strerror(error.errnoCode)))")
        case ChannelError.connectTimeout: return .unreachable("[Errno 110] Connection timed out")
        case ChannelError.ioOnClosedChannel, ChannelError.alreadyClosed, ChannelError.eof:
            return .unreachable(ExchangeHandler.lost)
        default: return .unreachable(ClientSecurity.explained(error) ?? "\(error)")
        }
    }
}

/// Sends one request when the connection stands, and gathers the answer.
private final class ExchangeHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    static let lost = "xend closed the connection before it had answered; what was asked may have been done"

    private let request: XendRequest
    private let promise: EventLoopPromise<XendResponse>
    private var deadline: Scheduled<Void>?
    private var parser: ResponseParser

    init(_ request: XendRequest, _ promise: EventLoopPromise<XendResponse>) {
        self.request = request
        parser = ResponseParser(to: request.method)
        self.promise = promise
    }

    func channelActive(context: ChannelHandlerContext) {
        let limit = request.timeLimit
        let promise = promise
        let channel = context.channel
        deadline = context.eventLoop.scheduleTask(in: TimeAmount(limit)) {
            promise.fail(XendError.unreachable("xend has not answered within \(limit)"))
            channel.close(promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: request.bytes)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        do throws(XendError) {
            let response = try parser.feed(unwrapInboundIn(data).readableBytesView)
            if let response { finish(context, .success(response)) }
        } catch {
            finish(context, .failure(error))
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        promise.fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        do throws(XendError) {
            if let response = try parser.finish() {
                finish(context, .success(response))
            } else {
                finish(context, .failure(.unreachable(ExchangeHandler.lost)))
            }
        } catch {
            finish(context, .failure(error))
        }
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
