import HostInterface
import NIOCore
import NIOHTTP1
import NIOPosix

/// Posts events to the notification url, one connection for each.
public final class LinuxNotifications: NotificationSender {
    private let group: any EventLoopGroup
    private let clock = LinuxClock()

    public init(group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton) { self.group = group }

    public func post(
        _ body: [UInt8], contentType: String, to url: String, deadline: Instant
    ) async throws(NetworkError) -> Int {
        guard let target = NotificationTarget(url) else {
            throw .system("\"\(url)\" is not an address of the form http://HOST[:PORT][/PATH]")
        }
        let left = deadline - clock.now
        guard left > .zero else { throw .timedOut }
        let request = target.request(contentType: contentType, length: body.count)
        do {
            let channel = try await connect(target, left)
            return try await exchange(channel, request, body, deadline)
        } catch {
            throw NetworkError(connecting: error, host: target.host, port: UInt16(target.port))
        }
    }

    private func connect(_ target: NotificationTarget, _ left: Duration) async throws -> any Channel {
        try await ClientBootstrap(group: group)
            .connectTimeout(.nanoseconds(left.nanoseconds))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    let status = channel.eventLoop.makePromise(of: Int.self)
                    try channel.pipeline.syncOperations.addHandler(StatusHandler(status))
                }
            }
            .connect(host: target.host, port: target.port).get()
    }

    private func exchange(
        _ channel: any Channel, _ request: HTTPRequestHead, _ body: [UInt8], _ deadline: Instant
    ) async throws -> Int {
        let left = max(1, (deadline - clock.now).nanoseconds)
        let status = channel.pipeline.handler(type: StatusHandler.self).map(\.status.futureResult).flatMap { $0 }
        let timeout = channel.eventLoop.scheduleTask(in: .nanoseconds(left)) {
            channel.pipeline.fireErrorCaught(NetworkError.timedOut)
        }
        defer {
            timeout.cancel()
            channel.close(promise: nil)
        }
        return try await withTaskCancellationHandler {
            channel.write(HTTPClientRequestPart.head(request), promise: nil)
            channel.write(HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(bytes: body))), promise: nil)
            // An answer may come before all has been sent; a failure to send shows as the connection's end.
            channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
            return try await status.get()
        } onCancel: {
            channel.close(promise: nil)
        }
    }
}

/// Waits for the head of the answer; nothing else of it matters.
private final class StatusHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    let status: EventLoopPromise<Int>
    init(_ status: EventLoopPromise<Int>) { self.status = status }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // 1xx heads come before the answer.
        guard case .head(let head) = unwrapInboundIn(data), head.status.code >= 200 else { return }
        status.succeed(Int(head.status.code))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        status.fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        status.fail(NetworkError.closed)
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        status.fail(NetworkError.closed)
    }
}

extension NotificationTarget {
    func request(contentType: String, length: Int) -> HTTPRequestHead {
        let headers: HTTPHeaders = [
            "Host": authority, "Content-Type": contentType, "Content-Length": "\(length)", "Connection": "close",
        ]
        return HTTPRequestHead(version: .http1_1, method: .POST, uri: path, headers: headers)
    }
}
