import HostInterface
import NIOCore
import NIOPosix

/// A listening TCP port: consoles, debug port, migration.
final class LinuxListener: NetworkListener {
    /// Accepted but not yet taken by the daemon; more are closed at once.
    static let pendingLimit = 128

    let port: UInt16
    let connections: AsyncStream<any NetworkConnection>
    private let numbers: [UInt64]
    private let pending: AsyncStream<any NetworkConnection>.Continuation

    init(
        _ group: any EventLoopGroup, _ security: StreamSecurity?, address: String, port: UInt16
    ) throws(NetworkError) {
        let (connections, pending) = AsyncStream<any NetworkConnection>.makeStream(
            bufferingPolicy: .bufferingOldest(LinuxListener.pendingLimit))
        self.connections = connections
        self.pending = pending
        let listening = try ListeningSockets(address: address, port: port)
        self.port = listening.port
        numbers = listening.sockets.map { socket in
            Acceptor.shared.add(socket) { connection in
                ClientBootstrap(group: group).streamOptions()
                    .channelInitializer { LinuxConnection.configure($0, security?.server) }
                    .withConnectedSocket(connection)
                    // A connection that is not taken is dropped here, and so closed.
                    .whenSuccess { channel in
                        if let connection = try? LinuxConnection(channel) { pending.yield(connection) }
                    }
            }
        }
    }

    func close() async {
        for number in numbers { Acceptor.shared.remove(number) }
        pending.finish()
    }
}
