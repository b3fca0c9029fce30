import Glibc
import NIOCore
import NIOHTTP1

// What comes in: requests, and what is none.
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

    /// All has been read that was there.
    func channelReadComplete(context: ChannelHandlerContext) {
        if hasBegun, !isInputEnded { acknowledge(context) }
        context.fireChannelReadComplete()
    }

    /// Says at once that the beginning of a request has come. Who sends a request in pieces, as many programs do (the head, then the body),
    /// has a kernel that holds the next piece back until this one has been acknowledged, and on a connection in use Linux lets 40 ms
    /// go by first.
    private func acknowledge(_ context: ChannelHandlerContext) {
        // A channel of a simulation, and a Unix socket, has nothing to acknowledge.
        guard let socket = context.channel as? any SocketOptionProvider, context.channel.remoteAddress?.ipAddress != nil
        else { return }
        _ = socket.unsafeSetSocketOption(level: .tcp, name: .init(rawValue: TCP_QUICKACK), value: CInt(1))
    }

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) throws(RequestAssembly.Rejection) {
        let share = server.bodies.share()
        let assembly = try RequestAssembly(
            head, limits: server.limits, share: share,
            caller: server.caller(caller, isEncrypted: isEncrypted, for: head))
        self.assembly = assembly
        guard assembly.expectsContinue, !isAnswering, line.isEmpty else { return }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")), promise: nil)
    }

    private func end() throws(RequestAssembly.Rejection) {
        guard var assembly else { return }
        self.assembly = nil
        hasBegun = false
        var request = try assembly.finish()
        request.isEncrypted = isEncrypted
        line.append(.request(request, assembly.share))
        answerNext()
    }

    /// Puts an error in line; what comes after it is not read.
    func reject(_ rejection: RequestAssembly.Rejection) {
        guard !isInputEnded else { return }
        if let refused = rejection.refused { server.noteRefusal(refused.caller, of: refused.target, rejection.text) }
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
