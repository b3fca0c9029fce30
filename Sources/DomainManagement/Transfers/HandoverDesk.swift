import DomainLifecycle
import DomainModel
import HostInterface
import HypervisorInterface
import Migration
import SExpressions

/// Acts out the hand-over machines of all migrations: one input at a time for each, each action before the next.
final class HandoverDesk: ManagerPart {
    let context: ManagerContext
    let peers: PoolPeers
    private let tasks: TaskDesk
    private let guests: GuestSuspension
    private let examiner: Examiner
    /// Migrations that are not settled, by id.
    private var handovers: [String: Handover] = [:]
    /// Those that are, for late questions.
    private var settled: [String: Handover] = [:]
    /// The ids of those, the oldest first.
    private var order: [String] = []

    /// Settled migrations that are remembered for late words about them.
    private static let keptHandovers = 200

    init(
        _ context: ManagerContext, peers: PoolPeers, tasks: TaskDesk, guests: GuestSuspension, examiner: Examiner
    ) {
        self.context = context
        self.peers = peers
        self.tasks = tasks
        self.guests = guests
        self.examiner = examiner
    }

    // MARK: - Looking

    /// A migration that is not settled.
    func open(_ id: String) -> Handover? { handovers[id] }
    /// One that is.
    func settled(_ id: String) -> Handover? { settled[id] }
    func remembered(_ id: String) -> Handover? { handovers[id] ?? settled[id] }
    func of(_ domain: DomainUUID) -> Handover? { handovers.values.first { $0.record.domain == domain } }

    /// What a new journal has to say of them.
    var entries: [SExpression] { handovers.sorted { $0.key < $1.key }.map(\.value.record.expression) }

    // MARK: - Beginning

    /// Notes a migration durably before the other host hears of it.
    func begin(
        _ id: String, _ state: HandoverRecord.State, _ record: DomainRecord, _ host: String, _ port: UInt16,
        isPaused: Bool
    ) async throws {
        let noted = HandoverRecord(
            id: id, state: state, domain: record.uuid, name: record.name.rawValue, host: host, port: port,
            isPaused: isPaused)
        try await database.append([JournalEntry(noted.expression)])
        let machine: Handover.Machine =
            switch state {
            case .source: .source(SourceHandover())
            case .destination: .destination(DestinationHandover())
            }
        handovers[id] = Handover(record: noted, machine: machine, offered: record.config?.source)
    }

    /// One that an earlier daemon took part in.
    func takeUp(_ record: HandoverRecord) {
        let machine: Handover.Machine =
            switch record.state {
            case .source(let state): .source(SourceHandover(recorded: state))
            case .destination(let state): .destination(DestinationHandover(recorded: state))
            }
        handovers[record.id] = Handover(record: record, machine: machine)
    }

    /// The connection over which the domain travels.
    func keep(_ channel: MigrationChannel, of id: String) { handovers[id]?.channel = channel }

    // MARK: - Advancing

    /// Feeds an input; returns when it, and what came before it, has been worked off.
    func advance(_ id: String, _ input: Handover.Input, reply: Handover.Reply? = nil) async {
        guard handovers[id] != nil else { return }
        handovers[id]?.waiting.append((input, reply))
        guard handovers[id]?.isBusy == false else { return }
        handovers[id]?.isBusy = true
        while let (input, reply) = handovers[id]?.waiting.first {
            handovers[id]?.waiting.removeFirst()
            await work(input, of: id, reply)
        }
        handovers[id]?.isBusy = false
    }

    private func work(_ input: Handover.Input, of id: String, _ reply: Handover.Reply?) async {
        guard let handover = handovers[id] else { return }
        switch (handover.machine, input) {
        case (.source(var machine), .source(let input)):
            let actions = machine.take(input)
            handovers[id]?.machine = .source(machine)
            for action in actions { await act(action, of: id, reply) }
        case (.destination(var machine), .destination(let input)):
            let actions = machine.take(input)
            handovers[id]?.machine = .destination(machine)
            for action in actions { await act(action, of: id, reply) }
        case (.source, .destination), (.destination, .source): break
        }
    }

    // MARK: - The source's actions

    private func act(_ action: SourceHandover.Action, of id: String, _ reply: Handover.Reply?) async {
        guard let handover = handovers[id] ?? settled[id] else { return }
        let domain = handover.record.domain
        do {
            try await settings.checkpoint?({ "\(HandoverDeed.handOver.rawValue) \(action)" })
        } catch {
            log.error("migration \(id): \(error)")
        }
        switch action {
        case .record(let state):
            let isWritten = await write(.source(state), of: id)
            await work(.source(isWritten ? .recorded(state) : .recordFailed(state)), of: id, reply)
        case .send(let message): send(message, of: id, reply)
        case .resume:
            await guests.letRunOn(domain, paused: handover.record.isPaused)
            table.settle(domain)
            await rememberDomain(domain)
        case .destroy: await endHandedOver(domain)
        case .forget: await forget(id)
        case .reportConflict:
            log.critical(
                "\"\(handover.record.name)\" runs on \(handover.record.host) and stays here: somebody decided for both; destroy one of them"
            )
        }
    }

    // MARK: - The destination's actions

    private func act(_ action: DestinationHandover.Action, of id: String, _ reply: Handover.Reply?) async {
        guard let handover = handovers[id] ?? settled[id] else { return }
        let domain = handover.record.domain
        do {
            try await settings.checkpoint?({ "\(HandoverDeed.takeOver.rawValue) \(action)" })
        } catch {
            log.error("migration \(id): \(error)")
        }
        switch action {
        case .record(let state):
            let isWritten = await write(.destination(state), of: id)
            await work(.destination(isWritten ? .recorded(state) : .recordFailed(state)), of: id, reply)
        case .send(let message): send(message, of: id, reply)
        case .run: await run(domain, handover)
        case .destroy: await endHandedOver(domain)
        case .forget: await forget(id)
        }
    }

    /// The domain is this host's: it runs, unless it was paused before.
    private func run(_ domain: DomainUUID, _ handover: Handover) async {
        guard let record = table[domain], let id = record.id else { return }
        let isFirst = if case .inDoubt = record.stage { true } else { false }
        table.settle(domain)
        do {
            if !handover.record.isPaused { try await machine.hypervisor.unpause(id) }
        } catch {
            log.error("\(record.title) has arrived and cannot be unpaused: \(error)")
        }
        tasks.current(of: domain)?.endDowntime()
        await rememberDomain(domain)
        guard isFirst else { return }
        log.notice("\(record.title) has arrived from \(handover.record.host)")
        events.publish(Announcement.create.event(name: record.name, id: id))
        if !handover.record.isPaused { events.publish(Announcement.unpause.event(name: record.name, id: id)) }
        examiner.examineSoon()
    }

    // MARK: - What both do

    /// Makes a state durable, with the domain's record as it is then.
    private func write(_ state: HandoverRecord.State, of id: String) async -> Bool {
        guard var record = handovers[id]?.record else { return false }
        record.state = state
        var entries = [JournalEntry(record.expression)]
        if state == .source(.handedOver), let domain = table[record.domain] {
            var doubtful = domain
            doubtful.stage = .inDoubt(.handedOver)
            doubtful.operation = nil
            entries.append(database.record(doubtful))
        }
        do {
            try await database.append(entries)
        } catch {
            log.error("migration \(id): \(error)")
            return false
        }
        handovers[id]?.record = record
        if state == .source(.handedOver) { showDoubt(.handedOver, record) }
        return true
    }

    /// Says of a domain, for all to see, that it is not clear yet whose it is.
    func showDoubt(_ doubt: Stage.Doubt, _ handover: HandoverRecord) {
        let what = doubt == .handedOver ? "handed over to" : "arrived from"
        table.doubt(
            doubt, about: handover.domain,
            held: "\(what) \(handover.host) (migration \(handover.id)); not confirmed yet")
    }

    /// Makes a domain's record durable as it is.
    private func rememberDomain(_ domain: DomainUUID) async {
        guard let record = recordToKeep(of: domain) else { return }
        do {
            try await database.append([database.record(record)])
        } catch {
            log.error("cannot record \(record.title): \(error)")
        }
    }

    private func recordToKeep(of domain: DomainUUID) -> DomainRecord? {
        guard var record = table[domain], !record.isForeign else { return nil }
        record.operation = nil
        return record
    }

    /// What is here of a domain that is not this host's is ended. While a plan still holds the domain, that plan's
    /// owner ends it;
    /// that it has to be is durable now.
    private func endHandedOver(_ domain: DomainUUID) async {
        guard table[domain] != nil else { return }
        table.giveUp(domain)
        await rememberDomain(domain)
        if table[domain]?.operation == nil { await context.manager?.chore(.clear, on: domain) }
    }

    private func forget(_ id: String) async {
        var entries = [JournalEntry(.element("migration-end", id))]
        // At one stroke with the domain as it is now: the last that was written may say that it is in doubt, and with nobody left
        // to ask it would be so for ever.
        if let domain = handovers[id]?.record.domain, let record = recordToKeep(of: domain),
            record.stage != .creating
        {
            entries.insert(database.record(record), at: 0)
        }
        do {
            try await database.append(entries)
        } catch {
            // Remembered longer than needed, it is settled once more after the next start.
            log.warning("migration \(id): \(error)")
        }
        guard let handover = handovers.removeValue(forKey: id) else { return }
        settled[id] = handover
        forgetOldest()
    }

    private func forgetOldest() {
        order += settled.keys.filter { !order.contains($0) }.sorted()
        while order.count > Self.keptHandovers { settled[order.removeFirst()] = nil }
    }

    // MARK: - Sending

    /// Says something to the other host: in answer to what it asked, over the connection that carries the domain, or
    /// by a call.
    private func send(_ message: HandoverMessage, of id: String, _ reply: Handover.Reply?) {
        guard let handover = handovers[id] ?? settled[id] else { return }
        let note = note(message, of: handover)
        if let reply { return reply.give(note) }
        let host = handover.record.host
        let port = handover.record.port
        if let channel = handover.channel {
            spawn { manager in
                do {
                    try await channel.send(.handover(note))
                } catch {
                    manager.parts.handovers.connectionLost(id, channel)
                    await manager.parts.handovers.call(host, port, note, about: id)
                }
            }
        } else {
            spawn { await $0.parts.handovers.call(host, port, note, about: id) }
        }
    }

    func note(_ message: HandoverMessage, of handover: Handover) -> HandoverNote {
        let to: MigrationRole = handover.role == .source ? .destination : .source
        var note = HandoverNote(
            migration: handover.record.id, domain: handover.record.domain, to: to, message: message)
        if message == .taken, let domain = table[handover.record.domain]?.id {
            note.arrival = MigrationArrival(id: domain, httpPort: peers.migration.httpPort)
        }
        if message == .go, let config = table[handover.record.domain]?.config?.source, config != handover.offered {
            note.config = config
        }
        return note
    }

    func connectionLost(_ id: String, _ channel: MigrationChannel) {
        if handovers[id]?.channel === channel { handovers[id]?.channel = nil }
    }

    /// A word of the other host.
    func heard(_ note: HandoverNote, reply: Handover.Reply? = nil) async {
        let id = note.migration
        guard let handover = handovers[id], handover.role == note.to else {
            // No record of it: "not here".
            let answer =
                note.to == .source
                ? answerAsStranger(note) : DestinationHandover.answerOfStranger(note.message)
            guard let answer else { return }
            let to: MigrationRole = note.to == .source ? .destination : .source
            reply?.give(HandoverNote(migration: id, domain: note.domain, to: to, message: answer))
            return
        }
        if let arrival = note.arrival { handovers[id]?.arrival = arrival }
        switch note.to {
        case .source:
            // A cancellation that came before the destination was ready wins.
            let task = tasks.current(of: handover.record.domain)
            if note.message == .ready, let task, (try? task.passPointOfNoReturn()) == nil {
                await advance(id, .source(.giveUp), reply: reply)
            } else {
                await advance(id, .source(.message(note.message)), reply: reply)
            }
        case .destination:
            if let config = note.config.flatMap({ try? DomainConfig($0) }) { await decide(config, of: note.domain) }
            await advance(id, .destination(.message(note.message)), reply: reply)
        }
    }

    /// What is decided while a domain is on its way is not in what was offered: the other host hears of it at the end.
    func remember(_ settings: [Step], of domain: DomainUUID) async {
        guard !settings.isEmpty else { return }
        table.note(.decided(settings), of: domain)
        await rememberDomain(domain)
    }

    /// What was decided while the domain was on its way holds here, before it runs.
    private func decide(_ config: DomainConfig, of domain: DomainUUID) async {
        guard let record = table[domain], record.stage == .inDoubt(.arrived), record.config?.settings != config.settings
        else { return }
        table.note(.decided(config.settings), of: domain)
        await rememberDomain(domain)
        await context.manager?.chore(.restoreSettings, on: domain)
    }

    /// A source without a record says *go*, unless the domain is here for all to see.
    private func answerAsStranger(_ note: HandoverNote) -> HandoverMessage? {
        let answer = SourceHandover.answerOfStranger(note.message)
        if answer == .go, let record = table[note.domain], record.stage == .live { return .abort }
        return answer
    }

    // MARK: - Asking

    /// Calls the other host, says a word, and takes its answer.
    func call(_ host: String, _ port: UInt16, _ note: HandoverNote, about id: String) async {
        do {
            let channel = try await peers.open(host, port)
            let answer = try await self.host.clock.within(peers.migration.greetingTimeout, closing: channel) {
                try await channel.send(.handover(note))
                return try await channel.receive()
            }
            await channel.close()
            if case .message(.handover(let answer)) = answer, answer.migration == id { await heard(answer) }
        } catch {
            log.debug("migration \(id): \(host) does not answer: \(error)")
        }
    }

    /// Answers a call about a domain in doubt.
    func answer(_ note: HandoverNote, over channel: MigrationChannel) async {
        let (answers, continuation) = AsyncStream.makeStream(of: HandoverNote.self)
        let reply = Handover.Reply { note in
            continuation.yield(note)
            continuation.finish()
        }
        spawn { manager in
            await manager.parts.handovers.heard(note, reply: reply)
            continuation.finish()
        }
        var answer: HandoverNote?
        for await first in answers {
            answer = first
            break
        }
        try? await channel.send(answer.map(MigrationMessage.handover) ?? .nothing)
        await channel.close()
    }

    /// Asks again about everything that is not settled, until it is.
    func startSettling() {
        let clock = host.clock
        let interval = peers.migration.settleInterval
        context.spawnBackground { reference in
            while (try? await clock.sleep(for: interval)) != nil {
                guard await reference.run({ await $0.parts.handovers.settleAll() }) != nil else { return }
            }
        }
    }

    func settleAll() async {
        for id in handovers.keys.sorted() {
            guard let handover = handovers[id], !handover.isBusy else { continue }
            switch handover.machine {
            case .source: await advance(id, .source(.tick))
            case .destination: await advance(id, .destination(.tick))
            }
        }
    }

    // MARK: - By hand

    /// An operator has decided about a domain in doubt.
    /// - Throws: when nothing is known any more of how it came to be so.
    func settle(_ record: DomainRecord, keep: Bool) async throws(StepFailure) {
        guard let handover = of(record.uuid) else {
            throw StepFailure(Refusal.notInDoubt(title: record.title, record.stage).description, kind: .refused)
        }
        log.notice("\(record.title) is to be \(keep ? "kept" : "dropped") here")
        let id = handover.record.id
        switch handover.role {
        case .source: await advance(id, .source(.decided(keep: keep)))
        case .destination: await advance(id, .destination(.decided(keep: keep)))
        }
    }

    /// Xen has a paused copy no more.
    func vanished(_ domain: DomainUUID) async {
        guard let handover = of(domain) else { return }
        if handover.role == .destination { await advance(handover.record.id, .destination(.vanished)) }
    }

    // MARK: - Hearing

    /// Hears what the destination says, until the connection ends.
    func listen(to channel: MigrationChannel, _ id: String) async {
        while let incoming = try? await channel.receive() {
            switch incoming {
            case .message(.handover(let note)) where note.migration == id: await heard(note)
            case .message(.failed(let why)), .message(.refused(let why)):
                handovers[id]?.reason = why
                await channel.close()
            case .message, .image: await channel.close()
            }
        }
        connectionLost(id, channel)
        handovers[id]?.isCut = true
        await channel.close()
    }

    /// The connection that carried a domain is not kept: the destination closes it when all is said, or we do.
    func closeSoon(_ id: String) async {
        guard let channel = remembered(id)?.channel else { return }
        try? await host.clock.sleep(for: peers.migration.greetingTimeout)
        connectionLost(id, channel)
        await channel.close()
    }
}
