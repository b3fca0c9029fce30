import DomainModel

/// The rules of what steps a plan has, for everything that is done to a domain: decided by what the table knows, and without changing it.
///
/// What the domain's record becomes at once, so that the next daemon finds it, is changed in the record that is handed in; `DomainTable` puts
/// it in when the plan is decided.
public struct PlanDrafter {
    let table: DomainTable
    /// Seconds since 1970.
    let now: Double

    // MARK: What clients ask for

    func draft(
        _ operation: DomainOperation, _ record: inout DomainRecord
    ) throws(Refusal) -> Draft {
        let rule = operation.rule
        try rule.admission?.check(rule.name, record)
        switch operation {
        case .pause: return pause(record)
        case .unpause: return try unpause(&record)
        case .shutdown(let request): return try shutdown(request, record)
        case .destroy(let mode): return try destroy(mode, &record)
        case .pinCPU(let cpus, let vcpu): return try setting(.pin(cpus, vcpu: vcpu), of: record, rule)
        case .setVCPUs(let count): return try setting(.setVCPUs(count), of: record, rule)
        case .sysrq(let key): return Draft(name: rule.name, steps: [.sysrq(key)])
        case .setMaximumMemory(let size): return try setting(.limitMemory(size), of: record, rule)
        case .setMemoryTarget(let size):
            try checkTarget(size, record)
            return try setting(.setMemoryTarget(size), of: record, rule)
        case .setScheduler(let weight, let cap): return try setting(.weigh(weight: weight, cap: cap), of: record, rule)
        case .createDevice(let config): return try createDevice(config, &record)
        case .destroyDevice(let type, let index): return try destroyDevice(type, index, &record)
        case .configureDevice(let config, let index): return try configure(index, config, record)
        case .configure:
            guard record.config == nil else { throw .alreadyConfigured(record.id ?? .zero) }
            throw .notSupported("configure is for restore and migration, which xend does by itself")
        case .rename(let name): return try rename(to: name)
        case .save(let path, .gone): return departure(operation, .save(path: path))
        case .save(let path, let afterwards):
            return departure(operation, .checkpoint(path: path, isPaused: afterwards == .paused))
        case .dump(let request): return try dump(request, record)
        case .migrate(let request): return departure(operation, .send(to: request.destination))
        case .resolve(let keep): return resolution(operation, keep: keep)
        case .define(let config): return try define(config, record)
        case .undefine(let dropsMemory): return try undefine(dropsMemory, record)
        case .start(let paused): return try start(paused, &record)
        case .suspend(let path): return try suspend(operation, path, record)
        case .autostart(let change): return try autostart(change, record)
        }
    }

    private func pause(_ record: DomainRecord) -> Draft {
        // Xen counts pauses; for users a domain is paused or not.
        let isPaused = table.reports[record.uuid]?.isPaused ?? false
        return Draft(name: "pause", steps: [.announce(.pause)] + (isPaused ? [] : [.pause]))
    }

    private func unpause(_ record: inout DomainRecord) throws(Refusal) -> Draft {
        // A domain whose next life could not be built is tried again.
        if record.stage == .restarting(.blocked) { return try rebuild(&record) }
        return Draft(name: "unpause", steps: [.announce(.unpause), .unpause])
    }

    private func rename(to name: DomainName) throws(Refusal) -> Draft {
        try table.checkNameIsFree(name)
        return Draft(name: "rename", recording: .required, steps: [.rename(name), .remember], promisedName: name)
    }

    /// What an operator decides is the domain's, in every later life; of a domain that xend does not build it is Xen's affair, and of
    /// one that does not run only its configuration changes.
    private func setting(_ step: Step, of record: DomainRecord, _ rule: OperationRule) throws(Refusal) -> Draft {
        if record.isForeign { return Draft(name: rule.name, steps: [step]) }
        guard record.stage == .defined, let config = record.config else {
            return Draft(name: rule.name, recording: .required, steps: [.setting(step), .remember])
        }
        try checkSuspended(rule, record)
        if case .setVCPUs(let count) = step, count > config.vcpus {
            throw .invalid("cannot let \(record.title) use \(count) vcpus: it is defined with \(config.vcpus)")
        }
        if case .pin(_, let vcpu?) = step, vcpu >= config.vcpus {
            throw .invalid("cannot pin vcpu \(vcpu) of \(record.title): it is defined with \(config.vcpus)")
        }
        return Draft(name: rule.name, recording: .required, steps: [.define(config.deciding(step)), .remember])
    }

    /// What is suspended goes on as it was.
    private func checkSuspended(_ rule: OperationRule, _ record: DomainRecord) throws(Refusal) {
        guard record.definition?.suspendedIn != nil else { return }
        throw .wrongStage(operation: rule.name, title: record.title, .exited(.suspend))
    }

    private func shutdown(
        _ request: ShutdownRequest, _ record: DomainRecord
    ) throws(Refusal) -> Draft {
        var announcements: [Step] = []
        if request == .reboot {
            guard record.config != nil || record.isForeign else {
                throw .unconfigured(operation: "reboot", title: record.title)
            }
            try checkRestartTime(record)
        }
        let wasAwaited = record.awaitsRestart
        var asked = record
        asked.requested = request
        if asked.awaitsRestart, !wasAwaited { announcements.append(.announce(.restart(.schedule))) }
        if request == .halt, wasAwaited { announcements.append(.announce(.restart(.cancel))) }
        // What was asked for decides about the restart when the guest has ended, which may be after a restart of xend.
        return Draft(
            name: "shutdown", recording: .deferrable,
            steps: announcements + [.announce(.shutdown(request)), .requestShutdown(request), .remember])
    }

    private func destroy(
        _ mode: DestroyMode, _ record: inout DomainRecord
    ) throws(Refusal) -> Draft {
        if record.isForeign { return try destroyForeign(mode, record) }
        switch mode {
        case .reboot:
            if case .restarting = record.stage { return try rebuild(&record) }
            guard record.config != nil else { throw .unconfigured(operation: "reboot", title: record.title) }
            // What is left of a creation that failed never lived, and nobody was told of it.
            if record.stage == .ending(then: .forget), record.startTime == nil {
                throw .wrongStage(operation: "reboot", title: record.title, record.stage)
            }
            try checkRestartTime(record)
            let pause = pausing(record)
            record.endForRestart()
            return ending(
                record, beginning: [.announce(.restart(.schedule)), .announce(.destroy)] + pause, then: .restart)
        case .halt:
            let beginning = beginningOfEnd(&record)
            record.stage = .ending(then: .forget)
            return ending(record, beginning: beginning, then: .forget)
        }
    }

    /// Whether its guest can do its part in the release of a device.
    func takesPart(_ record: DomainRecord) -> Bool {
        guard let report = table.reports[record.uuid] else { return true }
        return !report.isPaused && !report.hasEnded
    }

    /// Asked to by name, xend takes away of a domain of others what the other toolstack's own destruction would.
    private func destroyForeign(_ mode: DestroyMode, _ record: DomainRecord) throws(Refusal) -> Draft {
        guard mode == .halt else { throw .foreign(operation: "reboot", title: record.title) }
        // The domain ends first, for it must not see its devices go, and it is not known in what state it is.
        return Draft(
            name: "destroy", direction: .forward,
            steps: [.announce(.destroy), .destroyDomain, .releaseRemains, .withdraw, .awaitGone, .announce(.died)])
    }

    /// What is told, and done first, before a domain is ended for good.
    private func beginningOfEnd(_ record: inout DomainRecord) -> [Step] {
        switch record.stage {
        case .restarting:
            // The end of its last life was told, and no other has begun.
            record.startTime = nil
            return [.announce(.restart(.cancel))]
        case .ending(.restart): return [.announce(.restart(.cancel)), .announce(.destroy)]
        case .live where record.awaitsRestart:
            return [.announce(.restart(.cancel)), .announce(.destroy)] + pausing(record)
        case .creating, .live, .exited, .inDoubt, .ending(.forget), .defined:
            return [.announce(.destroy)] + pausing(record)
        }
    }

    /// A guest that runs must not see its devices go.
    private func pausing(_ record: DomainRecord) -> [Step] { record.stage == .live ? [.pause] : [] }

    func checkRestartTime(_ record: DomainRecord) throws(Refusal) {
        let remaining = table.restartPolicy.remaining(since: record.restartTime, now: now)
        guard remaining <= 0 else {
            throw .restartTooSoon(
                title: record.title, remainingSeconds: Int(remaining.rounded(.up)),
                minimumSeconds: Int(table.restartPolicy.minimumRestartSeconds))
        }
    }

    private func checkTarget(_ size: MemorySize, _ record: DomainRecord) throws(Refusal) {
        let configured = record.stage == .defined ? record.config?.maximumMemory : nil
        guard let maximum = table.reports[record.uuid]?.maximumMemory ?? configured, size > maximum else { return }
        throw .memoryAboveMaximum(title: record.title, asked: size, maximum: maximum)
    }
}
