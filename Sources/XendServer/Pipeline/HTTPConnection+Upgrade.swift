import NIOCore
import NIOHTTP1
import NIOWebSocket

// From HTTP to a WebSocket: the same channel and the same seat, with other handlers.

extension HTTPConnection {
    /// Answers 101, and hands the channel over.
    func upgrade(_ request: Request, _ serve: @escaping @Sendable (SocketSession) async -> Void) {
        guard let context, context.channel.isActive, !isQuiescing else { return }
        let head = HTTPRequestHead(
            version: request.version, method: request.method, uri: "/", headers: request.headers)
        // It computes what has to be answered to the key.
        let upgrader = NIOWebSocketServerUpgrader(
            shouldUpgrade: { channel, _ in channel.eventLoop.makeSucceededFuture([:]) },
            upgradePipelineHandler: { channel, _ in channel.eventLoop.makeSucceededFuture(()) })
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        upgrader.buildUpgradeResponse(channel: context.channel, upgradeRequest: head, initialResponseHeaders: [:])
            .whenComplete { result in
                switch result {
                case .success(let headers): bound.value.switchProtocols(headers, request, serve)
                // It has been looked at before.
                case .failure: bound.value.context?.close(promise: nil)
                }
            }
    }

    private func switchProtocols(
        _ headers: HTTPHeaders, _ request: Request, _ serve: @escaping @Sendable (SocketSession) async -> Void
    ) {
        guard let context else { return }
        var bytes = context.channel.allocator.buffer(capacity: 200)
        bytes.writeString("HTTP/1.1 101 Switching Protocols\r\nServer: xend\r\n")
        for (name, value) in headers { bytes.writeString("\(name): \(value)\r\n") }
        bytes.writeString("\r\n")
        deadline?.set(in: server.limits.answer)
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(bytes)).whenComplete { result in
            guard case .success = result else { return }
            bound.value.handOver(request, serve)
        }
    }

    private func handOver(_ request: Request, _ serve: @escaping @Sendable (SocketSession) async -> Void) {
        guard let context else { return }
        let (server, connected, isEncrypted) = (server, caller, isEncrypted)
        let head = HTTPRequestHead(version: request.version, method: .GET, uri: "/", headers: request.headers)
        let handler = SocketHandler(limits: server.limits) {
            request.asked(by: server.caller(connected, isEncrypted: isEncrypted, for: head)).may(.operator)
        }
        let bound = NIOLoopBound(handler, eventLoop: context.eventLoop)
        let eventLoop = context.eventLoop
        let session = SocketSession(
            peer: request.caller.address ?? .init(host: "", port: 0), who: "\(request.caller)",
            send: { message, sent in eventLoop.execute { bound.value.send(message, sent) } },
            end: { reason in eventLoop.execute { bound.value.end(reason) } })
        handler.serve(session)
        let pipeline = context.pipeline.syncOperations
        do {
            try pipeline.addHandler(WebSocketFrameEncoder())
            try pipeline.addHandler(ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: SocketHandler.frame)))
            try pipeline.addHandler(handler)
            for old in try [
                pipeline.context(handlerType: FirstByteObserver.self), pipeline.context(name: Self.decoder),
            ] {
                pipeline.removeHandler(context: old, promise: nil)
            }
        } catch {
            return context.close(promise: nil)
        }
        let channel = context.channel
        // Who has finished sending says nothing any more.
        if isInputEnded { return context.close(promise: nil) }
        pipeline.removeHandler(context: context, promise: nil)
        server.tasks.spawn { await serve(session) }
        // What this connection held back is read by whoever has it now.
        channel.read()
    }

    /// What the handler is called that reads requests.
    static let decoder = "xend.requests"
}
