import DomainLifecycle
import DomainModel
import HostInterface
import HypervisorInterface
import Migration

/// Migrates domains away: offer, copy, stop and copy, hand over.
struct Sender: ManagerPart {
    let context: ManagerContext
    let handovers: HandoverDesk
    let peers: PoolPeers

    // MARK: - Before anything is begun

    /// - Throws: `invalid`, when the destination is none.
    func route(_ request: MigrationRequest) throws(OperationError) -> MigrationRoute {
        let (host, port) = try destination(request.destination)
        try checkIsElsewhere(host, port, request.destination)
        return MigrationRoute(
            host: host, port: port, namesPort: request.destination.hasSuffix(":\(port)"), isLive: request.live,
            rate: request.rate)
    }

    /// This machine is somewhere else only with the port of another xend on it: without one, whoever happens to have the usual port
    /// would be talked to.
    private func checkIsElsewhere(_ name: String, _ port: UInt16, _ text: String) throws(OperationError) {
        // With a port it is asked who it is before anything is suspended.
        guard isThisMachine(name), !text.hasSuffix(":\(port)") else { return }
        throw OperationError(
            .refused,
            "cannot migrate to \(text): that is this very xend; another one on this machine is \(name):PORT, with the port on which it "
                + "takes domains, which it tells when it starts (xm migrate DOM \(name):PORT)")
    }

    private static let loopbackNames: Set<String> = [
        "localhost", "localhost.localdomain", "localhost4", "localhost6", "ip6-localhost", "ip6-loopback", "::1", "::",
        "0.0.0.0", "0",
    ]

    /// By the names that every machine has for itself, and its own, with or without its domain.
    private func isThisMachine(_ name: String) -> Bool {
        var name = name.lowercased()
        if name.hasSuffix(".") { name.removeLast() }
        if Self.loopbackNames.contains(name) || name.hasPrefix("127.") || name.hasPrefix("::ffff:127.") { return true }
        let own = host.node.systemName.host.lowercased()
        let short = own.prefix { $0 != "." }
        return name == own || name == short
    }

    /// `HOST`, `HOST:PORT`, `[ADDRESS]:PORT`
    private func destination(_ text: String) throws(OperationError) -> (String, UInt16) {
        let wrong = OperationError(
            .invalid, "invalid destination: \"\(text)\" (allowed: HOST, HOST:PORT, [ADDRESS]:PORT)")
        guard !text.isEmpty, text.utf8.count <= 255, !text.contains(where: \.isWhitespace) else { throw wrong }
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { throw wrong }
            let host = String(text[text.index(after: text.startIndex)..<end])
            let rest = text[text.index(after: end)...]
            if rest.isEmpty { return (host, peers.migration.port) }
            guard rest.hasPrefix(":"), let port = UInt16(rest.dropFirst()), port > 0 else { throw wrong }
            return (host, port)
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        if parts.count != 2 { return (text, peers.migration.port) }
        guard !parts[0].isEmpty, let port = UInt16(parts[1]), port > 0 else { throw wrong }
        return (String(parts[0]), port)
    }

    /// Whether this Xen can track what the guest writes is known before anything is begun.
    func checkLive(_ record: DomainRecord) async throws(OperationError) {
        let kind = record.config?.image.kind ?? .pv
        let node: NodeReport
        do {
            node = try await machine.hypervisor.node()
        } catch {
            throw OperationError(.failed, "cannot ask Xen about the node: \(error)")
        }
        guard !node.canMigrateLive.contains(kind) else { return }
        throw OperationError(
            .refused,
            "cannot migrate \(record.title) live: this Xen cannot track the pages that a \(kind) guest writes "
                + "(it was built without shadow paging); without live it can be migrated")
    }

    // MARK: - The step

    func send(_ record: DomainRecord, _ performance: Performance) async throws(StepFailure) {
        guard let domain = record.id, let task = performance.task, let route = performance.route else {
            throw StepFailure("there is nothing to migrate")
        }
        let isPaused = table.reports[record.uuid]?.isPaused ?? false
        let id = host.random.hexadecimalIdentifier()
        defer { spawn { await $0.parts.handovers.closeSoon(id) } }
        do {
            let offer = try await offer(record, route, id, isPaused: isPaused)
            try await handovers.begin(id, .source(.started), record, route.host, route.port, isPaused: isPaused)
            do {
                try await transfer(domain, record, offer, route, task)
            } catch {
                await handovers.advance(id, .source(.giveUp))
                // Who has the word may still become clear.
                try await awaitOutcome(of: id, task, failure: error)
            }
            try await awaitOutcome(of: id, task, failure: nil)
        } catch {
            throw StepFailure(of: "migrate", record, error, task, to: route.host)
        }
        performance.arrival = handovers.remembered(id)?.arrival
    }

    private func offer(
        _ record: DomainRecord, _ route: MigrationRoute, _ id: String, isPaused: Bool
    ) async throws -> MigrationOffer {
        let header = try await context.saveHeader(of: record, isPaused: isPaused)
        let node = try await machine.hypervisor.node()
        return MigrationOffer(
            id: id, node: peers.ownID, host: header.host, port: peers.migration.listeningPort,
            xenMajor: node.major, xenMinor: node.minor, kind: header.kind, live: route.isLive, memory: header.memory,
            maximumMemory: max(header.memory, header.maximumMemory), isPaused: isPaused, record: header.record)
    }

    private func transfer(
        _ domain: DomainID, _ record: DomainRecord, _ offer: MigrationOffer, _ route: MigrationRoute,
        _ task: TransferTask
    ) async throws {
        guard let manager = context.manager else { throw StepFailure("xend is stopping") }
        task.enter("connect")
        let channel = try await peers.open(route.host, route.port, mayBeHere: route.namesPort)
        task.onCancel { await channel.close() }
        defer { task.onCancel(nil) }
        try task.check()
        handovers.keep(channel, of: offer.id)
        try await make(offer, to: route.host, over: channel, task)
        spawn { await $0.parts.handovers.listen(to: channel, offer.id) }
        task.enter("copy")
        task.beginCopy(of: offer.memory)
        let output = MigrationOutput(
            channel: channel, task: task, clock: host.clock, rate: route.rate,
            stall: peers.migration.stallTimeout)
        let observer = MigrationSuspender(
            manager: manager, domain: record.uuid, task: task, wasPaused: offer.isPaused, policy: PrecopyPolicy())
        do {
            try await machine.hypervisor.save(domain, live: route.isLive, output: output, observer: observer)
        } catch {
            // The other side may have said why before it closed.
            if let reason = handovers.open(offer.id)?.reason { throw StepFailure("\(route.host): \(reason)") }
            throw error
        }
        await handovers.advance(offer.id, .source(.imageComplete))
        task.enter("commit")
        try await channel.send(.imageEnd)
    }

    /// Offers the domain; returns when it is accepted.
    private func make(
        _ offer: MigrationOffer, to other: String, over channel: MigrationChannel, _ task: TransferTask
    ) async throws {
        task.enter("offer")
        let answer = try await host.clock.within(peers.migration.prepareTimeout, closing: channel) {
            try await channel.send(.offer(offer))
            return try await channel.receive()
        }
        switch answer {
        case .message(.accept): return
        case .message(.refused(let why)): throw StepFailure("\(other) refuses: \(why)")
        default: throw WireError(.malformed, "\(other) answered something else than was asked")
        }
    }

    /// Waits until it is clear whose the domain is.
    ///
    /// - Parameter failure: what went wrong on the way, if something did.
    /// - Throws: when the domain stays here, or when the other host does not confirm in time.
    private func awaitOutcome(of id: String, _ task: TransferTask, failure: (any Error)?) async throws {
        let deadline = host.clock.now + peers.migration.commitTimeout
        while let handover = handovers.open(id), case .source(let machine) = handover.machine {
            switch machine.state {
            case .aborted: throw failure ?? kept(handover)
            case .started
            where handover.isCut || handover.reason != nil || task.isCancelled
                || host.clock.now >= deadline:
                await handovers.advance(id, .source(.giveUp))
                continue
            case .aborting where host.clock.now >= deadline: throw failure ?? kept(handover)
            case .handedOver where host.clock.now >= deadline:
                throw StepFailure(
                    "it was handed over to \(handover.record.host), which has not confirmed it; xend keeps asking "
                        + "(xm resolve or op=resolve decides by hand)")
            case .started, .deciding, .handedOver, .aborting, .finished: break
            }
            try await host.clock.sleep(for: .milliseconds(2))
        }
        guard let settled = handovers.settled(id), settled.role == .source else { return }
        if settled.wasTaken { return task.endDowntime() }
        throw failure ?? kept(settled)
    }

    private func kept(_ handover: Handover) -> StepFailure {
        StepFailure(
            handover.reason.map { "\(handover.record.host): \($0)" }
                ?? "the connection to \(handover.record.host) was lost before it had the domain")
    }
}

/// Where a domain goes, and how.
struct MigrationRoute: Sendable {
    var host: String
    var port: UInt16
    /// Somebody has chosen the port.
    var namesPort: Bool
    var isLive: Bool
    /// Mbit/s; 0 = no limit.
    var rate: Int
}
