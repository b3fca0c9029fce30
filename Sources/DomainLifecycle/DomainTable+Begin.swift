import DomainModel

/// What begins: what a client asks for, or what xend itself has to do.
public enum Beginning: Hashable, Sendable {
    /// Somebody asked.
    case operation(DomainOperation)
    /// The guest has exited: act upon it.
    case reap
    /// Build the next life.
    case rebuild
    /// Try again to release what an end left behind.
    case clear
    /// A setting was cut off: the domain has again what its configuration says.
    case restoreSettings
}

extension DomainTable {
    /// Decides about a creation: reserves the name and returns the plan.
    ///
    /// - Parameters:
    ///   - config: fully bound.
    ///   - uuid: the new domain's; not in the table.
    ///   - now: seconds since 1970.
    public mutating func begin(
        create config: DomainConfig, uuid: DomainUUID, at now: Double
    ) throws(Refusal) -> Plan {
        guard !isStopping else { throw .stopping }
        try checkNameIsFree(config.name)
        guard records.count < Self.maximumDomains else { throw .tooManyDomains(limit: Self.maximumDomains) }
        guard !records.contains(uuid) else { throw .invalid("uuid clash: \(uuid)") }
        let ticket = newTicket("create")
        var record = DomainRecord(uuid: uuid, name: config.name, config: config, stage: .creating)
        record.operation = ticket
        record.lastSerial = ticket.serial
        let devices = try self.devices(for: config, of: &record)
        put(record)
        let steps =
            building(config, id: nil, devices: devices, console: .openConsole(port: config.consolePort))
            + [.remember, .announce(.create)]
        return Plan(
            ticket: ticket, time: now, domain: uuid, direction: .undoable, recording: .required, steps: steps)
    }

    /// Decides about anything else that is done to a domain, which must not have an operation in progress.
    ///
    /// - Parameter now: seconds since 1970.
    public mutating func begin(
        _ beginning: Beginning, on uuid: DomainUUID, at now: Double
    ) throws(Refusal) -> Plan {
        guard var record = records[uuid] else { throw .noSuchDomain(DomainReference(uuid.description)) }
        precondition(record.operation == nil, "one operation at a time on a domain")
        let draft: Draft
        switch beginning {
        case .operation(let operation):
            guard !isStopping else { throw .stopping }
            draft = try self.draft(operation, &record, now)
        case .reap: draft = try reap(&record, now)
        case .rebuild: draft = try rebuild(&record)
        case .clear: draft = try clear(&record)
        case .restoreSettings: draft = Draft(name: "restore settings", steps: [.restoreSettings])
        }
        let ticket = newTicket(draft.name)
        record.operation = ticket
        record.lastSerial = ticket.serial
        put(record)
        return Plan(
            ticket: ticket, time: now, domain: uuid, direction: draft.direction, recording: draft.recording,
            steps: draft.steps, reason: draft.reason)
    }
}

/// A plan before it has its ticket.
struct Draft {
    var name: String
    var direction = Plan.Direction.undoable
    var recording = Plan.Recording.none
    var steps: [Step]
    var reason = ""
}

// MARK: - What clients ask for

extension DomainTable {
    mutating func draft(
        _ operation: DomainOperation, _ record: inout DomainRecord, _ now: Double
    ) throws(Refusal) -> Draft {
        let rule = operation.rule
        try rule.admission?.check(rule.name, record)
        switch operation {
        case .pause:
            // Xen counts pauses; for users a domain is paused or not.
            let isPaused = reports[record.uuid]?.isPaused ?? false
            return Draft(name: rule.name, steps: [.announce(.pause)] + (isPaused ? [] : [.pause]))
        case .unpause:
            // A domain whose next life could not be built is tried again.
            if record.stage == .restarting(.blocked) { return try rebuild(&record) }
            return Draft(name: rule.name, steps: [.announce(.unpause), .unpause])
        case .shutdown(let request):
            return try shutdown(request, record, now)
        case .destroy(let mode):
            return try destroy(mode, &record, now)
        case .pinCPU(let cpus, let vcpu):
            return setting(.pin(cpus, vcpu: vcpu), of: record, rule)
        case .setVCPUs(let count):
            return setting(.setVCPUs(count), of: record, rule)
        case .sysrq(let key):
            return Draft(name: rule.name, steps: [.sysrq(key)])
        case .setMaximumMemory(let size):
            return setting(.limitMemory(size), of: record, rule)
        case .setMemoryTarget(let size):
            try checkTarget(size, record)
            return setting(.setMemoryTarget(size), of: record, rule)
        case .setScheduler(let weight, let cap):
            return setting(.weigh(weight: weight, cap: cap), of: record, rule)
        case .createDevice(let config):
            let device = try newDevice(config, of: &record)
            return Draft(name: rule.name, recording: .required, steps: [.attach(device), .remember])
        case .destroyDevice(let type, let index):
            let slot = DeviceSlot(type: type, idx: index)
            _ = try device(slot, of: record)
            let force = !takesPart(record)
            // From now on, and for the next daemon: half removed it is of no use.
            record.markUnwanted(slot, true)
            return Draft(
                name: rule.name, direction: .forward, recording: .deferrable,
                steps: [.detach(slot, force: force), .remember])
        case .configureDevice(let config, let index):
            return try configure(DeviceSlot(type: config.type, idx: index), config, record)
        case .configure:
            guard record.config == nil else { throw .alreadyConfigured(record.id ?? .zero) }
            throw .notSupported("configure is for restore and migration, which xend does by itself")
        case .rename(let name):
            try checkNameIsFree(name)
            promise(name, to: record.uuid)
            return Draft(name: rule.name, recording: .required, steps: [.rename(name), .remember])
        case .save(let path): return departure(operation, .save(path: path))
        case .migrate(let request): return departure(operation, .send(to: request.destination))
        case .resolve(let keep): return resolution(operation, keep: keep)
        }
    }

    /// What an operator decides is the domain's, in every later life; of a domain that xend does not build it is Xen's affair.
    private func setting(_ step: Step, of record: DomainRecord, _ rule: OperationRule) -> Draft {
        record.isForeign
            ? Draft(name: rule.name, steps: [step])
            : Draft(name: rule.name, recording: .required, steps: [.setting(step), .remember])
    }

    private mutating func shutdown(
        _ request: ShutdownRequest, _ record: DomainRecord, _ now: Double
    ) throws(Refusal) -> Draft {
        var announcements: [Step] = []
        if request == .reboot { try checkRestartTime(record, now) }
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

    private mutating func destroy(
        _ mode: DestroyMode, _ record: inout DomainRecord, _ now: Double
    ) throws(Refusal) -> Draft {
        if record.isForeign {
            guard mode == .halt else { throw .foreign(operation: "reboot", title: record.title) }
            // Asked to by name, xend takes away what the other toolstack's own destruction would. The domain ends first, for it
            // must not see its devices go, and it is not known in what state it is.
            return Draft(
                name: "destroy", direction: .forward,
                steps: [.announce(.destroy), .destroyDomain, .releaseRemains, .withdraw, .awaitGone, .announce(.died)])
        }
        switch mode {
        case .reboot:
            if case .restarting = record.stage { return try rebuild(&record) }
            guard record.config != nil else { throw .unconfigured(operation: "reboot", title: record.title) }
            // What is left of a creation that failed never lived, and nobody was told of it.
            if record.stage == .ending(then: .forget), record.startTime == nil {
                throw .wrongStage(operation: "reboot", title: record.title, record.stage)
            }
            try checkRestartTime(record, now)
            let pause = pausing(record)
            record.endForRestart()
            return ending(
                record, beginning: [.announce(.restart(.schedule)), .announce(.destroy)] + pause, then: .restart)
        case .halt:
            let beginning: [Step]
            switch record.stage {
            case .restarting:
                // The end of its last life was told, and no other has begun.
                beginning = [.announce(.restart(.cancel))]
                record.startTime = nil
            case .ending(.restart): beginning = [.announce(.restart(.cancel)), .announce(.destroy)]
            case .live where record.awaitsRestart:
                beginning = [.announce(.restart(.cancel)), .announce(.destroy)] + pausing(record)
            case .creating, .live, .exited, .inDoubt, .ending(.forget):
                beginning = [.announce(.destroy)] + pausing(record)
            }
            record.stage = .ending(then: .forget)
            return ending(record, beginning: beginning, then: .forget)
        }
    }

    /// Whether an operation keeps waiting nothing that is done to the domain: what is to end it supersedes what hangs, if it is allowed.
    public func supersedes(_ operation: DomainOperation, on uuid: DomainUUID, at now: Double) -> Bool {
        guard case .destroy = operation, !isStopping, var record = records[uuid] else { return false }
        var copy = self
        return (try? copy.draft(operation, &record, now)) != nil
    }

    /// Whether its guest can do its part in the release of a device.
    private func takesPart(_ record: DomainRecord) -> Bool {
        guard let report = reports[record.uuid] else { return true }
        return !report.isPaused && !report.hasEnded
    }

    /// A guest that runs must not see its devices go.
    private func pausing(_ record: DomainRecord) -> [Step] { record.stage == .live ? [.pause] : [] }

    private func checkRestartTime(_ record: DomainRecord, _ now: Double) throws(Refusal) {
        let remaining = restartPolicy.remaining(since: record.restartTime, now: now)
        guard remaining <= 0 else {
            throw .restartTooSoon(
                title: record.title, remainingSeconds: Int(remaining.rounded(.up)),
                minimumSeconds: Int(restartPolicy.minimumRestartSeconds))
        }
    }

    private func checkTarget(_ size: MemorySize, _ record: DomainRecord) throws(Refusal) {
        guard let maximum = reports[record.uuid]?.maximumMemory, size > maximum else { return }
        throw .memoryAboveMaximum(title: record.title, asked: size, maximum: maximum)
    }
}

// MARK: - Devices

extension DomainTable {
    private func devices(for config: DomainConfig, of record: inout DomainRecord) throws(Refusal) -> [DeviceRecord] {
        record.devices = []
        record.nextIndex = [:]
        var devices: [DeviceRecord] = []
        for device in config.devices {
            let new = try newDevice(device, of: &record)
            devices.append(new)
            record.devices.append(new)
        }
        record.devices = []
        return devices
    }

    private func newDevice(_ config: DeviceConfig, of record: inout DomainRecord) throws(Refusal) -> DeviceRecord {
        guard record.devices.count < DomainConfig.maximumDevices else {
            throw .tooManyDevices(title: record.title, limit: DomainConfig.maximumDevices)
        }
        let reference: DomainReference?
        switch config {
        case .vif(let vif): reference = vif.backend
        case .vbd(let vbd):
            reference = vbd.backend
            let isTaken = record.devices.contains { device in
                if case .vbd(let other) = device.config { return other.number == vbd.number }
                return false
            }
            guard !isTaken else { throw .deviceNumberTaken(vbd.device, title: record.title) }
        case .pci(let pci): throw .passthrough(pci)
        }
        return record.newDevice(config, backend: try backend(reference, for: record))
    }

    /// The driver domain meant by `(backend X)`.
    func backend(_ reference: DomainReference?, for record: DomainRecord) throws(Refusal) -> DomainID {
        guard let reference else { return .zero }
        guard let driver = try? find(reference), let id = driver.id, driver.stage == .live, driver.uuid != record.uuid
        else { throw .invalidBackend(reference) }
        return id
    }

    private func device(_ slot: DeviceSlot, of record: DomainRecord) throws(Refusal) -> DeviceRecord {
        guard let device = record.devices.first(where: { $0.slot == slot }) else {
            throw .noSuchDevice(slot, title: record.title)
        }
        return device
    }

    private func configure(
        _ slot: DeviceSlot, _ change: DeviceConfig, _ record: DomainRecord
    ) throws(Refusal) -> Draft {
        let device = try device(slot, of: record)
        guard case .vif(let vif) = device.config, case .vif(let change) = change else {
            throw .notSupported("a vbd cannot be reconfigured: remove it and add it again")
        }
        do {
            let config = DeviceConfig.vif(try vif.configured(by: change))
            let steps: [Step] = config == device.config ? [] : [.reconfigure(device, to: config), .remember]
            return Draft(name: "device_configure", recording: .required, steps: steps)
        } catch {
            throw .invalid(error.description)
        }
    }
}

// MARK: - What xend does by itself

extension DomainTable {
    /// The steps from nothing to a paused domain with its devices.
    func building(_ config: DomainConfig, id: DomainID?, devices: [DeviceRecord], console: Step) -> [Step] {
        let built = config.builtMemory
        var steps: [Step] = [
            .checkImage(config.image),
            .createDomain(id: id, kind: config.image.kind, vcpus: config.vcpus),
            .limitMemory(built), console,
            .build(config.image, memory: built, vcpus: config.vcpus), config.introduction, .joinConsole,
        ]
        steps += config.scheduling
        steps += devices.map(Step.attach)
        if config.maximumMemory != built { steps.append(.limitMemory(config.maximumMemory)) }
        return steps
    }

    /// The steps from any state to nothing. Devices go first, Xen's memory last (manual L3).
    private func ending(_ record: DomainRecord, beginning: [Step], then: Stage.AfterEnd) -> Draft {
        var steps = beginning
        // The guest is paused or gone, and cannot take part.
        steps += record.devices.reversed().map { .detach($0.slot, force: true) }
        steps.append(.releaseRemains)
        steps.append(then == .restart ? .leaveConsole : .closeConsole)
        steps += [.withdraw, .destroyDomain, .awaitGone]
        steps.append(then == .restart ? .remember : .forget)
        // Nobody was told of a creation that is undone after a crash, nor is the end of a life told twice.
        if record.startTime != nil { steps.append(.announce(.died)) }
        return Draft(
            name: then == .restart ? "reboot" : "destroy", direction: .forward, recording: .deferrable, steps: steps)
    }

    private mutating func reap(_ record: inout DomainRecord, _ now: Double) throws(Refusal) -> Draft {
        let before = record
        var draft = try reaping(&record, now)
        if let reason = reports[record.uuid]?.shutdownReason {
            draft.reason = restartPolicy.reason(
                reason, actions: before.config?.exitActions ?? ExitActions(.never), requested: before.requested,
                restartTime: before.restartTime, now: now)
        }
        return draft
    }

    private mutating func reaping(_ record: inout DomainRecord, _ now: Double) throws(Refusal) -> Draft {
        guard record.stage == .live, !record.isForeign, let reason = reports[record.uuid]?.shutdownReason else {
            throw .wrongStage(operation: "reap", title: record.title, record.stage)
        }
        let decision = restartPolicy.decide(
            reason, actions: record.config?.exitActions ?? ExitActions(.never), requested: record.requested,
            restartTime: record.restartTime, now: now)
        let wasAnnounced = record.awaitsRestart
        record.requested = nil
        let exit = Step.announce(.exit(reason))
        switch decision {
        case .keep:
            record.stage = .exited(reason)
            let what: Announcement = reason == .suspend ? .suspended : .exit(reason)
            return Draft(name: "exit", steps: [.announce(what), .remember])
        case .end:
            record.stage = .ending(then: .forget)
            return ending(record, beginning: [exit, .announce(.destroy)], then: .forget)
        case .tooSoon:
            record.stage = .ending(then: .forget)
            return ending(
                record, beginning: [exit, .announce(.restart(.fail)), .announce(.destroy)], then: .forget)
        case .restart:
            record.endForRestart()
            let schedule: [Step] = wasAnnounced ? [] : [.announce(.restart(.schedule))]
            return ending(record, beginning: [exit] + schedule + [.announce(.destroy)], then: .restart)
        }
    }

    private mutating func rebuild(_ record: inout DomainRecord) throws(Refusal) -> Draft {
        guard case .restarting = record.stage, let id = record.id, let config = record.config else {
            throw .wrongStage(operation: "restart", title: record.title, record.stage)
        }
        let devices = try self.devices(for: config, of: &record)
        record.stage = .restarting(.booting)
        // What was asked of the last life is not asked of this one.
        record.requested = nil
        let console = record.console.map { Step.keepConsole(port: $0.port) } ?? .openConsole(port: config.consolePort)
        let steps =
            [.announce(.restart(.begin))] + building(config, id: id, devices: devices, console: console)
            // Nothing is announced that might still be taken back.
            + [.remember, .unpause, .announce(.create), .announce(.restart(.success)), .announce(.unpause)]
        return Draft(name: "restart", recording: .deferrable, steps: steps)
    }

    private func clear(_ record: inout DomainRecord) throws(Refusal) -> Draft {
        let unwanted = record.devices.filter(\.isUnwanted)
        if record.stage == .live, !unwanted.isEmpty {
            // A guest that has connected to it is asked.
            let takesPart = reports[record.uuid] != nil && self.takesPart(record)
            let releases = unwanted.map { Step.detach($0.slot, force: $0.eventPort == nil || !takesPart) }
            return Draft(name: "clear", direction: .forward, recording: .deferrable, steps: releases + [.remember])
        }
        guard case .ending(let then) = record.stage else {
            throw .wrongStage(operation: "clear", title: record.title, record.stage)
        }
        return ending(record, beginning: [], then: then)
    }
}
