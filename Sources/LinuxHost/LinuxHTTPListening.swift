import HTTPInterface
import HostInterface
import NIOCore
import NIOPosix

/// The sockets under the HTTP server: accepts, counts, and stops gracefully. What is spoken on them is the server's.
public final class LinuxHTTPListening: HTTPListening {
    private let group: any EventLoopGroup
    private let limits: HTTPLimits

    /// One connection in so many may be open beyond the limit: those that are giving way to others, or being told that they are
    /// too many.
    private static let spare = 4

    /// - Parameters:
    ///   - group: the event loops; they are the caller's to shut down.
    ///   - limits: of connections far beyond the limit, which the server behind it keeps, some are told 503 and all are closed.
    public init(
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton, limits: HTTPLimits = HTTPLimits()
    ) {
        self.group = group
        self.limits = limits
    }

    /// - Parameter descriptors: how the files that the process may have open are divided; nil: there are enough.
    public convenience init(descriptors: DescriptorShares?) {
        var limits = HTTPLimits()
        if let descriptors { limits.connections = descriptors.connections }
        self.init(limits: limits)
    }

    /// - Parameters:
    ///   - address: an IP address, `localhost`, or "" for all interfaces.
    ///   - port: 0 = any free one.
    ///   - configure: called once for each accepted channel, on its event loop. A channel whose future fails is closed.
    public func listen(
        address: String, port: UInt16, configure: @escaping ChannelConfiguration
    ) async throws(NetworkError) -> any HTTPListener {
        let open = OpenChannels(limit: limits.connections + limits.connections / Self.spare)
        let listening = try ListeningSockets(address: address, port: port)
        var channels: [any Channel] = []
        for socket in listening.sockets {
            do {
                channels.append(try await bootstrap(open, configure).withBoundSocket(socket).get())
            } catch {
                throw NetworkError(listening: error, port: port)
            }
        }
        return LinuxHTTPListener(channels, listening.port, open, group)
    }

    private func bootstrap(
        _ open: OpenChannels, _ configure: @escaping ChannelConfiguration
    ) -> ServerBootstrap {
        ServerBootstrap(group: group)
            .serverChannelOption(.autoRead, value: false)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    // It waits a little when descriptors run out.
                    try channel.pipeline.syncOperations.addHandler(AcceptBackoffHandler())
                }
            }
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                switch open.admit(channel) {
                case .admitted: configure(channel, SocketOwner.identity(of: channel))
                case .refused: RefusalHandler.configure(channel)
                case .closed: channel.close()
                }
            }
    }
}

/// A port that accepts HTTP connections.
public final class LinuxHTTPListener: HTTPListener {
    /// How long requests under way may take to be answered when the listener is closed.
    public static let grace = TimeAmount.seconds(5)

    /// The port it listens on.
    public let port: UInt16
    private let listening: [any Channel]
    private let open: OpenChannels
    private let group: any EventLoopGroup

    init(_ listening: [any Channel], _ port: UInt16, _ open: OpenChannels, _ group: any EventLoopGroup) {
        self.listening = listening
        self.port = port
        self.open = open
        self.group = group
    }

    /// Starts accepting connections: those that wait in the kernel's queue, and those that come. Idempotent.
    public func accept() async {
        for channel in listening { try? await channel.setOption(.autoRead, value: true).get() }
    }

    /// Accepts no more: the port is free. Connections stay. Idempotent.
    public func leavePort() async {
        for channel in listening { try? await channel.close().get() }
    }

    /// Accepts no more, lets requests under way be answered (`ChannelShouldQuiesceEvent`), and closes what is still
    /// open after the grace. Idempotent.
    public func close() async {
        await leavePort()
        let channels = open.closeDoor()
        for channel in channels { channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }
        let loop = group.next()
        let timeout = loop.scheduleTask(in: LinuxHTTPListener.grace) {
            for channel in channels { channel.close(promise: nil) }
        }
        try? await EventLoopFuture.andAllComplete(channels.map(\.closeFuture), on: loop).get()
        timeout.cancel()
    }
}
