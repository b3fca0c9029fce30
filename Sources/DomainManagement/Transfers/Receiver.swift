import AccessControl
import DomainLifecycle
import DomainModel
import HostInterface
import HypervisorInterface
import Migration

/// Takes in what other xends send.
struct Receiver: ManagerPart {
    let context: ManagerContext
    let peers: PoolPeers
    let handovers: HandoverDesk
    let tasks: TaskDesk

    /// Hears what one wants that has called: to send a domain, or to settle whose one is.
    func serve(_ connection: any NetworkConnection, in manager: isolated DomainManager) async {
        do {
            let channel = try await peers.greet(connection)
            let first = try await host.clock.within(peers.migration.greetingTimeout, closing: channel) {
                try await channel.receive()
            }
            switch first {
            case .message(.offer(let offer)): await receive(offer, over: channel, in: manager)
            case .message(.handover(let note)): await handovers.answer(note, over: channel)
            case .message, .image: await channel.close()
            }
        } catch {
            log.warning("a connection from \(connection.peer) was ended: \(error)")
        }
    }

    // MARK: - Receiving

    private func receive(
        _ offer: MigrationOffer, over channel: MigrationChannel, in manager: isolated DomainManager
    ) async {
        let reception = Reception(offer: offer, channel: channel)
        do {
            let arrival = try await examine(offer, from: channel.peer)
            let requester = Requester(channel.peer.description)
            _ = try await manager.submit(.reception(arrival, reception), for: requester)
            await handOver(reception, of: arrival.record.uuid)
        } catch {
            await giveUp(reception, because: error)
        }
    }

    /// Opens the hand-over of a domain that is about to come, and says that it may.
    /// - Returns: its image.
    func accept(_ reception: Reception, _ arrival: Arrival, _ task: TransferTask) async throws -> ChannelInput {
        let (offer, channel) = (reception.offer, reception.channel)
        reception.begin(task, of: arrival.record.uuid)
        try await handovers.begin(
            offer.id, .destination(.receiving), arrival.record, channel.peer.host, offer.port,
            isPaused: offer.isPaused)
        handovers.keep(channel, of: offer.id)
        task.onCancel { await channel.close() }
        try await channel.send(.accept)
        reception.isAccepted = true
        task.enter("copy")
        task.beginCopy(of: offer.memory)
        return ChannelInput(
            channel: channel, kind: offer.kind, clock: host.clock, stall: peers.migration.stallTimeout)
    }

    /// The copy is complete: it waits, in doubt, for what the source says.
    private func handOver(_ reception: Reception, of domain: DomainUUID) async {
        let id = reception.offer.id
        reception.task?.enter("commit")
        if let record = handovers.open(id)?.record { handovers.showDoubt(.arrived, record) }
        try? reception.task?.passPointOfNoReturn()
        await handovers.advance(id, .destination(.complete))
        await hear(reception.channel, id)
        await end(reception, failure: nil)
    }

    private func giveUp(_ reception: Reception, because error: OperationError) async {
        let channel = reception.channel
        guard reception.task != nil else {
            log.notice("a domain from \(channel.peer.host) is refused: \(error.message)")
            note(reception, error)
            try? await channel.send(.refused(error.message))
            return await channel.close()
        }
        await handovers.advance(reception.offer.id, .destination(.giveUp))
        try? await channel.send(reception.isAccepted ? .failed(error.message) : .refused(error.message))
        await end(reception, failure: error)
    }

    private func end(_ reception: Reception, failure: OperationError?) async {
        let id = reception.offer.id
        reception.task?.onCancel(nil)
        handovers.connectionLost(id, reception.channel)
        await reception.channel.close()
        guard let task = reception.task else { return }
        let failure = failure ?? outcome(of: id)
        note(reception, failure)
        await tasks.end(task, of: reception.domain, failure)
    }

    /// What another host asked for is for the audit, too. Its certificate or the pool's secret let it in: that is who it is.
    private func note(_ reception: Reception, _ failure: OperationError?) {
        let name = DomainRecord(reception.offer.record)?.name.rawValue ?? ""
        settings.audit?.note(
            Caller(.remote, address: reception.channel.peer, role: nil), by: .migration, "receive",
            on: "/xend/domain/\(name)", failure.map { .failed($0.message) } ?? .done)
    }

    /// Whether the domain runs here now.
    private func outcome(of id: String) -> OperationError? {
        if let settled = handovers.settled(id) {
            return settled.wasTaken ? nil : OperationError(.failed, "the domain stays with \(settled.record.host)")
        }
        guard case .destination(let machine) = handovers.open(id)?.machine, machine.state != .running else {
            return nil
        }
        return OperationError(
            .failed, "the connection was lost before it was clear whose the domain is; it waits paused")
    }

    /// Hears what the source says about a complete copy, until it is settled or the connection ends.
    private func hear(_ channel: MigrationChannel, _ id: String) async {
        while handovers.open(id) != nil {
            let limit = peers.migration.commitTimeout
            guard let incoming = try? await host.clock.within(limit, closing: channel, { try await channel.receive() }),
                case .message(.handover(let note)) = incoming, note.migration == id
            else { return }
            await handovers.heard(note)
        }
    }

    /// Whether this host can take the domain: before anything of it exists here.
    private func examine(
        _ offer: MigrationOffer, from peer: NetworkAddress
    ) async throws(OperationError) -> Arrival {
        guard offer.node != peers.ownID else {
            throw OperationError(.refused, "source and destination are the same host")
        }
        guard handovers.remembered(offer.id) == nil else {
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
        try await context.checkResources(for: arrival, "receive")
        return arrival
    }
}
