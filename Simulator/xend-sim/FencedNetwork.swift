import HostInterface
import LinuxHost
import Synchronization

/// The network of one life of the daemon: when it ends, every port and connection that it had is closed.
final class FencedNetwork: HostNetwork {
    fileprivate typealias Closer = @Sendable () async -> Void
    private struct State {
        var isOver = false
        /// Ports and connections have one sequence of numbers.
        var newest = 0
        var ports: [Int: Closer] = [:]
        var connections: [Int: Closer] = [:]
    }
    /// A connection that is opened and closed all day must not fill the list: old ones are long closed.
    private static let keptConnections = 10_000

    private let inner: any HostNetwork
    /// The clock by which the daemon's deadlines are; the network has the real one.
    private let clock: any HostClock
    /// What has to end before ports are free.
    private let predecessor: Task<Void, Never>?
    private let state = Mutex(State())

    init(_ inner: any HostNetwork, clock: any HostClock, after predecessor: Task<Void, Never>?) {
        self.inner = inner
        self.clock = clock
        self.predecessor = predecessor
    }

    func renew(_ security: TransportSecurity) throws(NetworkError) { try inner.renew(security) }

    func listen(address: String, port: UInt16) async throws(NetworkError) -> any NetworkListener {
        await predecessor?.value
        if state.withLock({ $0.isOver }) { throw .fenced }
        let listener = try await inner.listen(address: address, port: port)
        let number = keep { state, number, close in
            state.ports[number] = close
        } closing: {
            await listener.close()
        }
        return FencedListener(listener, self, number)
    }

    func connect(host: String, port: UInt16, deadline: Instant) async throws(NetworkError) -> any NetworkConnection {
        if state.withLock({ $0.isOver }) { throw .fenced }
        let connection = try await inner.connect(
            host: host, port: port, deadline: LinuxClock().now + (deadline - clock.now))
        keep(connection)
        return connection
    }

    fileprivate func keep(_ connection: any NetworkConnection) {
        _ = keep { state, number, close in
            state.connections[number] = close
            state.connections[number - Self.keptConnections] = nil
        } closing: {
            await connection.close()
        }
    }

    fileprivate func forgetPort(_ number: Int) { state.withLock { $0.ports[number] = nil } }

    /// Whatever is kept is closed at the end; closing twice does no harm.
    private func keep(
        _ note: (inout State, Int, @escaping Closer) -> Void, closing close: @escaping Closer
    ) -> Int {
        let (number, isOver) = state.withLock { state in
            state.newest += 1
            if !state.isOver { note(&state, state.newest, close) }
            return (state.newest, state.isOver)
        }
        if isOver { LinuxTasks().spawn(close) }
        return number
    }

    /// Returns when everything is closed.
    func end() async {
        let closers = state.withLock { state in
            state.isOver = true
            defer { (state.ports, state.connections) = ([:], [:]) }
            return state.ports.merging(state.connections) { $1 }.sorted { $0.key < $1.key }.map(\.value)
        }
        for close in closers { await close() }
    }
}

/// A port whose connections end with the daemon's life.
private final class FencedListener: NetworkListener {
    private let inner: any NetworkListener
    private let network: FencedNetwork
    private let number: Int

    init(_ inner: any NetworkListener, _ network: FencedNetwork, _ number: Int) {
        self.inner = inner
        self.network = network
        self.number = number
    }

    var port: UInt16 { inner.port }

    var connections: AsyncStream<any NetworkConnection> {
        AsyncStream { [network, accepted = inner.connections] in
            var accepting = accepted.makeAsyncIterator()
            let connection = await accepting.next()
            if let connection { network.keep(connection) }
            return connection
        }
    }

    func serve(by tasks: any TaskSpawner, _ body: @escaping @Sendable (any NetworkConnection) async -> Void) {
        inner.serve(by: tasks) { [network] connection in
            network.keep(connection)
            await body(connection)
        }
    }

    func close() async {
        await inner.close()
        network.forgetPort(number)
    }
}
