import HostInterface
import NIOCore
import NIOPosix
import Synchronization

/// A listening TCP port: consoles, debug port, migration.
final class LinuxListener: NetworkListener {
    /// Accepted but not yet taken by the daemon; more are closed at once.
    static let pendingLimit = 128

    private typealias Taker = @Sendable (any NetworkConnection) -> Void

    /// Where connections go.
    private enum Sink {
        /// Nobody takes them yet.
        case nobody([any NetworkConnection])
        case taker(Taker)
        case stream(AsyncStream<any NetworkConnection>, AsyncStream<any NetworkConnection>.Continuation)
        case closed
    }

    let port: UInt16
    private let numbers: [UInt64]
    private let sink: Holder

    /// Apart from the listener, to which no socket refers.
    private final class Holder: Sendable {
        let sink = Mutex(Sink.nobody([]))

        func put(_ connection: any NetworkConnection) {
            sink.withLock { sink in
                switch sink {
                case .nobody(let waiting):
                    // A connection that is not taken is dropped here, and so closed.
                    if waiting.count < LinuxListener.pendingLimit { sink = .nobody(waiting + [connection]) }
                case .taker(let take): take(connection)
                case .stream(_, let continuation): continuation.yield(connection)
                case .closed: break
                }
            }
        }
    }

    init(
        _ group: any EventLoopGroup, _ security: StreamSecurity?, address: String, port: UInt16,
        inherited: InheritedSockets
    ) throws(NetworkError) {
        let sink = Holder()
        self.sink = sink
        let listening = try ListeningSockets(address: address, port: port, inherited: inherited)
        self.port = listening.port
        numbers = listening.sockets.map { socket in
            Acceptor.shared.add(socket) { connection in
                ClientBootstrap(group: group).streamOptions()
                    .channelInitializer { LinuxConnection.configure($0, security?.server) }
                    .withConnectedSocket(connection)
                    .whenSuccess { channel in
                        if let connection = try? LinuxConnection(channel) { sink.put(connection) }
                    }
            }
        }
    }

    var connections: AsyncStream<any NetworkConnection> {
        sink.sink.withLock { sink in
            if case .stream(let stream, _) = sink { return stream }
            let (stream, continuation) = AsyncStream<any NetworkConnection>.makeStream(
                bufferingPolicy: .bufferingOldest(Self.pendingLimit))
            switch sink {
            case .nobody(let waiting):
                for connection in waiting { continuation.yield(connection) }
                sink = .stream(stream, continuation)
            case .taker, .stream, .closed: continuation.finish()
            }
            return stream
        }
    }

    func serve(by tasks: any TaskSpawner, _ body: @escaping @Sendable (any NetworkConnection) async -> Void) {
        let take: Taker = { connection in tasks.spawn { await body(connection) } }
        sink.sink.withLock { sink in
            guard case .nobody(let waiting) = sink else { return }
            for connection in waiting { take(connection) }
            sink = .taker(take)
        }
    }

    func close() async {
        for number in numbers { Acceptor.shared.remove(number) }
        sink.sink.withLock { sink in
            if case .stream(_, let continuation) = sink { continuation.finish() }
            sink = .closed
        }
    }
}
