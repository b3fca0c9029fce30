import HostInterface
import NIOCore
import NIOPosix

/// TCP over SwiftNIO.
public final class LinuxNetwork: HostNetwork {
    private let group: any EventLoopGroup
    private let clock: LinuxClock
    /// What stands between the socket and us: nothing, or TLS.
    private let security: StreamSecurity?
    private let inherited: InheritedSockets
    /// Of the names that have to be resolved.
    private let pool = BlockingPool()
    typealias Reading = @Sendable (TransportSecurity) throws(NetworkError) -> StreamSecurity.Setups
    /// Makes what stands there of other files; nil: nothing does.
    private let reading: Reading?

    /// - Parameters:
    ///   - group: the event loops; they are the caller's to shut down.
    ///   - inherited: who listens already.
    public convenience init(
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton, inherited: InheritedSockets = .none
    ) {
        self.init(group, nil, inherited)
    }

    /// - Parameter security: of every connection.
    init(
        _ group: any EventLoopGroup, _ security: StreamSecurity?, _ inherited: InheritedSockets = .none,
        reading: Reading? = nil
    ) {
        self.reading = reading
        self.group = group
        self.security = security
        self.inherited = inherited
        clock = LinuxClock()
    }

    public func listen(address: String, port: UInt16) async throws(NetworkError) -> any NetworkListener {
        // Each domain has a console: another thread for each was half of what making the port took.
        if ListeningSockets.isKnown(address) {
            return try LinuxListener(group, security, address: address, port: port, inherited: inherited)
        }
        return try await listen(name: address, port: port)
    }

    /// Apart from the caller: a name may take long to be resolved.
    private func listen(name: String, port: UInt16) async throws(NetworkError) -> any NetworkListener {
        try await pool.run { [group, security, inherited] () throws(NetworkError) in
            try LinuxListener(group, security, address: name, port: port, inherited: inherited)
        }
    }

    public func renew(_ security: TransportSecurity) throws(NetworkError) {
        if let reading { self.security?.renew(try reading(security)) }
    }

    public func connect(
        host: String, port: UInt16, deadline: Instant
    ) async throws(NetworkError) -> any NetworkConnection {
        let left = deadline - clock.now
        guard left > .zero else { throw .timedOut }
        let bootstrap = ClientBootstrap(group: group)
            .connectTimeout(.nanoseconds(left.nanoseconds))
            .streamOptions()
            .channelInitializer { [security] in LinuxConnection.configure($0, security?.client) }
        let connection = group.next().makePromise(of: LinuxConnection.self)
        bootstrap.connect(host: host, port: Int(port))
            .flatMapThrowing { try LinuxConnection($0) }
            .cascade(to: connection)
        do {
            return try await withTaskCancellationHandler {
                try await connection.futureResult.get()
            } onCancel: {
                // One that is made all the same is dropped, and so closed.
                connection.fail(NetworkError.closed)
            }
        } catch {
            throw NetworkError(connecting: error, host: host, port: port)
        }
    }
}

extension ClientBootstrap {
    /// The options of every stream we open.
    func streamOptions() -> ClientBootstrap {
        channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.autoRead, value: false)
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
    }
}
