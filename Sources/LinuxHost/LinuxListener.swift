import HostInterface
import NIOCore
import NIOPosix

/// A listening TCP port: consoles, debug port, migration.
final class LinuxListener: NetworkListener {
    /// Accepted but not yet taken by the daemon; more are closed at once.
    static let pendingLimit = 128

    let port: UInt16
    let connections: AsyncStream<any NetworkConnection>
    private let sockets: ListeningSockets
    private let pending: AsyncStream<any NetworkConnection>.Continuation

    init(
        _ group: any EventLoopGroup, _ security: StreamSecurity?, address: String, port: UInt16
    ) async throws(NetworkError) {
        let (connections, pending) = AsyncStream<any NetworkConnection>.makeStream(
            bufferingPolicy: .bufferingOldest(LinuxListener.pendingLimit))
        self.connections = connections
        self.pending = pending
        let bootstrap = {
            ServerBootstrap(listeningOn: group).streamOptions().childChannelInitializer { channel in
                LinuxConnection.configure(channel, security?.server).flatMapThrowing {
                    // A connection that is not taken is dropped here, and so closed.
                    _ = pending.yield(try LinuxConnection(channel))
                }
            }
        }
        sockets = try await ListeningSockets.bind(bootstrap, address: address, port: port)
        self.port = sockets.port
    }

    func close() async {
        await sockets.close()
        pending.finish()
    }
}

extension ServerBootstrap {
    /// A bootstrap with the options of every listening socket. It waits a little when descriptors run out.
    convenience init(listeningOn group: any EventLoopGroup) {
        self.init(group: group)
        _ = serverChannelOption(.backlog, value: ListeningSockets.backlog)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AcceptBackoffHandler())
                }
            }
    }

    /// The options of every accepted stream.
    func streamOptions() -> ServerBootstrap {
        childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.autoRead, value: false)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
    }
}
