import DomainModel

/// Something that became true in the middle of a plan.
public enum Fact: Hashable, Sendable {
    /// Xen has made it, with this id.
    case created(DomainID)
    /// It has this console now; nil = none any more.
    case console(ConsoleRecord?)
    /// The back-end is ready, the script has ended well.
    case attached(DeviceRecord)
    /// Nothing is left of it.
    case detached(DeviceSlot)
    /// It was to be released, and the guest, which runs, holds on to it.
    case kept(DeviceSlot)
    /// The front-end has this event channel; nil = it is not connected any more.
    case connected(DeviceSlot, eventPort: UInt32?)
    /// Xen was asked; nil = it has no such domain.
    case reported(DomainReport?)
    /// It was due since the machine has started, and could not be started.
    case notStarted(because: String)
    /// An xend that kept no settings has had it so: the steps that make it so.
    case decided([Step])
}

extension DomainTable {
    /// Records something that a step found or did.
    public mutating func note(_ fact: Fact, of uuid: DomainUUID) {
        switch fact {
        case .reported(let report): take(report, of: uuid)
        case .detached(let slot): releaseBacking(of: slot, of: uuid)
        case .created, .console, .attached, .kept, .connected, .decided, .notStarted: break
        }
        _ = update(uuid) { $0.note(fact) }
    }

    /// Records how a plan went, and says what follows.
    public mutating func finish(_ plan: Plan, _ outcome: Outcome) -> FollowUp {
        for name in plan.promisedNames { release(name) }
        if let aside = plan.aside { _ = update(aside.uuid) { $0.operation = nil } }
        guard let record = records[plan.domain] else { return .none }
        let conclusion = record.concluding(plan, outcome)
        if case .restarting = conclusion.record?.stage { take(nil, of: plan.domain) }
        if let record = conclusion.record { put(record) } else { drop(plan.domain) }
        return conclusion.followUp
    }
}

/// What a record becomes at the end of a plan; nil = it is gone.
public struct Conclusion: Hashable, Sendable {
    /// nil = the domain is no more.
    public var record: DomainRecord?
    /// What has to be done then.
    public var followUp: FollowUp
}

extension DomainRecord {
    mutating func note(_ fact: Fact) {
        switch fact {
        case .created(let id): self.id = id
        case .console(let console): self.console = console
        case .attached(let device):
            devices.removeAll { $0.slot == device.slot }
            devices.append(device)
            devices.sort { $0.slot < $1.slot }
        case .detached(let slot): devices.removeAll { $0.slot == slot }
        case .kept(let slot): markUnwanted(slot, false)
        case .connected(let slot, let port):
            guard let place = devices.firstIndex(where: { $0.slot == slot }) else { return }
            devices[place].eventPort = port
        case .reported: break
        case .decided(let steps):
            let before = config?.source
            decide(steps)
            if config?.source != before { generation += 1 }
        case .notStarted(let reason):
            definition?.isDue = false
            held = [reason]
        }
    }

    /// The record after a plan: also used to write it down before the last step is answered.
    public func concluding(_ plan: Plan, _ outcome: Outcome) -> Conclusion {
        var conclusion = becoming(plan, outcome)
        if let record = conclusion.record, record.config?.source != config?.source {
            conclusion.record?.generation = generation + 1
        }
        return conclusion
    }

    private func becoming(_ plan: Plan, _ outcome: Outcome) -> Conclusion {
        var record = self
        record.operation = nil
        if plan.isDeparture { return record.concludingTransfer(plan, outcome) }
        switch stage {
        case .creating: return record.concludingCreation(plan, outcome)
        case .live, .exited: return record.concludingChange(plan, outcome)
        case .defined:
            let isGone = outcome == .done ? plan.steps.contains(.undefine) : record.definition == nil
            return isGone ? Conclusion(record: nil, followUp: .none) : record.concludingChange(plan, outcome)
        case .ending(let then):
            if plan.steps.contains(.destroyDomain) || plan.aside != nil { return record.concludingEnd(then, outcome) }
            // While another plan held the domain its end was decided: that is still to come, unless the plan was undone.
            if case .undone = outcome { return Conclusion(record: record.afterwards, followUp: .none) }
            return Conclusion(record: record, followUp: .clear)
        case .restarting: return record.concludingRestart(outcome, plan.time)
        case .inDoubt: return record.concludingTransfer(plan, outcome)
        }
    }

    private mutating func concludingCreation(_ plan: Plan, _ outcome: Outcome) -> Conclusion {
        // What was to come from another host is defined there.
        if outcome != .done, plan.isArrivalInDoubt { definition = nil }
        switch outcome {
        case .done:
            stage = plan.isArrivalInDoubt ? .inDoubt(.arrived) : .live
            startTime = plan.time
            definition?.isDue = false
            definition?.suspendedIn = nil
            return Conclusion(record: self, followUp: .none)
        case .undone(let reason):
            var record = afterwards
            record?.definition?.isDue = false
            record?.held = [reason]
            return Conclusion(record: record, followUp: .none)
        case .incomplete(let held):
            // Something of it is still there, and is not forgotten before it has gone.
            stage = .ending(then: .forget)
            self.held = held
            return Conclusion(record: self, followUp: .retry)
        }
    }

    private mutating func concludingChange(_ plan: Plan, _ outcome: Outcome) -> Conclusion {
        guard outcome == .done else {
            for case .attach(let device) in plan.steps { markUnwanted(device.slot, true) }
            guard devices.contains(where: \.isUnwanted) else { return Conclusion(record: self, followUp: .none) }
            if case .incomplete(let held) = outcome { self.held = held }
            return Conclusion(record: self, followUp: .retry)
        }
        if !devices.contains(where: \.isUnwanted) { held = [] }
        if isForeign, plan.ticket.name == "destroy" { return Conclusion(record: nil, followUp: .none) }
        for step in plan.steps { apply(step) }
        return Conclusion(record: self, followUp: .none)
    }

    /// Marks a device, if it is still there, as one that is to go, or not.
    mutating func markUnwanted(_ slot: DeviceSlot, _ isUnwanted: Bool) {
        for place in devices.indices where devices[place].slot == slot { devices[place].isUnwanted = isUnwanted }
    }

    /// What a step that was done means for the configuration.
    private mutating func apply(_ step: Step) {
        if case .rename(let name) = step {
            self.name = name
            config = config?.renamed(name)
        }
        if case .define(let defined) = step {
            (name, config) = (defined.name, defined)
            definition = definition ?? Definition()
            held = []
        }
        if step == .undefine { definition = nil }
        if step.changesDevices {
            config = config?.with(devices: devices.filter { !$0.isUnwanted }.map(\.config))
        }
        if case .reconfigure(let device, let changed) = step,
            let place = devices.firstIndex(where: { $0.slot == device.slot })
        {
            devices[place].config = changed
            config = config?.with(devices: devices.map(\.config))
        }
        if case .setting = step { decide([step]) }
        // Of a domain without a configuration it is known nowhere else.
        if config == nil, case .pin(let cpus, nil) = step { pinnedCPU = cpus.cpu ?? pinnedCPU }
        if case .requestShutdown(let request) = step { requested = request }
    }

    /// What operators decided is the configuration's from now on.
    mutating func decide(_ steps: [Step]) {
        for step in steps { config = config?.deciding(step) }
        keepsSettings = true
    }

    private mutating func concludingEnd(_ then: Stage.AfterEnd, _ outcome: Outcome) -> Conclusion {
        switch outcome {
        case .done:
            guard then == .restart else { return Conclusion(record: afterwards, followUp: .none) }
            stage = .restarting(.pending)
            held = []
            failedRestarts = 0
            return Conclusion(record: self, followUp: .rebuild)
        case .incomplete(let held): self.held = held
        case .undone(let reason): held = [reason]
        }
        return Conclusion(record: self, followUp: .retry)
    }

    private mutating func concludingRestart(_ outcome: Outcome, _ now: Double) -> Conclusion {
        switch outcome {
        case .done:
            stage = .live
            held = []
            failedRestarts = 0
            restartTime = now
            return Conclusion(record: self, followUp: .none)
        case .undone(let reason): held = [reason]
        case .incomplete(let held):
            // What was built could not be taken down: that comes first.
            self.held = held
            stage = .ending(then: .restart)
            return Conclusion(record: self, followUp: .retry)
        }
        failedRestarts += 1
        devices = []
        let isLast = failedRestarts >= RestartPolicy.attempts
        stage = .restarting(isLast ? .blocked : .pending)
        return Conclusion(record: self, followUp: isLast ? .none : .retry)
    }
}

extension Step {
    /// Whether the configuration has other devices after it.
    fileprivate var changesDevices: Bool {
        if case .attach = self { return true }
        if case .detach = self { return true }
        return false
    }
}
