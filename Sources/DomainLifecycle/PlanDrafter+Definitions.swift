import DomainModel

/// Domains that are kept whether or not they run (manual, decision 16).
extension PlanDrafter {
    /// - Parameter new: what it shall be; nil: as it is.
    func define(_ new: DomainConfig?, _ record: DomainRecord) throws(Refusal) -> Draft {
        guard let present = record.config else { throw .unconfigured(operation: "define", title: record.title) }
        var draft = Draft(name: "define", recording: .required, steps: [])
        var config = present
        if let new {
            guard new.uuid == nil || new.uuid == record.uuid else {
                throw .invalid("cannot define \(record.title): its uuid is \(record.uuid)")
            }
            if new.name != record.name {
                try table.checkNameIsFree(new.name)
                draft.promisedName = new.name
            }
            config = record.stage == .defined ? new : try ofOneThatRuns(present, new, record)
        }
        let isNew = record.definition == nil
        draft.steps = [.define(config), .remember] + (isNew ? [.announce(.define)] : [])
        return draft
    }

    /// Of a domain that runs its configuration is what it has: what becomes of it with the machine is all that can change.
    private func ofOneThatRuns(
        _ present: DomainConfig, _ new: DomainConfig, _ record: DomainRecord
    ) throws(Refusal) -> DomainConfig {
        let isSame =
            new.name == present.name && new.image == present.image && new.vcpus == present.vcpus
            && new.devices.count == present.devices.count
            && zip(new.devices, present.devices).allSatisfy { $0.isLike($1) }
        guard isSame else {
            throw .invalid(
                "cannot define \(record.title) otherwise while it runs: shut it down, or change it by its operations")
        }
        return present.with(autostart: new.autostart)
    }

    func undefine(_ dropsMemory: Bool, _ record: DomainRecord) throws(Refusal) -> Draft {
        let definition = try definition(of: record, "undefine")
        if record.stage == .defined, definition.suspendedIn != nil, !dropsMemory {
            throw .suspended(operation: "undefine", title: record.title)
        }
        let end: Step = record.stage == .defined ? .forget : .remember
        return Draft(
            name: "undefine", recording: .required, steps: [.undefine, end, .announce(.undefine)])
    }

    func start(_ paused: Bool, _ record: inout DomainRecord) throws(Refusal) -> Draft {
        _ = try definition(of: record, "start")
        guard let config = record.config else { throw .unconfigured(operation: "start", title: record.title) }
        try table.checkThereIsRoom()
        record.stage = .creating
        record.held = []
        let devices = try self.devices(for: config, of: &record)
        let run: [Step] = paused ? [.announce(.create)] : [.unpause, .announce(.create), .announce(.unpause)]
        let steps = Self.building(
            config, id: nil, devices: devices, console: .openConsole(port: config.consolePort))
        // Nothing is announced that might still be taken back.
        return Draft(name: "start", recording: .required, steps: steps + [.remember] + run)
    }

    func suspend(_ operation: DomainOperation, _ path: String?, _ record: DomainRecord) throws(Refusal) -> Draft {
        _ = try definition(of: record, "suspend")
        return departure(operation, .save(path: path ?? ""))
    }

    func autostart(_ change: AutostartChange, _ record: DomainRecord) throws(Refusal) -> Draft {
        _ = try definition(of: record, "autostart")
        guard let config = record.config else { throw .unconfigured(operation: "autostart", title: record.title) }
        return Draft(
            name: "autostart", recording: .required,
            steps: [.define(config.with(autostart: change.applied(to: config.autostart))), .remember])
    }

    private func definition(of record: DomainRecord, _ operation: String) throws(Refusal) -> Definition {
        guard let definition = record.definition else { throw .notDefined(operation: operation, title: record.title) }
        return definition
    }
}

extension DeviceConfig {
    /// Whether it asks for what the other is: an address that it leaves open may be any.
    fileprivate func isLike(_ other: DeviceConfig) -> Bool {
        switch (self, other) {
        case (.vif(let one), .vif(let other)):
            (one.address == nil || one.address == other.address) && one.bridge == other.bridge && one.ip == other.ip
        case (.vbd(let one), .vbd(let other)):
            one.uname == other.uname && one.number == other.number && one.isWritable == other.isWritable
        case (.pci, .pci): self == other
        case (.vif, _), (.vbd, _), (.pci, _): false
        }
    }
}
