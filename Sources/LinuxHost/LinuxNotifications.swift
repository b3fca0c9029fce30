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

/// The parts of `http://HOST[:PORT][/PATH]`. Nothing in them can end a line of the request.
struct NotificationTarget: Hashable, Sendable {
    var host: String
    var port: Int
    var path: String
    /// Host and port as written, for the header.
    var authority: String

    init?(_ url: String) {
        let scheme = "http://"
        guard url.lowercased().hasPrefix(scheme), url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { return nil }
        let rest = url.dropFirst(scheme.count).prefix { $0 != "#" }
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        authority = String(rest[..<end])
        let path = rest[end...]
        self.path = path.hasPrefix("/") ? String(path) : "/\(path)"
        // Credentials have no place in a url that events are posted to, and are shown to everybody.
        guard !authority.contains("@") else { return nil }
        let portStart = NotificationTarget.portStart(authority)
        host = String(authority[..<(portStart ?? authority.endIndex)])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        guard !host.isEmpty else { return nil }
        var digits: Substring = "80"
        if let portStart { digits = authority[authority.index(after: portStart)...] }
        guard let port = UInt16(digits), port > 0 else { return nil }
        self.port = Int(port)
    }

    /// The colon before the port; those of an IPv6 address stand in brackets.
    private static func portStart(_ authority: String) -> String.Index? {
        let from = authority.lastIndex(of: "]") ?? authority.startIndex
        return authority[from...].firstIndex(of: ":")
    }

    func request(contentType: String, length: Int) -> HTTPRequestHead {
        let headers: HTTPHeaders = [
            "Host": authority, "Content-Type": contentType, "Content-Length": "\(length)", "Connection": "close",
        ]
        return HTTPRequestHead(version: .http1_1, method: .POST, uri: path, headers: headers)
    }
}
