import Glibc
import HTTPInterface
import HostInterface
import NIOCore
import NIOPosix
import SystemPackage

/// The sockets under the HTTP server: accepts, counts, and stops gracefully. What is spoken on them is the server's.
public final class LinuxHTTPListening: HTTPListening {
    private let group: any EventLoopGroup
    private let limits: HTTPLimits
    private let root: HostRoot
    private let inherited: InheritedSockets

    /// One connection in so many may be open beyond the limit: those that are giving way to others, or being told that they are
    /// too many.
    private static let spare = 4

    /// - Parameters:
    ///   - group: the event loops; they are the caller's to shut down.
    ///   - root: in front of the paths of sockets.
    ///   - limits: of connections far beyond the limit, which the server behind it keeps, some are told 503 and all are closed.
    ///   - inherited: who listens already.
    public init(
        root: HostRoot = HostRoot(), group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        limits: HTTPLimits = HTTPLimits(), inherited: InheritedSockets = .none
    ) {
        self.inherited = inherited
        self.root = root
        self.group = group
        self.limits = limits
    }

    /// - Parameters:
    ///   - root: in front of the paths of sockets.
    ///   - group: the event loops; they are the caller's to shut down.
    ///   - descriptors: how the files that the process may have open are divided; nil: there are enough.
    ///   - inherited: who listens already.
    public convenience init(
        root: HostRoot = HostRoot(), group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        descriptors: DescriptorShares?, inherited: InheritedSockets = .none
    ) {
        var limits = HTTPLimits()
        if let descriptors { limits.connections = descriptors.connections }
        self.init(root: root, group: group, limits: limits, inherited: inherited)
    }

    /// - Parameters:
    ///   - address: an IP address, `localhost`, or "" for all interfaces.
    ///   - port: 0 = any free one.
    ///   - configure: called once for each accepted channel, on its event loop. A channel whose future fails is closed.
    public func listen(
        address: String, port: UInt16, configure: @escaping ChannelConfiguration
    ) async throws(NetworkError) -> any HTTPListener {
        try await listen(on: address, port) { channel in configure(channel, SocketOwner.identity(of: channel)) }
    }

    #if TLS
        public func listen(
            address: String, port: UInt16, security: ServerSecurity, configure: @escaping SecureChannelConfiguration
        ) async throws(NetworkError) -> any HTTPListener {
            let shown = RenewableSecurity(try HTTPSecurity(security, root))
            let (limit, root) = (limits.request, root)
            let renewal: LinuxHTTPListener.Renewal = { security throws(NetworkError) in
                shown.renew(try HTTPSecurity(security, root))
            }
            return try await listen(on: address, port, renewal) { channel in
                // Asked at once: a peer that closes is nobody's any more.
                let identity = SocketOwner.identity(of: channel)
                return shown.current.configure(channel, limit: limit) { name in configure(channel, identity, name) }
            }
        }
    #endif

    private func listen(
        on address: String, _ port: UInt16, _ renewal: LinuxHTTPListener.Renewal? = nil,
        configure: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) async throws(NetworkError) -> any HTTPListener {
        let open = OpenChannels(limit: limits.connections + limits.connections / Self.spare)
        let listening = try ListeningSockets(address: address, port: port, inherited: inherited)
        var channels: [any Channel] = []
        for socket in listening.sockets {
            do {
                channels.append(try await bootstrap(open, configure).withBoundSocket(socket).get())
            } catch {
                throw NetworkError(listening: error, port: port)
            }
        }
        return LinuxHTTPListener(channels, listening.port, open, group, renewal: renewal)
    }

    /// - Parameters:
    ///   - path: at most 107 bytes, with the root.
    ///   - configure: called once for each accepted channel, on its event loop. A channel whose future fails is closed.
    public func listen(
        path: String, configure: @escaping ChannelConfiguration
    ) async throws(NetworkError) -> any HTTPListener {
        let open = OpenChannels(limit: limits.connections + limits.connections / Self.spare)
        let place = root.file(path)
        let taken = inherited.take(path: place)
        do {
            let bootstrap = bootstrap(open, isLocal: true) { channel in
                SocketOwner.localIdentity(of: channel).flatMap { configure(channel, $0) }
            }
            if let taken {
                // Its file is whose it is who made it.
                return LinuxHTTPListener([try await bootstrap.withBoundSocket(taken).get()], 0, open, group)
            }
            try Blocking.makeDirectory(FilePath(place).removingLastComponent().string)
            let channel = try await bootstrap.bind(unixDomainSocketPath: place, cleanupExistingSocketFile: true).get()
            // Whoever may not connect could not be told why.
            chmod(place, 0o666)
            return LinuxHTTPListener([channel], 0, open, group, socket: place)
        } catch {
            throw NetworkError(listening: error, path: path)
        }
    }

    /// - Parameter isLocal: on a Unix socket.
    private func bootstrap(
        _ open: OpenChannels, isLocal: Bool = false,
        _ configure: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) -> ServerBootstrap {
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.autoRead, value: false)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    // It waits a little when descriptors run out.
                    try channel.pipeline.syncOperations.addHandler(AcceptBackoffHandler())
                }
            }
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                switch open.admit(channel) {
                case .admitted: configure(channel)
                case .refused: RefusalHandler.configure(channel)
                case .closed: channel.close()
                }
            }
        guard !isLocal else { return bootstrap }
        return
            bootstrap
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
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
    /// The file of a Unix socket.
    private let socket: String?
    typealias Renewal = @Sendable (ServerSecurity) throws(NetworkError) -> Void
    /// nil: no TLS is spoken.
    private let renewal: Renewal?

    init(
        _ listening: [any Channel], _ port: UInt16, _ open: OpenChannels, _ group: any EventLoopGroup,
        socket: String? = nil, renewal: Renewal? = nil
    ) {
        self.renewal = renewal
        self.socket = socket
        self.listening = listening
        self.port = port
        self.open = open
        self.group = group
    }

    /// Starts accepting connections: those that wait in the kernel's queue, and those that come. Idempotent.
    public func accept() async {
        for channel in listening { try? await channel.setOption(.autoRead, value: true).get() }
    }

    public func renew(_ security: ServerSecurity) async throws(NetworkError) { try renewal?(security) }

    public func endConnections() async {
        for channel in open.all { channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }
    }

    /// Accepts no more: the port is free. Connections stay. Idempotent.
    public func leavePort() async {
        for channel in listening { try? await channel.close().get() }
        if let socket { unlink(socket) }
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
