import HostInterface

/// The network of one life of the daemon: the simulated one where other simulated hosts are concerned, so that what goes wrong
/// with it strikes migrations here too, and real sockets for people and programs outside.
struct HostsNetwork: HostNetwork {
    let outside: FencedNetwork
    /// The host's handle, which ends with the life by itself.
    let simulated: any HostNetwork
    let tasks: any TaskSpawner
    /// The port on which other hosts call.
    let migrationPort: UInt16
    /// Whether that is a port of this machine as well; otherwise any free one is taken there, as it is every host's.
    let hasMigrationPortOutside: Bool
    /// Whether no other will do there.
    let isAskedFor: Bool
    /// Whether the secret of the pool was made in this process: then nobody on another machine needs to be let in.
    let isPoolOfThisProcess: Bool
    /// Whether a name is that of a simulated host.
    let hasHost: @Sendable (String) -> Bool
    /// Told of the port outside.
    let listening: @Sendable (UInt16) -> Void

    func listen(address: String, port: UInt16) async throws(NetworkError) -> any NetworkListener {
        guard port == migrationPort else { return try await outside.listen(address: address, port: port) }
        let real = try await listenOutside(isPoolOfThisProcess ? "localhost" : address, port)
        listening(real.port)
        do {
            return TwinListener(try await simulated.listen(address: address, port: port), real, tasks)
        } catch {
            await real.close()
            throw error
        }
    }

    private func listenOutside(_ address: String, _ port: UInt16) async throws(NetworkError) -> any NetworkListener {
        do throws(NetworkError) {
            return try await outside.listen(address: address, port: hasMigrationPortOutside ? port : 0)
        } catch {
            guard case .addressInUse = error, !isAskedFor else { throw error }
            return try await outside.listen(address: address, port: 0)
        }
    }

    func connect(host: String, port: UInt16, deadline: Instant) async throws(NetworkError) -> any NetworkConnection {
        if hasHost(host) { return try await simulated.connect(host: host, port: port, deadline: deadline) }
        return try await outside.connect(host: host, port: port, deadline: deadline)
    }
}

/// A port inside and outside of the simulation.
private struct TwinListener: NetworkListener {
    private let inside: any NetworkListener
    private let outside: any NetworkListener
    let connections: AsyncStream<any NetworkConnection>

    init(_ inside: any NetworkListener, _ outside: any NetworkListener, _ tasks: any TaskSpawner) {
        self.inside = inside
        self.outside = outside
        let (stream, continuation) = AsyncStream<any NetworkConnection>.makeStream()
        connections = stream
        for listener in [inside, outside] {
            tasks.spawn {
                for await connection in listener.connections { continuation.yield(connection) }
                // Both are closed together.
                continuation.finish()
            }
        }
    }

    /// By which the other hosts call.
    var port: UInt16 { inside.port }

    func close() async {
        await inside.close()
        await outside.close()
    }
}
