import DomainModel

/// Domains that go elsewhere, and come from there.
extension PlanDrafter {
    /// A plan that ends with the domain elsewhere. Nothing comes after that which could fail and have it taken back: what is left of
    /// the domain here is ended by a plan of its own.
    func departure(_ operation: DomainOperation, _ transfer: Transfer) -> Draft {
        Draft(name: operation.name, recording: .required, steps: [.transfer(transfer)])
    }

    /// A core of a domain that goes on, for the moment. One that runs is held still, unless it shall not be.
    func dump(_ request: DumpRequest, _ record: DomainRecord) throws(Refusal) -> Draft {
        if request.afterwards == .restarts {
            guard record.config != nil else { throw .unconfigured(operation: "reset", title: record.title) }
            try checkRestartTime(record)
        }
        let isHeld = !request.isLive && record.stage == .live && takesPart(record)
        return Draft(
            name: "dump", recording: .required,
            steps: (isHeld ? [.hold] : []) + [.transfer(.dump(path: request.path))]
                + (isHeld && request.afterwards == .goesOn ? [.unpause] : []))
    }

    /// An operator decides about a domain in doubt. The hand-over knows what that means; what is then not this host's is cleared
    /// by the follow-up.
    func resolution(_ operation: DomainOperation, keep: Bool) -> Draft {
        Draft(name: operation.name, steps: [.transfer(.settle(keep: keep))])
    }

    /// Name and uuid must be free, or those of the same domain, which is defined here and does not run: that one goes on.
    func takePlace(
        of other: DomainRecord?, _ record: inout DomainRecord, _ source: Arrival.Source
    ) throws(Refusal) {
        if case .file = source {
            // Whether it is defined is for this host to say, not for a file.
            record.definition = other?.definition
            if let other, other.stage == .defined, other.name == record.name {
                if let kept = other.definition?.suspendedIn, source != .file(path: kept) {
                    throw .suspended(operation: "restore", title: other.title)
                }
                if let policy = other.config?.autostart { record.config = record.config?.with(autostart: policy) }
                return
            }
        }
        try table.checkNameIsFree(record.name)
        if let other { throw .invalid("uuid clash: \(other.title) has uuid \(record.uuid) already") }
    }

    /// The steps from nothing to a domain as it was elsewhere; a restored one goes on, of another the other host decides that.
    static func arriving(
        _ arrival: Arrival, _ config: DomainConfig, devices: [DeviceRecord], from: String
    ) -> [Step] {
        let console: Step =
            if let port = config.consolePort {
                .openConsole(port: port)
            } else {
                .transfer(.openConsole(preferred: arrival.record.console?.port))
            }
        // It comes with what it had, though its limit may be below by now.
        let room = max(arrival.memory, config.maximumMemory)
        var steps: [Step] = [
            .createDomain(id: nil, kind: arrival.kind, vcpus: arrival.vcpus), .limitMemory(room), console,
            .transfer(.fill(from: from)), config.introduction, .joinConsole,
        ]
        steps += config.scheduling
        steps += devices.map(Step.attach)
        if room != config.maximumMemory { steps.append(.limitMemory(config.maximumMemory)) }
        steps.append(.remember)
        switch arrival.source {
        case .file: return steps + goingOn(isPaused: arrival.isPaused)
        case .host: return steps
        }
    }

    /// A restored domain runs unless it was saved paused (manual, decision 9): not before it is remembered, lest it change its disks
    /// and be taken back. Nothing is announced that might still be taken back.
    private static func goingOn(isPaused: Bool) -> [Step] {
        (isPaused ? [] : [.unpause]) + [.announce(.create)] + (isPaused ? [] : [.announce(.unpause)])
    }

    /// A device as it was, with the same number, before anything of it exists here.
    func fresh(_ device: DeviceRecord, for record: DomainRecord) throws(Refusal) -> DeviceRecord {
        DeviceRecord(
            type: device.type, idx: device.idx, index: device.index, config: device.config,
            backend: try backend(device.config.settings.backend, for: record))
    }
}
