import DomainModel

/// How lives of domains begin and end, which is what xend does by itself too.
extension PlanDrafter {
    /// The plan for what somebody asked for, or xend has to do.
    func draft(_ beginning: Beginning, _ record: inout DomainRecord) throws(Refusal) -> Draft {
        switch beginning {
        case .operation(let operation): try draft(operation, &record)
        case .reap: try reap(&record)
        case .rebuild: try rebuild(&record)
        case .clear: try clear(&record)
        case .restoreSettings: Draft(name: "restore settings", steps: [.restoreSettings])
        case .restoreDevices: restoreDevices(record)
        }
    }

    /// The steps from nothing to a paused domain with its devices.
    static func building(_ config: DomainConfig, id: DomainID?, devices: [DeviceRecord], console: Step) -> [Step] {
        var steps: [Step] = [
            .checkImage(config.image),
            .createDomain(id: id, kind: config.image.kind, vcpus: config.vcpus),
            .limitMemory(config.memory), console,
            .build(config.image, memory: config.memory, maximum: config.maximumMemory, vcpus: config.vcpus),
            config.introduction, .joinConsole,
        ]
        steps += config.scheduling
        steps += devices.map(Step.attach)
        if config.maximumMemory != config.memory { steps.append(.limitMemory(config.maximumMemory)) }
        return steps
    }

    /// The steps from any state to nothing. Devices go first, Xen's memory last (manual L3).
    func ending(_ record: DomainRecord, beginning: [Step], then: Stage.AfterEnd) -> Draft {
        var steps = beginning
        // The guest is paused or gone, and cannot take part.
        steps += record.devices.reversed().map { .detach($0.slot, force: true) }
        steps.append(.releaseRemains)
        steps.append(then == .restart ? .leaveConsole : .closeConsole)
        steps += [.withdraw, .destroyDomain, .awaitGone]
        steps.append(then == .restart ? .remember : .forget)
        // Nobody was told of a creation that is undone after a crash, nor is the end of a life told twice; but who is told that an
        // end begins is told of the end.
        if record.startTime != nil || beginning.contains(.announce(.destroy)) { steps.append(.announce(.died)) }
        return Draft(
            name: then == .restart ? "reboot" : "destroy", direction: .forward, recording: .deferrable, steps: steps)
    }

    private func reap(_ record: inout DomainRecord) throws(Refusal) -> Draft {
        let before = record
        var draft = try reaping(&record)
        if let reason = table.reports[record.uuid]?.shutdownReason {
            draft.reason = table.restartPolicy.reason(
                reason, actions: before.config?.exitActions ?? ExitActions(.never), requested: before.requested,
                restartTime: before.restartTime, now: now)
        }
        return draft
    }

    private func reaping(_ record: inout DomainRecord) throws(Refusal) -> Draft {
        guard record.stage == .live, !record.isForeign, let reason = table.reports[record.uuid]?.shutdownReason else {
            throw .wrongStage(operation: "reap", title: record.title, record.stage)
        }
        let decision = table.restartPolicy.decide(
            reason, actions: record.config?.exitActions ?? ExitActions(.never), requested: record.requested,
            restartTime: record.restartTime, now: now)
        let wasAnnounced = record.awaitsRestart
        record.requested = nil
        let actions = record.config?.exitActions ?? ExitActions(.never)
        let core: [Step] = table.restartPolicy.leavesCore(reason, actions: actions) ? [.leaveCore] : []
        let exit = [Step.announce(.exit(reason))] + core
        switch decision {
        case .keep:
            record.stage = .exited(reason)
            return Draft(
                name: "exit", steps: (reason == .suspend ? [.announce(.suspended)] : exit) + [.remember])
        case .end:
            record.stage = .ending(then: .forget)
            return ending(record, beginning: exit + [.announce(.destroy)], then: .forget)
        case .tooSoon:
            record.stage = .ending(then: .forget)
            return ending(
                record, beginning: exit + [.announce(.restart(.fail)), .announce(.destroy)], then: .forget)
        case .restart:
            record.endForRestart()
            let beginning = exit + (wasAnnounced ? [] : [.announce(.restart(.schedule))])
            if actions.action(for: reason) == .renameRestart { return settingAside(record, reason, beginning) }
            return ending(record, beginning: beginning + [.announce(.destroy)], then: .restart)
        }
    }

    /// A life that ends and is kept: devices and console are the next one's.
    private func settingAside(_ record: DomainRecord, _ reason: ShutdownReason, _ beginning: [Step]) -> Draft {
        let aside = Aside(record, reason, at: now) { (try? table.checkNameIsFree($0)) != nil }
        let releases = record.devices.reversed().map { Step.detach($0.slot, force: true) }
        return Draft(
            name: "reboot", direction: .forward, recording: .deferrable,
            steps: beginning + releases + [.releaseRemains, .leaveConsole, .setAside(aside), .remember],
            promisedName: aside.name)
    }

    func rebuild(_ record: inout DomainRecord) throws(Refusal) -> Draft {
        guard case .restarting = record.stage, let id = record.id, let config = record.config else {
            throw .wrongStage(operation: "restart", title: record.title, record.stage)
        }
        let devices = try self.devices(for: config, of: &record)
        record.stage = .restarting(.booting)
        // What was asked of the last life is not asked of this one.
        record.requested = nil
        let console = record.console.map { Step.keepConsole(port: $0.port) } ?? .openConsole(port: config.consolePort)
        // A life that is kept keeps its number.
        let isOther = table.uuid(id: id).map { $0 != record.uuid } ?? false
        let steps =
            [.announce(.restart(.begin))]
            + Self.building(config, id: isOther ? nil : id, devices: devices, console: console)
            // Nothing is announced that might still be taken back.
            + [.remember, .unpause, .announce(.create), .announce(.restart(.success)), .announce(.unpause)]
        return Draft(name: "restart", recording: .deferrable, steps: steps)
    }

    private func clear(_ record: inout DomainRecord) throws(Refusal) -> Draft {
        let unwanted = record.devices.filter(\.isUnwanted)
        if record.stage == .live, !unwanted.isEmpty {
            // A guest that has connected to it is asked.
            let takesPart = table.reports[record.uuid] != nil && self.takesPart(record)
            let releases = unwanted.map { Step.detach($0.slot, force: $0.eventPort == nil || !takesPart) }
            return Draft(name: "clear", direction: .forward, recording: .deferrable, steps: releases + [.remember])
        }
        guard case .ending(let then) = record.stage else {
            throw .wrongStage(operation: "clear", title: record.title, record.stage)
        }
        return ending(record, beginning: [], then: then)
    }
}
