import ScenarioLanguage

/// What is done to the machines of a world, to its end.
extension ScenarioWorld {
    /// A daemon that has not started or stopped by then never will.
    private static let patience = Duration.seconds(3600)

    /// Does what a step of a scenario or a setup form says: `perform("(guest (on beta) web (crash))")`,
    /// `perform("(kernel /boot/web (boots-in 2s))")`, `perform("(daemon restart)")`. Without `(on HOST)` it is about the first host.
    /// - Throws: `ScenarioError` for a form that cannot be read, `ScenarioFailure` for what cannot be done.
    public func perform(_ form: String) throws {
        let (act, host) = try MachineAct.read(form)
        try perform(act, on: host ?? hosts.first?.name ?? "")
    }

    /// Does something to a machine and lets time move until it is done.
    ///
    /// - Parameters:
    ///   - act: what is done.
    ///   - host: where, unless the act names hosts itself.
    /// - Throws: why it cannot be done there.
    public func perform(_ act: MachineAct, on host: String) throws(ScenarioFailure) {
        if case .life(let act) = act { try live(act, on: host) } else { try acts.perform(act, on: host) }
        runUntilIdle()
    }

    private func live(_ act: LifeAct, on host: String) throws(ScenarioFailure) {
        switch act {
        case .daemon(.start): try startAndWait(acts.find(host))
        case .daemon(.stop): try stopAndWait(acts.find(host))
        case .daemon(.kill): try acts.find(host).kill()
        case .daemon(.restart):
            let running = try acts.find(host)
            try stopAndWait(running)
            try startAndWait(running)
        case .powerLoss(let name): try acts.find(name).losePower()
        case .hostReboot(let name):
            let running = try acts.find(name)
            if running.state == .up { try stopAndWait(running) }
            running.kill()
            if running.host.isOn { running.host.reboot() }
            try startAndWait(running)
        }
    }

    package func startAndWait(_ host: RunningHost) throws(ScenarioFailure) {
        guard host.state == .down else { throw ScenarioFailure("the daemon of \(host.name) runs already") }
        host.start()
        let isDone = run(until: { host.state != .starting }, limit: Self.patience)
        if let failure = host.startFailure { throw ScenarioFailure("xend cannot start on \(host.name): \(failure)") }
        guard isDone else { throw ScenarioFailure("xend has not started on \(host.name) within an hour") }
    }

    private func stopAndWait(_ host: RunningHost) throws(ScenarioFailure) {
        guard host.state == .up else { throw ScenarioFailure("no daemon runs on \(host.name)") }
        host.stop()
        guard run(until: { host.state == .down }, limit: Self.patience) else {
            throw ScenarioFailure("xend has not stopped on \(host.name) within an hour")
        }
    }
}
