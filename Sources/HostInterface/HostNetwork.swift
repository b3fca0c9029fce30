/// Byte streams over TCP: consoles, debug port, migration. (HTTP listens through its own server; see XendServer.)
public protocol HostNetwork: Sendable {
    /// - Parameters:
    ///   - address: an IP address, `localhost`, or "" for all interfaces.
    ///   - port: 0 = any free one.
    func listen(address: String, port: UInt16) async throws(NetworkError) -> any NetworkListener
    /// Proves with other certificates, or with what the same files have now, from now on. Nothing where no TLS is spoken.
    /// - Throws: the file that cannot be used: then all is as it was.
    func renew(_ security: TransportSecurity) throws(NetworkError)
    /// Opens a connection.
    ///
    /// - Throws: `refused`, `unreachable`, or `timedOut` when it is not there at the deadline.
    func connect(host: String, port: UInt16, deadline: Instant) async throws(NetworkError) -> any NetworkConnection
}

extension HostNetwork {
    /// Where no TLS is spoken.
    public func renew(_ security: TransportSecurity) throws(NetworkError) {}
}

/// A TCP port on which somebody listens.
public protocol NetworkListener: Sendable {
    /// The port it listens on.
    var port: UInt16 { get }
    /// Connections as they are accepted; ends when the listener is closed.
    var connections: AsyncStream<any NetworkConnection> { get }
    /// Gives the port up. Connections that were accepted stay. Idempotent.
    func close() async

    /// Calls `body` with each connection, until the listener is closed; to be called at most once, instead of reading `connections`.
    ///
    /// - Parameters:
    ///   - tasks: begins the work for it. Thousands of ports wait in vain: one that can needs no task while it waits.
    ///   - body: serves a connection.
    func serve(by tasks: any TaskSpawner, _ body: @escaping @Sendable (any NetworkConnection) async -> Void)
}

extension NetworkListener {
    /// Takes the connections in a task that waits.
    public func serve(by tasks: any TaskSpawner, _ body: @escaping @Sendable (any NetworkConnection) async -> Void) {
        tasks.spawn { for await connection in connections { await body(connection) } }
    }
}

/// A TCP connection. A peer that has finished sending still receives (half-close).
public protocol NetworkConnection: Sendable {
    /// The other end.
    var peer: NetworkAddress { get }
    /// Whose that is; of a connection that was accepted.
    var identity: PeerIdentity { get }
    /// The next bytes, at most `count`; empty when the peer has finished sending.
    func read(_ count: Int) async throws(NetworkError) -> [UInt8]
    /// Returns when the bytes are accepted for sending; waits while the peer is slow.
    func write(_ bytes: [UInt8]) async throws(NetworkError)
    /// Finishes sending; reading goes on.
    func finish() async
    /// Closes both directions. Idempotent; pending reads and writes fail with `closed`.
    func close() async
}

/// One end of a connection.
public struct NetworkAddress: Hashable, Sendable, CustomStringConvertible {
    /// An address, or a name where nobody has looked it up; of IPv6 without brackets.
    public var host: String
    /// The TCP port.
    public var port: UInt16

    /// An IPv4 peer of an IPv6 socket, `::ffff:192.0.2.1`, is called by its IPv4 address.
    public init(host: String, port: UInt16) {
        let isMapped = host.hasPrefix(Self.mapped) && host.contains(".")
        self.host = isMapped ? String(host.dropFirst(Self.mapped.count)) : host
        self.port = port
    }

    private static let mapped = "::ffff:"

    /// Whether the peer is this very machine.
    public var isLoopback: Bool {
        host.hasPrefix("127.") || host == "::1" || host == "localhost"
    }

    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// Why the network did not do what was asked.
public enum NetworkError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Somebody listens there already.
    case addressInUse(port: UInt16)
    /// The host is there, and nobody listens.
    case refused(host: String, port: UInt16)
    /// There is no way to the host.
    case unreachable(host: String)
    /// Nobody knows what address the host has.
    case unknown(host: String)
    /// Not within the deadline.
    case timedOut
    /// Closed by us, or reset by the peer.
    case closed
    /// The daemon has been killed (simulation only).
    case fenced
    /// Anything else, in the system's words.
    case system(String)

    public var description: String {
        switch self {
        case .addressInUse(let port): "port \(port) is in use"
        case .refused(let host, let port): "\(host):\(port) refused the connection"
        case .unreachable(let host): "\(host) cannot be reached"
        case .unknown(let host): "the name \(host) is unknown"
        case .timedOut: "timed out"
        case .closed: "the connection was closed"
        case .fenced: "the daemon has been killed"
        case .system(let text): text
        }
    }
}
