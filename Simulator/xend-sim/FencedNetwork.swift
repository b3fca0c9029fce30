import HostInterface
import LinuxHost
import Synchronization

/// The network of one life of the daemon: when it ends, every port and connection that it had is closed.
final class FencedNetwork: HostNetwork {
    private struct State {
        var isOver = false
        var next = 0
        var closers: [Int: @Sendable () async -> Void] = [:]
    }
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

    func listen(address: String, port: UInt16) async throws(NetworkError) -> any NetworkListener {
        await predecessor?.value
        if state.withLock({ $0.isOver }) { throw .fenced }
        let listener = FencedListener(try await inner.listen(address: address, port: port), self)
        keep { await listener.close() }
        return listener
    }

    func connect(host: String, port: UInt16, deadline: Instant) async throws(NetworkError) -> any NetworkConnection {
        if state.withLock({ $0.isOver }) { throw .fenced }
        let connection = try await inner.connect(
            host: host, port: port, deadline: LinuxClock().now + (deadline - clock.now))
        keep { await connection.close() }
        return connection
    }

    /// Whatever is kept is closed at the end; closing twice does no harm.
    func keep(_ close: @escaping @Sendable () async -> Void) {
        let isOver = state.withLock { state in
            if !state.isOver {
                state.next += 1
                state.closers[state.next] = close
                // A console that is opened and closed all day must not fill the list: old ones are long closed.
                if state.closers.count > 10_000 { state.closers[state.next - 10_000] = nil }
            }
            return state.isOver
        }
        if isOver { LinuxTasks().spawn(close) }
    }

    /// Returns when everything is closed.
    func end() async {
        let closers = state.withLock { state in
            state.isOver = true
            defer { state.closers = [:] }
            return state.closers.sorted { $0.key < $1.key }.map(\.value)
        }
        for close in closers { await close() }
    }
}

/// A port whose connections end with the daemon's life.
private final class FencedListener: NetworkListener {
    private let inner: any NetworkListener
    let connections: AsyncStream<any NetworkConnection>

    init(_ inner: any NetworkListener, _ network: FencedNetwork) {
        self.inner = inner
        let (stream, continuation) = AsyncStream<any NetworkConnection>.makeStream()
        connections = stream
        LinuxTasks().spawn {
            for await connection in inner.connections {
                network.keep { await connection.close() }
                continuation.yield(connection)
            }
            continuation.finish()
        }
    }

    var port: UInt16 { inner.port }
    func close() async { await inner.close() }
}
