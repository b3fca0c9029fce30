import HostInterface
import SimulatedHypervisor

/// An end of a simulated TCP connection.
///
/// `@unchecked Sendable`: used on the thread of the simulation's executor only, like the network it belongs to.
final class SimulatedSocket: NetworkConnection, @unchecked Sendable {
    let peer: NetworkAddress
    private let incoming: Pipe
    private let outgoing: Pipe
    private let incarnation: Incarnation
    private var isClosed = false
    private var rite: UInt64 = 0

    init(peer: NetworkAddress, incoming: Pipe, outgoing: Pipe, incarnation: Incarnation) {
        self.peer = peer
        self.incoming = incoming
        self.outgoing = outgoing
        self.incarnation = incarnation
        incoming.partner = outgoing
        outgoing.partner = incoming
        rite = incarnation.atEnd { [weak self] in self?.shut() }
    }

    func read(_ count: Int) async throws(NetworkError) -> [UInt8] {
        while true {
            if incarnation.isFenced { throw .fenced }
            if isClosed { throw .closed }
            if incoming.available > 0 { return incoming.take(count) }
            if incoming.hasEnded { return [] }
            if let failure = incoming.failure { throw failure }
            try await wait(on: incoming)
        }
    }

    func write(_ bytes: [UInt8]) async throws(NetworkError) {
        while true {
            if incarnation.isFenced { throw .fenced }
            if isClosed || outgoing.isFinished { throw .closed }
            if let failure = outgoing.failure { throw failure }
            if outgoing.hasRoom { return outgoing.send(bytes) }
            try await wait(on: outgoing)
        }
    }

    private func wait(on pipe: Pipe) async throws(NetworkError) {
        var ticket = 0
        let wake = await incarnation.park(until: nil) { signal in ticket = pipe.wait(signal) }
        pipe.forget(waiter: ticket)
        switch wake {
        case .elapsed, .signalled: return
        case .fenced: throw .fenced
        case .cancelled: throw .closed
        }
    }

    func finish() async {
        guard !incarnation.isFenced else { return }
        outgoing.finish()
    }

    func close() async {
        guard !incarnation.isFenced else { return }
        incarnation.forgetAtEnd(rite)
        shut()
    }

    /// What the kernel does when the last descriptor goes: the end is sent; a peer that sends on is told that nobody listens.
    private func shut() {
        guard !isClosed else { return }
        isClosed = true
        outgoing.finish()
        incoming.receiverIsGone()
    }
}

/// A port on which a simulated host listens.
///
/// `@unchecked Sendable`: used on the thread of the simulation's executor only, like the network it belongs to.
final class SimulatedListener: NetworkListener, @unchecked Sendable {
    let place: SimulatedNetwork.Place
    let connections: AsyncStream<any NetworkConnection>
    private let continuation: AsyncStream<any NetworkConnection>.Continuation
    private unowned let network: SimulatedNetwork
    private(set) var incarnation: Incarnation
    private var rite: UInt64?

    var port: UInt16 { place.port }

    init(network: SimulatedNetwork, place: SimulatedNetwork.Place) {
        self.network = network
        self.place = place
        incarnation = network.outsider
        (connections, continuation) = AsyncStream.makeStream()
    }

    func belong(to incarnation: Incarnation) {
        self.incarnation = incarnation
        rite = incarnation.atEnd { [weak self] in self?.end() }
    }

    func accept(_ socket: SimulatedSocket) { continuation.yield(socket) }

    func close() async {
        guard !incarnation.isFenced else { return }
        if let rite { incarnation.forgetAtEnd(rite) }
        end()
    }

    func end() {
        network.close(self)
        continuation.finish()
    }
}

/// The network as one incarnation of the daemon sees it.
struct NetworkHandle: HostNetwork {
    let host: SimulatedHost
    let incarnation: Incarnation

    func listen(address: String, port: UInt16) async throws(NetworkError) -> any NetworkListener {
        if incarnation.isFenced { throw .fenced }
        let listener = try host.network.listen(on: host.name, port: port)
        listener.belong(to: incarnation)
        return listener
    }

    func connect(host name: String, port: UInt16, deadline: Instant) async throws(NetworkError) -> any NetworkConnection {
        try await host.network.connect(from: host.name, to: name, port: port, deadline: deadline, for: incarnation)
    }
}

/// The network as the clients of a scenario see it: from outside all hosts, or logged in on one.
public struct ClientNetwork: HostNetwork {
    let network: SimulatedNetwork
    /// Where the client is.
    let place: String

    public func listen(address: String, port: UInt16) async throws(NetworkError) -> any NetworkListener {
        try network.listen(on: place, port: port)
    }

    public func connect(
        host: String, port: UInt16, deadline: Instant
    ) async throws(NetworkError) -> any NetworkConnection {
        try await network.connect(
            from: place, to: host, port: port, deadline: deadline, for: network.outsider)
    }
}
