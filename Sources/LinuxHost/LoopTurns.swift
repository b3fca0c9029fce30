import NIOCore
import NIOPosix
import Synchronization
import SystemPackage

/// Asks an event loop for turns, so that it looks at its sockets between them.
///
/// NIO's loop first does all that it was asked for, and what that asks for in its turn; then it looks at its sockets. Fifty clients who have
/// each sent their next question before the last was answered would keep it from them, and everybody else out. So after some work a turn is
/// asked for by a byte in a pipe: the loop comes to it when it looks, and to all else that has arrived.
public final class LoopTurns: Sendable {
    /// How many jobs may be done between two looks. A look costs about as much as a small request.
    private static let limit = 128

    private struct State: Sendable {
        /// Since the last look.
        var jobs = 0
        /// What is to be done at the next look.
        var waiting: [@Sendable () -> Void] = []
    }

    private let loop: any EventLoop
    private let state = Mutex(State())
    /// The end of the pipe that is written.
    private let bell: SystemPackage.FileDescriptor

    /// - Parameter loop: of NIO's own, whose sockets are real. It needs two descriptors; a program that cannot have them cannot serve.
    public init(_ loop: any EventLoop) {
        let pipe: Pipe
        do { pipe = try Pipe() } catch { preconditionFailure("no pipe for the event loop: \(error)") }
        self.loop = loop
        bell = pipe.writing
        // It can only fail where the loop has ended, which then does nothing any more.
        _ = NIOPipeBootstrap(group: loop)
            .channelInitializer { [weak self] channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Ear(self)) }
            }
            .takingOwnershipOfDescriptor(input: pipe.reading.rawValue)
    }

    /// The other end is closed by its channel then.
    deinit { try? bell.close() }

    /// From any thread.
    /// - Parameter turn: is done on the loop, behind all that was asked for before.
    public func ask(_ turn: @escaping @Sendable () -> Void) {
        let isForLook = state.withLock { state in
            guard state.jobs >= Self.limit else { return false }
            state.waiting.append(turn)
            return true
        }
        guard isForLook else { return loop.execute(turn) }
        // It is empty: one turn is asked for at a time.
        _ = try? bell.writeAll([0])
    }

    /// What a turn has done.
    public func did(_ jobs: Int) { state.withLock { $0.jobs += jobs } }

    fileprivate func looked() {
        let waiting = state.withLock { state in
            state.jobs = 0
            defer { state.waiting = [] }
            return state.waiting
        }
        for turn in waiting { turn() }
    }

    /// Hears the bell.
    private final class Ear: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer

        private weak let turns: LoopTurns?

        init(_ turns: LoopTurns?) { self.turns = turns }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) { turns?.looked() }
    }
}
