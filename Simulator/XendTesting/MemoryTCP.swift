import HostInterface

/// A TCP connection of a scenario's client through the simulated network: consoles, the debug port.
///
/// `@unchecked Sendable`: its tasks run on the simulation's executor, its owner looks while that stands still.
package final class MemoryTCP: ByteStream, @unchecked Sendable {
    package private(set) var received: [UInt8] = []
    package private(set) var isEnded = false
    /// Why there is no connection.
    package private(set) var failure: String?
    package private(set) var isConnected = false
    private var connection: (any NetworkConnection)?
    private let tasks: any TaskSpawner
    private var unsent: [UInt8] = []

    /// A console that prints without end must not fill the runner.
    private static let limit = 16 << 20

    package init(
        _ network: any HostNetwork, tasks: any TaskSpawner, host: String, port: UInt16, deadline: Instant
    ) {
        self.tasks = tasks
        tasks.spawn { [self] in
            do {
                let connection = try await network.connect(host: host, port: port, deadline: deadline)
                self.connection = connection
                isConnected = true
                await flush()
                await read(connection)
            } catch {
                failure = "\(error)"
                isEnded = true
            }
        }
    }

    private func read(_ connection: any NetworkConnection) async {
        while received.count < Self.limit {
            guard let bytes = try? await connection.read(65_536), !bytes.isEmpty else { break }
            received += bytes
        }
        isEnded = true
    }

    package func send(_ bytes: [UInt8]) {
        unsent += bytes
        tasks.spawn { [self] in await flush() }
    }

    private func flush() async {
        guard let connection, !unsent.isEmpty else { return }
        let bytes = unsent
        unsent = []
        // A peer that is gone is seen by the reader.
        try? await connection.write(bytes)
    }

    package func close() {
        guard let connection else { return }
        tasks.spawn { await connection.close() }
    }
}
