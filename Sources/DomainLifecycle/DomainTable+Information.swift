import DomainModel

extension DomainTable {
    /// What is known of all domains, by id.
    ///
    /// - Parameters:
    ///   - console: how the console of a domain is at the moment.
    ///   - now: seconds since 1970.
    public func information(console: (DomainRecord) -> ConsoleInformation?, now: Double) -> [DomainInformation] {
        records.compactMap { information(of: $0, console: console($0), now: now) }
    }

    /// What is known of a domain, or nil when Xen has not made it yet.
    ///
    /// - Parameters:
    ///   - console: how its console is at the moment.
    ///   - now: seconds since 1970.
    public func information(
        of record: DomainRecord, console: ConsoleInformation?, now: Double
    ) -> DomainInformation? {
        guard let id = record.id else { return nil }
        let report = reports[record.uuid]
        return DomainInformation(
            id: id, name: record.name.rawValue, uuid: record.uuid,
            memory: report?.memory ?? record.config?.memory ?? .zero,
            maximumMemory: report?.maximumMemory ?? record.config?.maximumMemory, state: state(of: record),
            shutdownReason: report?.shutdownReason, cpu: record.firstCPU,
            vcpus: report?.onlineVCPUs ?? record.config?.onlineVCPUs ?? 1, cpuTime: report?.cpuTime ?? .zero,
            startTime: record.startTime, upTime: record.startTime.map { max(0, now - $0) }, console: console,
            restartState: restartState(of: record), held: record.held, restartTime: record.restartTime,
            devices: record.devices, config: record.config?.source,
            operation: record.operation?.name, isInDoubt: isInDoubt(record))
    }

    private func isInDoubt(_ record: DomainRecord) -> Bool {
        if case .inDoubt = record.stage { return true }
        return false
    }

    private func state(of record: DomainRecord) -> DomainState {
        var state = DomainState()
        // Between two lives there is nothing in Xen to tell of: `------`.
        switch record.stage {
        case .restarting, .ending(.restart): return state
        default: break
        }
        guard let report = reports[record.uuid] else { return state }
        state.isDying = report.isDying
        state.isCrashed = report.shutdownReason == .crash
        state.isShutdown = report.shutdownReason != nil && !state.isCrashed
        state.isPaused = report.isPaused
        let isUp = report.shutdownReason == nil && !report.isDying && !report.isPaused
        state.isRunning = isUp && report.isRunning
        state.isBlocked = isUp && !report.isRunning && report.isBlocked
        return state
    }

    private func restartState(of record: DomainRecord) -> RestartState? {
        switch record.stage {
        case .restarting(let state): state
        case .ending(.restart): .pending
        case .live: record.awaitsRestart ? .pending : nil
        case .creating, .exited, .ending(.forget), .inDoubt: nil
        }
    }
}

extension DomainRecord {
    /// The first physical cpu on which it may run.
    fileprivate var firstCPU: Int { max(0, config?.pins.first?.cpus?.min() ?? pinnedCPU ?? 0) }
}
