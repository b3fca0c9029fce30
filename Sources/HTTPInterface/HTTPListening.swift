import HostInterface
import NIOCore

/// Where HTTP connections come from: sockets on a real host, channels in memory on a simulated one.
public protocol HTTPListening: Sendable {
    /// Takes a port. Who connects waits until ``HTTPListener/accept()``.
    ///
    /// An accepted channel has its `localAddress` and `remoteAddress`, and tells of the end of its peer's sending
    /// (`allowRemoteHalfClosure`): such a peer still gets its answer. Nothing else is in its pipeline.
    ///
    /// - Parameters:
    ///   - address: an IP address, `localhost`, or "" for all interfaces.
    ///   - port: 0 = any free one.
    ///   - configure: called once for each accepted channel, on its event loop, before anything is read from it. A
    ///     channel whose future fails is closed. `HTTPPipeline.configure` is meant.
    func listen(
        address: String, port: UInt16, configure: @escaping ChannelConfiguration
    ) async throws(NetworkError) -> any HTTPListener

    /// Takes a port on which TLS is spoken. Who connects waits until ``HTTPListener/accept()``.
    ///
    /// - Parameters:
    ///   - address: an IP address, `localhost`, or "" for all interfaces.
    ///   - port: 0 = any free one.
    ///   - security: who the server is, and who may sign clients' certificates.
    ///   - configure: called once for each channel whose handshake is over, on its event loop.
    /// - Throws: a file that cannot be used, too, or that there is no TLS here.
    func listen(
        address: String, port: UInt16, security: ServerSecurity, configure: @escaping SecureChannelConfiguration
    ) async throws(NetworkError) -> any HTTPListener

    /// Takes a Unix socket, on which everybody on this machine may connect, and the kernel says who does. Who connects waits until
    /// ``HTTPListener/accept()``.
    ///
    /// - Parameters:
    ///   - path: of the socket; its directory is made. A socket that stands there is replaced, anything else is not.
    ///   - configure: as for a port.
    func listen(
        path: String, configure: @escaping ChannelConfiguration
    ) async throws(NetworkError) -> any HTTPListener
}

/// Makes a connection of an accepted channel, knowing who is at its other end. Nothing is read before its future succeeds.
public typealias ChannelConfiguration = @Sendable (any Channel, PeerIdentity) -> EventLoopFuture<Void>

/// Makes a connection of a channel whose handshake is over, knowing who is at its other end, and the common name in the certificate that
/// was shown; nil: none was.
public typealias SecureChannelConfiguration = @Sendable (any Channel, PeerIdentity, String?) -> EventLoopFuture<Void>

extension HTTPListening {
    /// Where there is no TLS.
    public func listen(
        address: String, port: UInt16, security: ServerSecurity, configure: @escaping SecureChannelConfiguration
    ) async throws(NetworkError) -> any HTTPListener {
        throw .system("this xend was built without TLS (swift build --traits TLS)")
    }
}

/// A port for HTTP connections.
public protocol HTTPListener: Sendable {
    /// The port it listens on; 0 on a Unix socket.
    var port: UInt16 { get }
    /// Starts accepting connections: those that wait, and those that come. Idempotent.
    func accept() async
    /// Shows other certificates, or what the same files have now, to whoever connects from now on. Nothing where no TLS is spoken.
    /// - Throws: the file that cannot be used: then it shows what it has shown.
    func renew(_ security: ServerSecurity) async throws(NetworkError)
    /// Lets requests under way be answered, and ends all connections then: whoever comes again is asked anew who it is.
    func endConnections() async
    /// Accepts no more, fires `ChannelShouldQuiesceEvent` into every open channel, so that requests under way are
    /// answered and idle connections end, and closes those that are still open after a few seconds. Idempotent.
    func close() async
}

extension HTTPListener {
    /// Where no TLS is spoken.
    public func renew(_ security: ServerSecurity) async throws(NetworkError) {}
    /// Where connections end by themselves.
    public func endConnections() async {}
}
