import HostInterface
import SimulatedHypervisor

/// The network as one incarnation of the daemon sees it.
struct NetworkHandle: HostNetwork {
    let host: SimulatedHost
    let incarnation: Incarnation

    func listen(address: String, port: UInt16) async throws(NetworkError) -> any NetworkListener {
        if incarnation.isFenced { throw .fenced }
        let listener = try host.network.listen(on: host.name, address: address, port: port)
        listener.belong(to: incarnation)
        return listener
    }

    func connect(
        host name: String, port: UInt16, deadline: Instant
    ) async throws(NetworkError) -> any NetworkConnection {
        try await host.network.connect(from: host.name, to: name, port: port, deadline: deadline, for: incarnation)
    }
}

/// The network as the clients of a scenario see it: from outside all hosts, or logged in on one.
public struct ClientNetwork: HostNetwork {
    let network: SimulatedNetwork
    /// Where the client is.
    let place: String
    /// Whose it is there.
    let user: UInt32

    public func listen(address: String, port: UInt16) async throws(NetworkError) -> any NetworkListener {
        try network.listen(on: place, address: address, port: port)
    }

    public func connect(
        host: String, port: UInt16, deadline: Instant
    ) async throws(NetworkError) -> any NetworkConnection {
        try await network.connect(
            from: place, by: user, to: host, port: port, deadline: deadline, for: network.outsider)
    }
}
