import DomainLifecycle
import DomainModel
import HostInterface
import HypervisorInterface

/// Asks guests to suspend, and lets them run on.
struct GuestSuspension: ManagerPart {
    let context: ManagerContext
    let turns: DomainTurns
    let nodes: DomainNodes

    /// How long a guest may take to notice that it is to suspend, and again to do it
    /// (reference/lifecycle-and-events.md §2).
    static let suspendTimeout = Duration.seconds(30)

    /// Asks the guest to suspend and returns when it has.
    ///
    /// - Parameter wasPaused: it is let run, for a paused guest cannot suspend.
    /// - Throws: when it does not, or stops otherwise; then it runs on, and the request is taken back.
    func suspend(_ uuid: DomainUUID, wasPaused: Bool, task: TransferTask) async throws {
        guard let record = table[uuid], let id = record.id else { throw StepFailure("the domain has gone") }
        try task.check()
        try await nodes.writeControl("suspend", record)
        if wasPaused { try await machine.hypervisor.unpause(id) }
        do {
            if try await hasSuspended(id, uuid, record, task) { return }
            if try await takeBackSuspend(id) {
                throw StepFailure(
                    "\(record.title) did not answer the request to suspend within \(Self.suspendTimeout.inWords); "
                        + "it runs on (its kernel must support suspending)")
            }
            // It has noticed: now it will.
            if try await hasSuspended(id, uuid, record, task) { return }
            spawn { await $0.parts.guests.resumeIfLate(uuid) }
            throw StepFailure(
                "\(record.title) began to suspend and did not within \(Self.suspendTimeout.inWords); it runs on")
        } catch {
            if error is TransferTask.Cancelled, try await takeBackSuspend(id) == false {
                spawn { await $0.parts.guests.resumeIfLate(uuid) }
            }
            throw error
        }
    }

    /// Waits until the guest has suspended.
    /// - Returns: false when the time is over.
    private func hasSuspended(
        _ id: DomainID, _ uuid: DomainUUID, _ record: DomainRecord, _ task: TransferTask
    ) async throws -> Bool {
        let deadline = host.clock.now + Self.suspendTimeout
        var interval = Duration.milliseconds(1)
        while true {
            let report = try await machine.hypervisor.domain(id)
            guard let report, report.uuid == uuid, !report.isDying else {
                throw StepFailure("\(record.title) has gone in the middle")
            }
            if report.shutdownReason == .suspend {
                task.beginDowntime()
                return true
            }
            if let reason = report.shutdownReason {
                throw StepFailure("\(record.title) has shut down instead of suspending (reason \(reason))")
            }
            try task.check()
            guard host.clock.now < deadline else { return false }
            try await host.clock.sleep(for: interval)
            interval = min(interval * 2, .milliseconds(20))
        }
    }

    /// Takes the request back, unless the guest has noticed it: it empties the node when it has. One that writes to it all the time
    /// has noticed too.
    /// - Returns: whether it was taken back.
    private func takeBackSuspend(_ id: DomainID) async throws -> Bool {
        let node = "/local/domain/\(id)/control/shutdown"
        let store = machine.store
        for _ in 1...Self.takeBackAttempts {
            let transaction = try await store.beginTransaction()
            let isWaiting = (try? await store.read(node, in: transaction)) == "suspend"
            if isWaiting { try await store.write(node, "", in: transaction) }
            do {
                try await store.endTransaction(transaction, commit: isWaiting)
                return isWaiting
            } catch {
                guard error.reason == .conflict else { throw error }
            }
        }
        return false
    }

    private static let takeBackAttempts = 100

    /// After a transfer that failed: a suspended guest runs on, as it was.
    func letRunOn(_ uuid: DomainUUID, paused: Bool) async {
        guard let record = table[uuid], let id = record.id else { return }
        for attempt in 1...Self.resumeAttempts {
            do {
                return try await resume(uuid, id, paused: paused)
            } catch {
                log.error("\(record.title) cannot be resumed (attempt \(attempt) of \(Self.resumeAttempts)): \(error)")
            }
            guard (try? await host.clock.sleep(for: Self.resumeInterval)) != nil else { return }
        }
        log.error("\(record.title) is still suspended; xend keeps trying to resume it")
        spawn { await $0.parts.guests.keepResuming(uuid, paused: paused) }
    }

    /// A guest must not stay suspended because Xen refused once.
    private static let resumeAttempts = 5
    private static let resumeInterval = Duration.milliseconds(200)
    private static let longestResumeInterval = Duration.seconds(10)

    private func resume(_ uuid: DomainUUID, _ id: DomainID, paused: Bool) async throws(HypervisorError) {
        guard let report = try await machine.hypervisor.domain(id), report.uuid == uuid else { return }
        if report.shutdownReason == .suspend { try await machine.hypervisor.resume(id) }
        if paused, !report.isPaused { try await machine.hypervisor.pause(id) }
        if let report = try await machine.hypervisor.domain(id) { table.note(.reported(report), of: uuid) }
        table.runsOn(uuid)
        await tellThatItRuns(uuid)
    }

    /// xenstored took the suspension of a guest that runs on for its end, and would not tell of the one that comes. Whoever let it run on
    /// may have ended before saying so.
    func tellThatItRuns(_ uuid: DomainUUID) async {
        guard let record = table[uuid], let id = record.id else { return }
        do {
            try await machine.store.resume(id)
        } catch {
            log.warning("xenstored cannot be told that \(record.title) runs on, whose end is noticed late: \(error)")
        }
    }

    /// A guest that suspends after all, when nobody waits for it any more, is let run on.
    func resumeIfLate(_ uuid: DomainUUID) async {
        let deadline = host.clock.now + Self.suspendTimeout * 10
        while host.clock.now < deadline, (try? await host.clock.sleep(for: Self.resumeInterval)) != nil {
            switch await resumeInTurn(uuid, paused: false) {
            case .gone: return
            case .refused: return await keepResuming(uuid, paused: false)
            case .resumed: return log.notice("\(table[uuid]?.title ?? "a guest") has suspended late: it is resumed")
            case .runs: continue
            }
        }
    }

    /// A guest that Xen would not resume is let run on as soon as it does.
    func keepResuming(_ uuid: DomainUUID, paused: Bool) async {
        var interval = Self.resumeInterval
        while (try? await host.clock.sleep(for: interval)) != nil {
            guard case .refused = await resumeInTurn(uuid, paused: paused) else { return }
            interval = min(interval * 2, Self.longestResumeInterval)
        }
    }

    private enum Resumption { case gone, runs, resumed, refused }

    /// In turn with everything else that is done to the domain, and only while it is this host's: another save or migration may have
    /// suspended it for good reason.
    private func resumeInTurn(_ uuid: DomainUUID, paused: Bool) async -> Resumption {
        guard !isStopped, (try? await turns.take(on: uuid, table[uuid]?.title)) != nil else { return .gone }
        defer { turns.pass(on: uuid) }
        guard let record = table[uuid], let id = record.id, record.isAtHome else { return .gone }
        do {
            guard let report = try await machine.hypervisor.domain(id), report.uuid == uuid else { return .gone }
            guard report.shutdownReason == .suspend else { return .runs }
            try await resume(uuid, id, paused: paused)
            return .resumed
        } catch {
            return .refused
        }
    }
}

extension DomainRecord {
    /// Nobody doubts whose it is, and it is not being ended.
    fileprivate var isAtHome: Bool {
        switch stage {
        case .live, .exited: true
        case .creating, .ending, .restarting, .inDoubt, .defined: false
        }
    }
}
