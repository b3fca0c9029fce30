import NIOCore
import NIOHTTP1

// What goes out: answers in their order, and streams.
extension HTTPConnection {
    func answerNext() {
        guard !isAnswering, let context, let item = line.popFirst() else { return }
        isAnswering = true
        deadline?.set(in: nil)
        switch item {
        case .rejection(let rejection):
            send(.plain(rejection.status, rejection.text, closes: true), to: nil)
        case .request(let request, let share):
            self.share = share
            seat?.works()
            guard let question = request.shared else { return answer(request, as: nil, context) }
            let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
            let eventLoop = context.eventLoop
            let isOthers = server.shared.joins(question) { reply in
                eventLoop.execute { bound.value.send(others: reply, to: request) }
            }
            if !isOthers { answer(request, as: question, context) }
        }
    }

    /// Sends what somebody else was answered, or answers alone.
    private func send(others reply: Reply?, to request: Request) {
        if let reply { return send(reply, to: request) }
        guard let context else { return }
        answer(request, as: nil, context)
    }

    /// - Parameter question: that others may have asked too.
    private func answer(_ request: Request, as question: SharedReplies.Question?, _ context: ChannelHandlerContext) {
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let (server, eventLoop) = (server, context.eventLoop)
        work = server.tasks.spawn {
            let tellOthers = question.map(server.shared.begin)
            let reply = await server.router.answer(request)
            tellOthers?(reply)
            eventLoop.execute { bound.value.send(reply, to: request) }
            guard case .stream(let write) = reply.body, request.method != .HEAD else { return }
            await write(
                EventWriter(
                    send: { bytes, sent in
                        // Events are handed out on the loop itself; nothing goes out before the head.
                        if eventLoop.inEventLoop, bound.value.isStreaming { return bound.value.sendPart(bytes, sent) }
                        eventLoop.execute { bound.value.sendPart(bytes, sent) }
                    },
                    heartbeat: server.limits.heartbeat))
            eventLoop.execute { bound.value.streamEnded() }
        }
    }

    private func send(_ reply: Reply, to request: Request?) {
        if case .socket(let serve) = reply.body, let request { return upgrade(request, serve) }
        let reply = reply.unlessKnown(to: request)
        let isStream = reply.isStream && request?.method != .HEAD
        isStreaming = isStream
        guard let context, context.channel.isActive else { return endStream() }
        let isLast = reply.closes || request?.keepsAlive != true || isQuiescing || (isInputEnded && line.isEmpty)
        let bytes = writer.bytes(
            of: reply, to: request, second: Int(server.clock.wallTime.seconds), closes: isLast,
            allocator: context.channel.allocator)
        deadline?.set(in: server.limits.answer)
        if !isStream { waitForClient() }
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
        (work, share) = (nil, nil)
        deadline?.set(in: hasBegun ? server.limits.request : server.limits.idle)
        answerNext()
        if hasPendingRead, !isAnswering || line.isEmpty {
            hasPendingRead = false
            context.read()
        }
    }

    private func sendPart(_ bytes: ByteBuffer, _ sent: @escaping @Sendable (Result<Void, any Error>) -> Void) {
        guard let context else { return sent(.failure(ChannelError.ioOnClosedChannel)) }
        deadline?.set(in: server.limits.answer)
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(bytes)).whenComplete { result in
            if case .success = result { bound.value.deadline?.set(in: nil) }
            sent(result)
        }
    }

    private func streamEnded() {
        context?.close(promise: nil)
    }

    func endStream() {
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

    func expired() {
        guard let context else { return }
        if !isAnswering, hasBegun, !isInputEnded {
            let text = "the request did not arrive within \(server.limits.request.nanoseconds / 1_000_000_000) seconds"
            return reject(RequestAssembly.Rejection(status: Status.timeout, text: text))
        }
        context.close(promise: nil)
    }
}
