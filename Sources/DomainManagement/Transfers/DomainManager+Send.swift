import DomainLifecycle
import DomainModel
import HostInterface
import HypervisorInterface
import Migration
import SExpressions
import Synchronization

/// Migrating away: offer, copy, stop and copy, hand over.
extension DomainManager {
    func migrate(
        _ reference: DomainReference, _ request: MigrationRequest, for requester: Requester
    ) async throws(OperationError) -> OperationResult {
        let (host, _) = try destination(request.destination)
        let name = self.host.node.systemName.host
        let session = Session(kind: "migrate", topic: "xend.domain.migrate") { id, arrived in
            [
                .element("live", request.live ? 1 : 0), .element("resource", request.rate),
                .element("src", .element("host", name), .element("domain", id)),
                .element("dst", [.element("host", host)] + (arrived.map { [.element("domain", $0)] } ?? [])),
            ]
        }
        try await checkLive(reference, request)
        let uuid: DomainUUID
        do {
            uuid = try table.find(reference).uuid
        } catch {
            throw error.operationError
        }
        try await depart(reference, .migrate(request), session, for: requester)
        guard let arrival = transfers.arrivals.removeValue(forKey: uuid) else { return .done }
        return .migrated(host: host, port: arrival.httpPort, id: arrival.id)
    }

    /// `HOST`, `HOST:PORT`, `[ADDRESS]:PORT`
    func destination(_ text: String) throws(OperationError) -> (String, UInt16) {
        let wrong = OperationError(
            .invalid, "invalid destination: \"\(text)\" (allowed: HOST, HOST:PORT, [ADDRESS]:PORT)")
        guard !text.isEmpty, text.utf8.count <= 255, !text.contains(where: \.isWhitespace) else { throw wrong }
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { throw wrong }
            let host = String(text[text.index(after: text.startIndex)..<end])
            let rest = text[text.index(after: end)...]
            if rest.isEmpty { return (host, migration.port) }
            guard rest.hasPrefix(":"), let port = UInt16(rest.dropFirst()), port > 0 else { throw wrong }
            return (host, port)
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        if parts.count != 2 { return (text, migration.port) }
        guard !parts[0].isEmpty, let port = UInt16(parts[1]), port > 0 else { throw wrong }
        return (String(parts[0]), port)
    }

    /// Whether this Xen can track what the guest writes is known before anything is begun.
    private func checkLive(
        _ reference: DomainReference, _ request: MigrationRequest
    ) async throws(OperationError) {
        guard request.live else { return }
        do {
            let record = try table.find(reference)
            let kind = record.config?.image.kind ?? .pv
            guard try await machine.hypervisor.node().canMigrateLive.contains(kind) else {
                throw OperationError(
                    .refused,
                    "cannot migrate \(record.title) live: this Xen cannot track the pages that a \(kind) guest writes "
                        + "(it was built without shadow paging); without live it can be migrated")
            }
        } catch let error as OperationError {
            throw error
        } catch let refusal as Refusal {
            throw refusal.operationError
        } catch {
            throw OperationError(.failed, "cannot ask Xen about the node: \(error)")
        }
    }

    // MARK: - The step

    func performSend(_ uuid: DomainUUID) async throws(StepFailure) {
        guard let record = table[uuid], let domain = record.id, let task = transfers.current[uuid],
            let (request, host, port) = transfers.requests[uuid]
        else { throw StepFailure("there is nothing to migrate") }
        let isPaused = table.reports[uuid]?.isPaused ?? false
        let id = hexadecimalIdentifier()
        defer { spawn { await $0.closeSoon(id) } }
        do {
            let offer = try await offer(record, request, id, isPaused: isPaused)
            try await begin(id, .source(.started), record, host, port, isPaused: isPaused)
            do {
                try await transfer(domain, record, offer, request, to: host, port, task)
            } catch {
                await advance(id, .source(.giveUp))
                // Who has the word may still become clear.
                try await awaitOutcome(of: id, task, failure: error)
            }
            try await awaitOutcome(of: id, task, failure: nil)
        } catch {
            throw transferFailure("migrate", record, error, task, to: host)
        }
        transfers.arrivals[uuid] = (transfers.settled[id] ?? transfers.handovers[id])?.arrival
    }

    func hexadecimalIdentifier() -> String {
        host.random.bytes(16).reduce(into: "") { $0 += ($1 < 16 ? "0" : "") + String($1, radix: 16) }
    }

    private func offer(
        _ record: DomainRecord, _ request: MigrationRequest, _ id: String, isPaused: Bool
    ) async throws -> MigrationOffer {
        let header = try await saveHeader(record, isPaused: isPaused)
        let node = try await machine.hypervisor.node()
        return MigrationOffer(
            id: id, node: transfers.nodeID(random: host.random), host: header.host, port: migration.listeningPort,
            xenMajor: node.major, xenMinor: node.minor, kind: header.kind, live: request.live, memory: header.memory,
            maximumMemory: max(header.memory, header.maximumMemory), isPaused: isPaused, record: header.record)
    }

    /// Notes a migration durably before the other host hears of it.
    func begin(
        _ id: String, _ state: HandoverRecord.State, _ record: DomainRecord, _ host: String, _ port: UInt16,
        isPaused: Bool
    ) async throws {
        let noted = HandoverRecord(
            id: id, state: state, domain: record.uuid, name: record.name.rawValue, host: host, port: port,
            isPaused: isPaused)
        try await database.journal.append([noted.expression])
        let machine: Handover.Machine =
            switch state {
            case .source: .source(SourceHandover())
            case .destination: .destination(DestinationHandover())
            }
        transfers.handovers[id] = Handover(record: noted, machine: machine)
    }

    private func transfer(
        _ domain: DomainID, _ record: DomainRecord, _ offer: MigrationOffer, _ request: MigrationRequest,
        to host: String, _ port: UInt16, _ task: TransferTask
    ) async throws {
        task.enter("connect")
        let channel = try await openChannel(host, port)
        task.onCancel { await channel.close() }
        defer { task.onCancel(nil) }
        try task.check()
        transfers.handovers[offer.id]?.channel = channel
        task.enter("offer")
        let answer = try await within(migration.prepareTimeout, closing: channel) {
            try await channel.send(.offer(offer))
            return try await channel.receive()
        }
        switch answer {
        case .message(.accept): break
        case .message(.refused(let why)): throw StepFailure("\(host) refuses: \(why)")
        default: throw WireError(.malformed, "\(host) answered something else than was asked")
        }
        spawn { await $0.listen(to: channel, offer.id) }
        task.enter("copy")
        task.beginCopy(of: offer.memory)
        let output = MigrationOutput(
            channel: channel, task: task, clock: self.host.clock, rate: request.rate, stall: migration.stallTimeout)
        let observer = MigrationSuspender(
            manager: self, domain: record.uuid, task: task, wasPaused: offer.isPaused, policy: PrecopyPolicy())
        do {
            try await machine.hypervisor.save(domain, live: request.live, output: output, observer: observer)
        } catch {
            // The other side may have said why before it closed.
            if let reason = transfers.handovers[offer.id]?.reason { throw StepFailure("\(host): \(reason)") }
            throw error
        }
        await advance(offer.id, .source(.imageComplete))
        task.enter("commit")
        try await channel.send(.imageEnd)
    }

    /// Hears what the destination says, until the connection ends.
    func listen(to channel: MigrationChannel, _ id: String) async {
        while let incoming = try? await channel.receive() {
            switch incoming {
            case .message(.handover(let note)) where note.migration == id: await heard(note)
            case .message(.failed(let why)), .message(.refused(let why)):
                transfers.handovers[id]?.reason = why
                await channel.close()
            case .message, .image: await channel.close()
            }
        }
        connectionLost(id, channel)
        transfers.handovers[id]?.isCut = true
        await channel.close()
    }

    /// The connection that carried a domain is not kept: the destination closes it when all is said, or we do.
    private func closeSoon(_ id: String) async {
        guard let channel = (transfers.handovers[id] ?? transfers.settled[id])?.channel else { return }
        try? await host.clock.sleep(for: migration.greetingTimeout)
        connectionLost(id, channel)
        await channel.close()
    }

    /// Waits until it is clear whose the domain is.
    ///
    /// - Parameter failure: what went wrong on the way, if something did.
    /// - Throws: when the domain stays here, or when the other host does not confirm in time.
    private func awaitOutcome(of id: String, _ task: TransferTask, failure: (any Error)?) async throws {
        let deadline = host.clock.now + migration.commitTimeout
        while let handover = transfers.handovers[id], case .source(let machine) = handover.machine {
            switch machine.state {
            case .aborted: throw failure ?? kept(handover)
            case .started
            where handover.isCut || handover.reason != nil || task.isCancelled
                || host.clock.now >= deadline:
                await advance(id, .source(.giveUp))
                continue
            case .aborting where host.clock.now >= deadline: throw failure ?? kept(handover)
            case .handedOver where host.clock.now >= deadline:
                throw StepFailure(
                    "it was handed over to \(handover.record.host), which has not confirmed it; xend keeps asking "
                        + "(op=resolve decides by hand)")
            case .started, .deciding, .handedOver, .aborting, .finished: break
            }
            try await host.clock.sleep(for: .milliseconds(2))
        }
        guard let settled = transfers.settled[id], case .source(let machine) = settled.machine else { return }
        if settled.wasTaken { return task.endDowntime() }
        _ = machine
        throw failure ?? kept(settled)
    }

    private func kept(_ handover: Handover) -> StepFailure {
        StepFailure(
            handover.reason.map { "\(handover.record.host): \($0)" }
                ?? "the connection to \(handover.record.host) was lost before it had the domain")
    }
}

/// Where an image goes on its way to another host: below the rate, past the task that counts it.
actor MigrationOutput: ImageOutput {
    private let channel: MigrationChannel
    private let task: TransferTask
    private let clock: any HostClock
    private let stall: Duration
    private var limit: RateLimit

    init(channel: MigrationChannel, task: TransferTask, clock: any HostClock, rate: Int, stall: Duration) {
        self.channel = channel
        self.task = task
        self.clock = clock
        self.stall = stall
        limit = RateLimit(megabits: rate)
    }

    /// Sent in pieces, so that the rate is kept within a record too: libxenguest writes batches of 4 MiB.
    private static let pieceSize = 64 * 1024

    func write(_ bytes: [UInt8]) async throws {
        guard limit.bytesPerSecond > 0 else { return try await send(bytes) }
        for start in stride(from: 0, to: bytes.count, by: Self.pieceSize) {
            try await send(Array(bytes[start..<min(start + Self.pieceSize, bytes.count)]))
        }
    }

    private func send(_ bytes: [UInt8]) async throws {
        try task.moved(bytes.count)
        let due = limit.admit(bytes.count, at: clock.now)
        if due > clock.now { try await clock.sleep(until: due) }
        let (channel, clock, deadline) = (channel, clock, clock.now + stall)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await channel.send(image: bytes)
                return true
            }
            group.addTask {
                try await clock.sleep(until: deadline)
                await channel.close()
                return false
            }
            defer { group.cancelAll() }
            guard try await group.next() == true else {
                throw WireError(.timedOut, "nothing could be sent for \(stall.inWords)")
            }
        }
    }
}

/// Suspends the guest when the rounds over its memory are not worth their while any more.
final class MigrationSuspender: SaveObserver {
    private let manager: DomainManager
    private let domain: DomainUUID
    private let task: TransferTask
    private let wasPaused: Bool
    private let policy: Mutex<PrecopyPolicy>

    init(manager: DomainManager, domain: DomainUUID, task: TransferTask, wasPaused: Bool, policy: PrecopyPolicy) {
        self.manager = manager
        self.domain = domain
        self.task = task
        self.wasPaused = wasPaused
        self.policy = Mutex(policy)
    }

    func suspend() async throws {
        task.enter("suspend")
        try await manager.suspendGuest(domain, wasPaused: wasPaused, task: task)
        task.enter("stop-and-copy")
    }

    func round(_ progress: SaveProgress) async -> Bool {
        task.round(progress)
        let rate = task.information.rate
        return policy.withLock { $0.goesOn(after: progress, rate: rate) }
    }
}
