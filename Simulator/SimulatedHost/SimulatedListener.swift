import HostInterface
import SimulatedHypervisor

/// A port on which a simulated host listens.
///
/// `@unchecked Sendable`: used on the thread of the simulation's executor only, like the network it belongs to.
final class SimulatedListener: NetworkListener, @unchecked Sendable {
    let place: SimulatedNetwork.Place
    /// Whether it listens on a loopback interface, where others find nobody.
    let isForItsHostAlone: Bool
    let connections: AsyncStream<any NetworkConnection>
    private let continuation: AsyncStream<any NetworkConnection>.Continuation
    private unowned let network: SimulatedNetwork
    private(set) var incarnation: Incarnation
    private var rite: UInt64?

    var port: UInt16 { place.port }

    init(network: SimulatedNetwork, place: SimulatedNetwork.Place, address: String) {
        self.network = network
        self.place = place
        isForItsHostAlone = NetworkAddress(host: address, port: place.port).isLoopback
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
