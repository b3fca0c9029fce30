import DomainLifecycle
import ScenarioLanguage
import SimulatedHost
import XendTesting

/// What answers promise, held against what is so afterwards.
extension Watch {
    func judge(_ step: ScenarioStep) {
        let host = run.host(of: step)
        guard let asked = AskedOperation(step), let known = before[host], let running = target.world.host(host) else {
            return
        }
        let didLive = running.state == .up && lives[host] == running.host.incarnation?.number
        let error = run.lastOutcome.answer.map { $0.error ?? "" } ?? "unanswered"
        if asked.name == "save", let path = asked.field("file"), !error.isEmpty || !didLive {
            keepsakes.mayHaveChanged(path, on: host)
        }
        guard let answer = run.lastOutcome.answer, didLive else { return }
        let after = target.knownDomains(of: running)
        let id = after.first { $0.name == asked.domain }?.id
        let report = id.flatMap { running.host.machine.report(of: $0) }
        let view = DomainModelOracle.View(
            before: known, after: after, isPaused: report?.isPaused, isSuspended: report?.shutdownReason == .suspend,
            ended: ended,
            shutdownNode: id.flatMap {
                running.host.machine.inspection.storeValue("/local/domain/\($0)/control/shutdown")
            },
            told: told[host] ?? [:])
        if let problem = DomainModelOracle.problem(asked, error: answer.error, view) {
            note(.answerTrue, "on \(host): \(problem)")
        }
        if answer.error == nil { compare(asked, view, running) }
    }

    /// Whether all hosts hold one secret, as they do unless the story says otherwise.
    private var sharesSecret: Bool {
        let setup = run.scenario.setup
        return setup.poolIsShared
            && !setup.hosts.contains { $0.config.contains { $0.source.name == "xend-pool-secret-file" } }
    }

    /// What went into a file, or over the wire, must come out.
    private func compare(_ asked: AskedOperation, _ view: DomainModelOracle.View, _ host: RunningHost) {
        let gone = view.before.first { $0.name == asked.domain }
        switch asked.name {
        case "save":
            guard let path = asked.field("file") else { return }
            keepsakes.saved(
                wasEnded(asked.domain) ? nil : gone, isPaused: gone?.state.isPaused ?? false,
                gone.flatMap { settings.decided(of: $0.uuid) }, in: path, on: host.name)
            if !host.host.files.exists(path) {
                note(.answerTrue, "on \(host.name): the save succeeds, but there is no \(path)")
            }
        case "restore":
            guard let path = asked.field("file"), let kept = keepsakes.keepsake(in: path, on: host.name) else { return }
            settings.expect(kept.settings, of: kept.domain.uuid)
            if kept.settings != nil { arrived.insert(kept.domain.uuid) }
            compare("(restore \(path))", kept.domain, wasPaused: kept.isPaused, on: host, view.before)
        case "migrate":
            guard let gone, let name = asked.field("destination"), let there = target.world.host(name),
                let others = before[name]
            else { return }
            if !sharesSecret {
                note(.answerTrue, "on \(host.name): \(gone.name) moves to \(name), with which it shares no secret")
            }
            compare("(migrate \(gone.name) \(name) …)", gone, wasPaused: gone.state.isPaused, on: there, others)
        default: break
        }
    }

    private func compare(
        _ what: String, _ before: DomainInformation, wasPaused: Bool, on host: RunningHost,
        _ others: [DomainInformation]
    ) {
        guard !wasEnded(before.name), lives[host.name] == host.host.incarnation?.number, host.state == .up,
            let after = target.knownDomains(of: host).first(where: { $0.uuid == before.uuid }), after.operation == nil,
            after.held.isEmpty
        else { return }
        let isPaused = host.host.machine.report(of: after.id)?.isPaused
        let taken = Set(others.compactMap { $0.console?.port })
        let problem = SamenessOracle.problem(
            what, before, wasPaused: wasPaused, after, isPaused: isPaused, taken: taken)
        if let problem { note(.answerTrue, "on \(host.name): \(problem)") }
    }

    /// Whether it has exited or begun another life in this step.
    private func wasEnded(_ name: String) -> Bool {
        told.values.contains { told in ["exit", "restart"].contains { told["\($0) \(name)"] != nil } }
    }
}
