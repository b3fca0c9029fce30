import HostInterface
import NIOCore
import Synchronization

/// The receiving side of a connection: bytes wait here until they are asked for. Lives on the connection's event loop.
///
/// One receive is always outstanding while there is room, so that a peer that goes away is noticed without a reader.
final class StreamHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    typealias Answer = CheckedContinuation<Result<[UInt8], NetworkError>, Never>

    /// Received but not yet read; beyond it the kernel's buffer fills and the peer has to wait.
    static let bufferLimit = 64 * 1024

    /// A read that may be cancelled before it has arrived on the event loop.
    final class Ticket: Sendable {
        let cancelled = Atomic(false)
    }

    private struct Waiting {
        var ticket: Ticket
        var count: Int
        var answer: Answer
    }

    private var buffer = ByteBuffer()
    private var waiting: [Waiting] = []
    /// Why nothing more will come: nil = the peer has finished sending.
    private var ending: NetworkError??
    private var receiving = false
    /// We have finished sending.
    private var outputClosed = false
    /// We have closed both directions.
    private var closing = false
    private var context: ChannelHandlerContext?

    func read(_ count: Int, _ ticket: Ticket, _ answer: Answer) {
        guard !ticket.cancelled.load(ordering: .relaxed) else { return answer.resume(returning: .failure(.closed)) }
        waiting.append(Waiting(ticket: ticket, count: count, answer: answer))
        serve()
    }

    func cancel(_ ticket: Ticket) {
        guard let place = waiting.firstIndex(where: { $0.ticket === ticket }) else { return }
        waiting.remove(at: place).answer.resume(returning: .failure(.closed))
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { receive() }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        end(.closed)
    }

    func channelActive(context: ChannelHandlerContext) {
        receive()
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var received = unwrapInboundIn(data)
        buffer.writeBuffer(&received)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        receiving = false
        serve()
        context.fireChannelReadComplete()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event as? ChannelEvent {
        case .inputClosed: end(nil)
        case .outputClosed: outputClosed = true
        case nil: break
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end(NetworkError(connection: error))
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        // When we had finished sending, the peer's end closes the channel without an event of its own; a reset would
        // have been an error first.
        end(outputClosed && !closing ? nil : .closed)
        context.fireChannelInactive()
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if mode == .all { closing = true }
        context.close(mode: mode, promise: promise)
    }

    private func end(_ reason: NetworkError?) {
        if ending == nil { ending = .some(reason) }
        serve()
    }

    /// Answers reads as far as there are bytes or an end, and goes on receiving.
    private func serve() {
        while let first = waiting.first {
            guard let result = next(first.count) else { break }
            waiting.removeFirst()
            first.answer.resume(returning: result)
        }
        // Moving what is left costs more than the room is worth while most of it is left.
        if buffer.readableBytes < buffer.readerIndex { buffer.discardReadBytes() }
        receive()
    }

    private func next(_ count: Int) -> Result<[UInt8], NetworkError>? {
        let count = min(count, buffer.readableBytes)
        if count > 0, let bytes = buffer.readBytes(length: count) { return .success(bytes) }
        guard let ending else { return nil }
        return ending.map { .failure($0) } ?? .success([])
    }

    private func receive() {
        // A read before the channel is active is lost: somebody may ask for bytes as soon as the connection is accepted.
        guard ending == nil, !receiving, buffer.readableBytes < StreamHandler.bufferLimit, let context,
            context.channel.isActive
        else { return }
        receiving = true
        context.read()
    }
}
