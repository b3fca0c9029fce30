import HTTPInterface
import HostInterface
import NIOCore
import NIOEmbedded
import SimulatedHost
import XendServer

/// HTTP in memory: the bytes of requests go through the pipeline of the real server, on channels that no kernel knows.
///
/// The port itself is taken on the simulated host's network, so that a taken port, a fault of the listener and the end of the
/// daemon are the same as for every other port. All of it happens on the thread that drives the world.
final class MemoryHTTP: HTTPListening, @unchecked Sendable {
    private let network: any HostNetwork
    private let loop: EmbeddedEventLoop
    private var open: [MemoryHTTPListener] = []

    /// - Parameters:
    ///   - network: that of one life of the daemon.
    ///   - loop: shared by all channels of the world; its owner moves its time.
    init(network: any HostNetwork, loop: EmbeddedEventLoop) {
        self.network = network
        self.loop = loop
    }

    func listen(
        address: String, port: UInt16, configure: @escaping ChannelConfiguration
    ) async throws(NetworkError) -> any HTTPListener {
        let reservation = try await network.listen(address: address, port: port)
        let listener = MemoryHTTPListener(reservation, loop: loop, configure: configure)
        open.append(listener)
        return listener
    }

    /// Users of a world come by the port, on which it is known just as well who they are: nobody connects here.
    func listen(path: String, configure: @escaping ChannelConfiguration) async throws(NetworkError) -> any HTTPListener
    {
        SilentListener()
    }

    /// Connects to a port; nil when nobody listens there.
    /// - Parameter origin: an address, or a user of this machine; nil: root there.
    func connect(port: UInt16?, from origin: String?) -> MemoryHTTPConnection? {
        let listener = open.first { $0.isAccepting && (port == nil || $0.port == port) }
        return listener?.accept(from: origin)
    }

    /// The port of the first listener that accepts connections.
    var port: UInt16? { open.first { $0.isAccepting }?.port }

    /// The daemon has been killed: every connection breaks off, nothing more is sent.
    func breakOff() {
        for listener in open { listener.breakOff() }
        open = []
    }

    /// Takes what the daemon has sent.
    func drain() {
        for listener in open { listener.drain() }
    }
}

/// A socket that nobody connects to.
private struct SilentListener: HTTPListener {
    var port: UInt16 { 0 }
    func accept() async {}
    func close() async {}
}

/// A port in memory.
final class MemoryHTTPListener: HTTPListener, @unchecked Sendable {
    let port: UInt16
    private let reservation: any NetworkListener
    private let loop: EmbeddedEventLoop
    private let configure: ChannelConfiguration
    private var isOpen = true
    private(set) var isAccepting = false
    private var connections: [MemoryHTTPConnection] = []

    init(
        _ reservation: any NetworkListener, loop: EmbeddedEventLoop,
        configure: @escaping ChannelConfiguration
    ) {
        self.reservation = reservation
        port = reservation.port
        self.loop = loop
        self.configure = configure
    }

    func accept() async { isAccepting = isOpen }

    func accept(from origin: String?) -> MemoryHTTPConnection? {
        let user = origin.map(SimulatedAccounts.uid) ?? 0
        let peer = user == nil ? origin ?? "" : "127.0.0.1"
        let isLocal = user != nil || NetworkAddress(host: peer, port: 0).isLoopback
        guard let address = try? SocketAddress(ipAddress: peer, port: 40_000 + connections.count % 20_000) else {
            return nil
        }
        let channel = EmbeddedChannel(loop: loop)
        channel.localAddress = try? SocketAddress(ipAddress: "127.0.0.1", port: Int(port))
        channel.remoteAddress = address
        let connection = MemoryHTTPConnection(channel)
        configure(channel, isLocal ? .user(user ?? 0) : .remote).whenComplete { result in
            guard case .success = result else { return connection.breakOff() }
            // To become active; what an embedded channel connects to is its remote address, the client's.
            channel.connect(to: address).whenSuccess { connection.begin() }
        }
        connections.append(connection)
        return connection
    }

    func close() async {
        guard isOpen else { return }
        isOpen = false
        isAccepting = false
        await reservation.close()
        for connection in connections { connection.quiesce() }
        // What is under way is answered; the daemon's own deadline ends the rest.
    }

    func breakOff() {
        isOpen = false
        isAccepting = false
        for connection in connections { connection.breakOff() }
        connections = []
    }

    func drain() {
        for connection in connections { connection.drain() }
        connections.removeAll { $0.isEnded }
    }
}

/// The client's end of a connection in memory.
final class MemoryHTTPConnection: ByteStream {
    private let channel: EmbeddedChannel
    /// What is sent before somebody reads it; nil: somebody does.
    private var early: [[UInt8]]? = []
    private var isFinished = false
    private(set) var received: [UInt8] = []
    private(set) var isEnded = false

    init(_ channel: EmbeddedChannel) { self.channel = channel }

    /// The server has taken the connection.
    func begin() {
        let waiting = early ?? []
        early = nil
        for bytes in waiting { send(bytes) }
        if isFinished { finish() }
    }

    func send(_ bytes: [UInt8]) {
        guard !isEnded else { return }
        guard early == nil else {
            early?.append(bytes)
            return
        }
        do {
            try channel.writeInbound(ByteBuffer(bytes: bytes))
        } catch {
            // The server's pipeline answers errors itself; what it lets through ends the connection.
            channel.pipeline.fireErrorCaught(error)
        }
    }

    /// Sends no more; the answer may still come.
    func finish() {
        isFinished = true
        if early == nil { channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed) }
    }

    func close() {
        guard !isEnded else { return }
        drain()
        isEnded = true
        channel.close(promise: nil)
    }

    func quiesce() {
        if !isEnded { channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }
    }

    /// The other side is gone; what it says from now on nobody hears.
    func breakOff() {
        drain()
        isEnded = true
    }

    func drain() {
        guard !isEnded else { return }
        while let piece = try? channel.readOutbound(as: ByteBuffer.self) { received += Array(piece.readableBytesView) }
        if early == nil, !channel.isActive { isEnded = true }
    }
}
