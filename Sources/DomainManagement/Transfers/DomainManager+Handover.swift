import DomainLifecycle
import DomainModel
import HostInterface
import HypervisorInterface
import Migration
import SExpressions

/// Acts out the hand-over machines: one input at a time for each migration, each action before the next.
extension DomainManager {
    /// Feeds an input; returns when it, and what came before it, has been worked off.
    func advance(_ id: String, _ input: Handover.Input, reply: Handover.Reply? = nil) async {
        guard transfers.handovers[id] != nil else { return }
        transfers.handovers[id]?.waiting.append((input, reply))
        guard transfers.handovers[id]?.isBusy == false else { return }
        transfers.handovers[id]?.isBusy = true
        while let (input, reply) = transfers.handovers[id]?.waiting.first {
            transfers.handovers[id]?.waiting.removeFirst()
            await work(input, of: id, reply)
        }
        transfers.handovers[id]?.isBusy = false
    }

    private func work(_ input: Handover.Input, of id: String, _ reply: Handover.Reply?) async {
        guard let handover = transfers.handovers[id] else { return }
        switch (handover.machine, input) {
        case (.source(var machine), .source(let input)):
            let actions = machine.take(input)
            transfers.handovers[id]?.machine = .source(machine)
            for action in actions { await act(action, of: id, reply) }
        case (.destination(var machine), .destination(let input)):
            let actions = machine.take(input)
            transfers.handovers[id]?.machine = .destination(machine)
            for action in actions { await act(action, of: id, reply) }
        case (.source, .destination), (.destination, .source): break
        }
    }

    // MARK: - The source's actions

    private func act(_ action: SourceHandover.Action, of id: String, _ reply: Handover.Reply?) async {
        guard let handover = transfers.handovers[id] ?? transfers.settled[id] else { return }
        let domain = handover.record.domain
        do {
            try await settings.checkpoint?("\(HandoverDeed.handOver.rawValue) \(action)")
        } catch {
            log.error("migration \(id): \(error)")
        }
        switch action {
        case .record(let state):
            let isWritten = await write(.source(state), of: id)
            await work(.source(isWritten ? .recorded(state) : .recordFailed(state)), of: id, reply)
        case .send(let message): send(message, of: id, reply)
        case .resume:
            await letRunOn(domain, paused: handover.record.isPaused)
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
        guard let handover = transfers.handovers[id] ?? transfers.settled[id] else { return }
        let domain = handover.record.domain
        do {
            try await settings.checkpoint?("\(HandoverDeed.takeOver.rawValue) \(action)")
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
        transfers.current[domain]?.endDowntime()
        await rememberDomain(domain)
        guard isFirst else { return }
        log.notice("\(record.title) has arrived from \(handover.record.host)")
        events.publish(Announcement.create.event(name: record.name, id: id))
        if !handover.record.isPaused { events.publish(Announcement.unpause.event(name: record.name, id: id)) }
        examineSoon()
    }

    // MARK: - What both do

    /// Makes a state durable, with the domain's record as it is then.
    private func write(_ state: HandoverRecord.State, of id: String) async -> Bool {
        guard var record = transfers.handovers[id]?.record else { return false }
        record.state = state
        var entries = [record.expression]
        if state == .source(.handedOver), let domain = table[record.domain] {
            var doubtful = domain
            doubtful.stage = .inDoubt(.handedOver)
            doubtful.operation = nil
            entries.append(database.record(doubtful))
        }
        do {
            try await database.journal.append(entries)
        } catch {
            log.error("migration \(id): \(error)")
            return false
        }
        transfers.handovers[id]?.record = record
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
            try await database.journal.append([database.record(record)])
            await database.writeFile(record)
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
        if table[domain]?.operation == nil { await chore(.clear, on: domain) }
    }

    private func forget(_ id: String) async {
        var entries: [SExpression] = [.element("migration-end", id)]
        // At one stroke with the domain as it is now: the last that was written may say that it is in doubt, and with nobody left
        // to ask it would be so for ever.
        if let domain = transfers.handovers[id]?.record.domain, let record = recordToKeep(of: domain),
            record.stage != .creating
        {
            entries.insert(database.record(record), at: 0)
        }
        do {
            try await database.journal.append(entries)
        } catch {
            // Remembered longer than needed, it is settled once more after the next start.
            log.warning("migration \(id): \(error)")
        }
        guard let handover = transfers.handovers.removeValue(forKey: id) else { return }
        transfers.settled[id] = handover
        transfers.forgetOldest()
    }

    // MARK: - Sending

    /// Says something to the other host: in answer to what it asked, over the connection that carries the domain, or
    /// by a call.
    private func send(_ message: HandoverMessage, of id: String, _ reply: Handover.Reply?) {
        guard let handover = transfers.handovers[id] ?? transfers.settled[id] else { return }
        let note = note(message, of: handover)
        if let reply { return reply.give(note) }
        let host = handover.record.host
        let port = handover.record.port
        if let channel = handover.channel {
            spawn { manager in
                do {
                    try await channel.send(.handover(note))
                } catch {
                    await manager.connectionLost(id, channel)
                    await manager.call(host, port, note, about: id)
                }
            }
        } else {
            spawn { await $0.call(host, port, note, about: id) }
        }
    }

    func note(_ message: HandoverMessage, of handover: Handover) -> HandoverNote {
        let to: MigrationRole = handover.role == .source ? .destination : .source
        var note = HandoverNote(
            migration: handover.record.id, domain: handover.record.domain, to: to, message: message)
        if message == .taken, let domain = table[handover.record.domain]?.id {
            note.arrival = MigrationArrival(id: domain, httpPort: migration.httpPort)
        }
        return note
    }

    func connectionLost(_ id: String, _ channel: MigrationChannel) {
        if transfers.handovers[id]?.channel === channel { transfers.handovers[id]?.channel = nil }
    }

    /// A word of the other host.
    func heard(_ note: HandoverNote, reply: Handover.Reply? = nil) async {
        let id = note.migration
        guard let handover = transfers.handovers[id], handover.role == note.to else {
            // No record of it: "not here".
            let answer =
                note.to == .source
                ? answerAsStranger(note) : DestinationHandover.answerOfStranger(note.message)
            guard let answer else { return }
            let to: MigrationRole = note.to == .source ? .destination : .source
            reply?.give(HandoverNote(migration: id, domain: note.domain, to: to, message: answer))
            return
        }
        if let arrival = note.arrival { transfers.handovers[id]?.arrival = arrival }
        switch note.to {
        case .source:
            // A cancellation that came before the destination was ready wins.
            let task = transfers.current[handover.record.domain]
            if note.message == .ready, let task, (try? task.passPointOfNoReturn()) == nil {
                await advance(id, .source(.giveUp), reply: reply)
            } else {
                await advance(id, .source(.message(note.message)), reply: reply)
            }
        case .destination: await advance(id, .destination(.message(note.message)), reply: reply)
        }
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
            let channel = try await openChannel(host, port)
            let answer = try await within(migration.greetingTimeout, closing: channel) {
                try await channel.send(.handover(note))
                return try await channel.receive()
            }
            await channel.close()
            if case .message(.handover(let answer)) = answer, answer.migration == id { await heard(answer) }
        } catch {
            log.debug("migration \(id): \(host) does not answer: \(error)")
        }
    }

    /// Calls another xend.
    func openChannel(_ host: String, _ port: UInt16) async throws -> MigrationChannel {
        let network = migration.network ?? self.host.network
        let connection = try await network.connect(
            host: host, port: port, deadline: self.host.clock.now + migration.connectTimeout)
        let (secret, isMember, random) = (migration.secret, migration.network != nil, self.host.random)
        return try await within(migration.greetingTimeout, closing: connection) {
            try await MigrationChannel.call(connection, secret: secret, isMember: isMember, random: random)
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
            await manager.heard(note, reply: reply)
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
        let interval = migration.settleInterval
        background.append(
            host.tasks.spawn { [weak self] in
                while (try? await clock.sleep(for: interval)) != nil {
                    guard let self else { return }
                    await self.settleAll()
                }
            })
    }

    private func settleAll() async {
        for id in transfers.handovers.keys.sorted() {
            guard let handover = transfers.handovers[id], !handover.isBusy else { continue }
            switch handover.machine {
            case .source: await advance(id, .source(.tick))
            case .destination: await advance(id, .destination(.tick))
            }
        }
    }

    // MARK: - By hand

    /// An operator has decided about a domain in doubt.
    func settle(keep: Bool, _ record: DomainRecord) async throws(StepFailure) {
        guard let handover = transfers.handovers.values.first(where: { $0.record.domain == record.uuid }) else {
            throw StepFailure("cannot resolve \(record.title): there is no hand-over of it")
        }
        log.notice("\(record.title) is to be \(keep ? "kept" : "dropped") here")
        let id = handover.record.id
        switch handover.role {
        case .source: await advance(id, .source(.decided(keep: keep)))
        case .destination: await advance(id, .destination(.decided(keep: keep)))
        }
    }

    /// Xen has a paused copy no more.
    func doubtVanished(_ domain: DomainUUID) async {
        guard let handover = transfers.handovers.values.first(where: { $0.record.domain == domain }) else { return }
        if handover.role == .destination { await advance(handover.record.id, .destination(.vanished)) }
    }

    /// Runs `body`, not longer than `limit`; a connection that keeps it waiting is closed.
    func within<Value: Sendable>(
        _ limit: Duration, closing connection: any NetworkConnection,
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await within(limit, { await connection.close() }, body)
    }

    func within<Value: Sendable>(
        _ limit: Duration, closing channel: MigrationChannel, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await within(limit, { await channel.close() }, body)
    }

    private nonisolated func within<Value: Sendable>(
        _ limit: Duration, _ close: @escaping @Sendable () async -> Void,
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let clock = host.clock
        let deadline = clock.now + limit
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await clock.sleep(until: deadline)
                await close()
                return nil
            }
            defer { group.cancelAll() }
            do {
                guard let value = try await group.next() ?? nil else {
                    throw WireError(.timedOut, "no answer within \(limit.inWords)")
                }
                return value
            } catch {
                guard clock.now >= deadline else { throw error }
                throw WireError(.timedOut, "no answer within \(limit.inWords)")
            }
        }
    }
}
