import DomainLifecycle
import DomainModel
import HostInterface
import HypervisorInterface
import Migration
import SExpressions

/// Listening for other xends, and taking in what they send.
extension DomainManager {
    /// Connections at one time: a pool moves a few domains at once.
    private static let maximumConnections = 32

    /// Listens for other xends until the daemon stops.
    public func startMigration(
        _ settings: MigrationSettings, address: String, port: UInt16
    ) async throws(NetworkError) -> UInt16 {
        migration = settings
        let listener = try await (settings.network ?? host.network).listen(address: address, port: port)
        migration.listeningPort = listener.port
        transfers.listener = listener
        background.append(
            host.tasks.spawn { [weak self] in
                for await connection in listener.connections {
                    guard let self else { return await connection.close() }
                    await self.accept(connection)
                }
            })
        return listener.port
    }

    private func accept(_ connection: any NetworkConnection) async {
        guard transfers.connections < Self.maximumConnections, !isStopped else {
            log.warning("a connection from \(connection.peer) is refused: there are \(transfers.connections) already")
            return await connection.close()
        }
        transfers.connections += 1
        spawn { manager in
            await manager.serve(connection)
            await manager.connectionEnded()
        }
    }

    private func connectionEnded() { transfers.connections -= 1 }

    private func serve(_ connection: any NetworkConnection) async {
        do {
            let (secret, isMember, random) = (migration.secret, migration.network != nil, host.random)
            let channel = try await within(migration.greetingTimeout, closing: connection) {
                try await MigrationChannel.answer(connection, secret: secret, isMember: isMember, random: random)
            }
            let first = try await within(migration.greetingTimeout, closing: channel) { try await channel.receive() }
            switch first {
            case .message(.offer(let offer)): await receive(offer, over: channel)
            case .message(.handover(let note)): await answer(note, over: channel)
            case .message, .image: await channel.close()
            }
        } catch {
            log.warning("a connection from \(connection.peer) was ended: \(error)")
        }
    }

    // MARK: - Receiving

    private func receive(_ offer: MigrationOffer, over channel: MigrationChannel) async {
        let arrival: Arrival
        let plan: Plan
        do {
            arrival = try await examine(offer, from: channel.peer)
            plan = try table.begin(arrival: arrival, at: now)
        } catch {
            let why = (error as? OperationError)?.message ?? "\(error)"
            log.notice("a domain from \(channel.peer.host) is refused: \(why)")
            try? await channel.send(.refused(why))
            await channel.close()
            return
        }
        let uuid = plan.domain
        try? await takeTurn(on: uuid)
        var turnIsTaken = true
        defer { if turnIsTaken { passTurn(on: uuid) } }
        do {
            let task = try await beginTask(
                "receive", domain: arrival.record.name.rawValue, id: nil, for: Requester(channel.peer.description))
            transfers.current[uuid] = task
            try await begin(
                offer.id, .destination(.receiving), arrival.record, channel.peer.host, offer.port,
                isPaused: offer.isPaused)
            transfers.handovers[offer.id]?.channel = channel
            let input = ChannelInput(
                channel: channel, kind: offer.kind, clock: host.clock, stall: migration.stallTimeout)
            transfers.inputs[uuid] = TransferInput(input: input, task: task)
            task.onCancel { await channel.close() }
            try await channel.send(.accept)
            task.enter("copy")
            task.beginCopy(of: offer.memory)
            var failure = await carryOut(plan).failure
            transfers.inputs[uuid] = nil
            if failure == nil { failure = await input.end() }
            passTurn(on: uuid)
            turnIsTaken = false
            if let failure {
                await advance(offer.id, .destination(.giveUp))
                try? await channel.send(.failed(failure.message))
            } else {
                task.enter("commit")
                if let record = transfers.handovers[offer.id]?.record { showDoubt(.arrived, record) }
                try? task.passPointOfNoReturn()
                await advance(offer.id, .destination(.complete))
                await hear(channel, offer.id)
            }
            task.onCancel(nil)
            connectionLost(offer.id, channel)
            await channel.close()
            transfers.current[uuid] = nil
            await endTask(task, failure ?? outcome(of: offer.id))
        } catch {
            if table[uuid]?.stage == .creating { _ = table.finish(plan, .undone(reason: "\(error)")) }
            await advance(offer.id, .destination(.giveUp))
            try? await channel.send(.refused("\(error)"))
            connectionLost(offer.id, channel)
            await channel.close()
            if let task = transfers.current.removeValue(forKey: uuid) {
                await endTask(task, OperationError(.failed, "\(error)"))
            }
        }
    }

    /// Whether the domain runs here now.
    private func outcome(of id: String) -> OperationError? {
        if let settled = transfers.settled[id] {
            return settled.wasTaken ? nil : OperationError(.failed, "the domain stays with \(settled.record.host)")
        }
        guard case .destination(let machine) = transfers.handovers[id]?.machine, machine.state != .running else {
            return nil
        }
        return OperationError(
            .failed, "the connection was lost before it was clear whose the domain is; it waits paused")
    }

    /// Hears what the source says about a complete copy, until it is settled or the connection ends.
    private func hear(_ channel: MigrationChannel, _ id: String) async {
        while transfers.handovers[id] != nil {
            let limit = migration.commitTimeout
            guard let incoming = try? await within(limit, closing: channel, { try await channel.receive() }),
                case .message(.handover(let note)) = incoming, note.migration == id
            else { return }
            await heard(note)
        }
    }

    /// Whether this host can take the domain: before anything of it exists here.
    private func examine(
        _ offer: MigrationOffer, from peer: NetworkAddress
    ) async throws(OperationError) -> Arrival {
        guard offer.node != transfers.nodeID(random: host.random) else {
            throw OperationError(.refused, "source and destination are the same host")
        }
        guard transfers.handovers[offer.id] == nil, transfers.settled[offer.id] == nil else {
            throw OperationError(.refused, "a migration \(offer.id) is known already")
        }
        guard let record = DomainRecord(offer.record), let config = record.config else {
            throw OperationError(.refused, "the domain's configuration cannot be understood here")
        }
        do {
            let node = try await machine.hypervisor.node()
            guard (node.major, node.minor) >= (offer.xenMajor, offer.xenMinor) else {
                throw OperationError(
                    .refused,
                    "Xen \(node.major).\(node.minor) here cannot take a domain of Xen \(offer.xenMajor).\(offer.xenMinor)"
                )
            }
        } catch let error as OperationError {
            throw error
        } catch {
            throw OperationError(.failed, "\(error)")
        }
        let arrival = Arrival(
            source: .host(peer.host), record: record, kind: offer.kind, vcpus: config.vcpus, memory: offer.memory,
            maximumMemory: offer.maximumMemory, isPaused: offer.isPaused)
        try await checkResources(for: arrival, "receive")
        return arrival
    }
}

/// The image as it comes over the wire: checked in its structure before the hypervisor sees it.
actor ChannelInput: ImageInput {
    private let channel: MigrationChannel
    private let clock: any HostClock
    private let stall: Duration
    private var validator: ImageValidator
    private var buffer: ArraySlice<UInt8> = []

    init(channel: MigrationChannel, kind: GuestKind, clock: any HostClock, stall: Duration) {
        self.channel = channel
        self.clock = clock
        self.stall = stall
        validator = ImageValidator(kind: kind)
    }

    func read(_ count: Int) async throws -> [UInt8] {
        while buffer.count < count {
            guard case .image(let piece) = try await next() else {
                throw WireError(.malformed, "the image ended early")
            }
            guard try validator.feed(piece) == piece.count else {
                throw WireError(.malformed, "something stands behind the image")
            }
            buffer += piece
        }
        let bytes = Array(buffer.prefix(count))
        buffer = buffer.dropFirst(count)
        return bytes
    }

    /// After the last byte: the source says that this was all.
    func end() async -> OperationError? {
        do {
            while true {
                switch try await next() {
                case .message(.imageEnd):
                    try validator.finish()
                    return buffer.isEmpty ? nil : OperationError(.failed, "something stands behind the image")
                case .image(let piece):
                    guard try validator.feed(piece) == piece.count else {
                        throw WireError(.malformed, "something stands behind the image")
                    }
                    buffer += piece
                case .message: throw WireError(.malformed, "the source gave up")
                }
            }
        } catch {
            return OperationError(.failed, "\(error)")
        }
    }

    private func next() async throws -> MigrationChannel.Incoming {
        let (channel, clock, deadline) = (channel, clock, clock.now + stall)
        return try await withThrowingTaskGroup(of: MigrationChannel.Incoming?.self) { group in
            group.addTask { try await channel.receive() }
            group.addTask {
                try await clock.sleep(until: deadline)
                await channel.close()
                return nil
            }
            defer { group.cancelAll() }
            guard let incoming = try await group.next() ?? nil else {
                throw WireError(.timedOut, "nothing came for a long time")
            }
            return incoming
        }
    }
}
