import HostInterface
import Migration

/// The other xends of the pool: how this one takes part in migrations, where it listens, and how it calls them.
final class PoolPeers: ManagerPart {
    let context: ManagerContext
    private(set) var migration = MigrationSettings()
    /// Of other xends, at the moment.
    private(set) var connections = 0
    private var listener: (any NetworkListener)?
    private var node: String?

    /// Connections at one time: a pool moves a few domains at once.
    private static let maximumConnections = 32

    init(_ context: ManagerContext) { self.context = context }

    /// What this start of the daemon calls itself, so that it knows itself again.
    var ownID: String {
        if let node { return node }
        let new = String(host.random.next(), radix: 16)
        node = new
        return new
    }

    /// Takes the port on which other xends call; they wait until `accept`.
    /// - Returns: the port.
    func listen(
        _ settings: MigrationSettings, address: String, port: UInt16
    ) async throws(NetworkError) -> UInt16 {
        migration = settings
        let listener = try await (settings.network ?? host.network).listen(address: address, port: port)
        migration.listeningPort = listener.port
        self.listener = listener
        return listener.port
    }

    /// Hears other xends until the daemon stops.
    func accept() {
        guard let listener else { return }
        context.spawnBackground { reference in
            for await connection in listener.connections {
                guard await reference.run({ await $0.parts.peers.accept(connection) }) != nil else {
                    return await connection.close()
                }
            }
        }
    }

    /// Gives the port back.
    func close() async {
        await listener?.close()
        listener = nil
    }

    func accept(_ connection: any NetworkConnection) async {
        guard connections < Self.maximumConnections, !isStopped else {
            log.warning("a connection from \(connection.peer) is refused: there are \(connections) already")
            return await connection.close()
        }
        connections += 1
        spawn { manager in
            await manager.parts.receiver.serve(connection, in: manager)
            manager.parts.peers.connectionEnded()
        }
    }

    func connectionEnded() { connections -= 1 }

    /// Greets one that has called.
    func greet(_ connection: any NetworkConnection) async throws -> MigrationChannel {
        let (secret, isMember, random) = (migration.secret, migration.network != nil, host.random)
        if secret == nil, !isMember { try await checkCaller(connection) }
        return try await host.clock.within(migration.greetingTimeout, closing: connection) {
            try await MigrationChannel.answer(connection, secret: secret, isMember: isMember, random: random)
        }
    }

    /// Who cannot prove to be of the pool is let in from this machine only, and must be allowed everything here: domains come over this
    /// port, and word of whose they are.
    private func checkCaller(_ connection: any NetworkConnection) async throws {
        let caller = await context.authenticator.caller(connection.identity, at: connection.peer)
        guard !caller.may(.administrator), caller.identity != .remote else { return }
        let reason = caller.refusal(.administrator, of: "sending domains")
        context.settings.audit?.note(caller, by: .migration, "connect", on: "the migration port", .refused(reason))
        await connection.close()
        throw WireError(.refused, reason)
    }

    /// Calls another xend.
    ///
    /// - Parameter mayBeHere: whether it may be one of this machine. Under whichever name or address that is called, whoever happens to
    ///   have the usual port is not told a word.
    func open(_ host: String, _ port: UInt16, mayBeHere: Bool = true) async throws -> MigrationChannel {
        let network = migration.network ?? self.host.network
        let connection = try await network.connect(
            host: host, port: port, deadline: self.host.clock.now + migration.connectTimeout)
        guard mayBeHere || connection.identity == .remote else {
            await connection.close()
            throw WireError(
                .refused,
                "that is this very machine; another xend on it is \(host):PORT, with the port on which it takes domains, which it "
                    + "tells when it starts")
        }
        let (secret, isMember, random) = (migration.secret, migration.network != nil, self.host.random)
        return try await self.host.clock.within(migration.greetingTimeout, closing: connection) {
            try await MigrationChannel.call(connection, secret: secret, isMember: isMember, random: random)
        }
    }
}
