import DomainLifecycle
import DomainModel
import HypervisorInterface

/// Takes the steps of plans: says which part of the house does it.
final class StepPerformer: ManagerPart {
    let context: ManagerContext
    private let builder: DomainBuilder
    private let nodes: DomainNodes
    private let control: DomainControl
    private let devices: DeviceFitter
    private let ender: DomainEnder
    private let consoles: ConsoleBoard
    private let saver: Saver
    private let cores: CoreDumper
    private let sender: Sender
    private let handovers: HandoverDesk

    init(
        _ context: ManagerContext, nodes: DomainNodes, signals: SignalDesk, libxl: LibxlDesk, consoles: ConsoleBoard,
        saver: Saver,
        cores: CoreDumper, sender: Sender, handovers: HandoverDesk
    ) {
        self.context = context
        self.nodes = nodes
        self.consoles = consoles
        self.saver = saver
        self.cores = cores
        self.sender = sender
        self.handovers = handovers
        builder = DomainBuilder(context: context)
        control = DomainControl(context: context)
        devices = DeviceFitter(context, signals: signals, libxl: libxl)
        ender = DomainEnder(context: context, nodes: nodes)
    }

    /// Takes one step. Undo steps come here too: they must be fine when there is nothing to take back.
    func take(_ step: Step, of performance: Performance) async throws(StepFailure) {
        guard let record = table[performance.plan.domain] else { return }
        switch step {
        case .checkImage(let image): try await builder.check(image)
        case .createDomain(let id, let kind, let vcpus): try await builder.create(id, kind, vcpus, record)
        case .limitMemory(let size): try await control.limitMemory(size, step, record)
        case .build(let image, let memory, let maximum, let vcpus):
            try await builder.build(image, memory, maximum, vcpus, record, performance)
        case .introduce(let memory, let maximum, let vcpus, let online):
            try await nodes.introduce(memory, maximum, vcpus, online, record, performance.rings)
        case .openConsole(let port): try await consoles.open(port, record)
        case .keepConsole(let port): try await consoles.keep(port, record)
        case .joinConsole: consoles.join(record)
        case .attach(let device): try await devices.attach(device, record)
        case .pin(let cpus, let vcpu): try await control.pin(vcpu, to: cpus, record)
        case .weigh(let weight, let cap): try await control.weigh(weight, cap, record)
        case .pause, .hold: try await control.pause(step, record)
        case .unpause: try await control.unpause(step, record)
        case .requestShutdown(let request): try await nodes.writeControl(request.controlWord, record)
        case .setMemoryTarget(let size): try await nodes.writeTarget(size, record)
        case .setVCPUs(let count): try await nodes.writeAvailability(count, record)
        case .sysrq(let key): try await nodes.write("control/sysrq", "\(key)", record, as: step)
        case .setting, .restoreSettings: try await decide(step, of: performance, record)
        case .rename(let name): try await nodes.writeName(name, record)
        case .restoreName: try await nodes.writeName(record.name, record)
        case .reconfigure(let device, let config): try await devices.reconfigure(device, config, record)
        case .transfer(let transfer): try await take(transfer, of: performance, record)
        case .detach(let slot, let force): try await devices.detach(slot, force: force, record)
        case .releaseRemains where isNumberless(record): break
        case .releaseRemains: try await devices.releaseRemains(record)
        case .closeConsole: await consoles.close(record.uuid)
        case .leaveConsole: await consoles.leave(record.uuid)
        case .withdraw, .destroyDomain, .awaitGone, .setAside: try await end(step, record)
        case .leaveCore: await cores.leave(of: record)
        case .define, .undefine: break
        case .remember: try await remember(performance.plan)
        case .forget: try await forget(performance.plan)
        case .announce(let announcement): announce(announcement, record)
        }
    }

    /// Whether the number that its last life had is that of another domain: that life was kept.
    private func isNumberless(_ record: DomainRecord) -> Bool {
        record.id.flatMap(table.uuid(id:)).map { $0 != record.uuid } ?? false
    }

    private func end(_ step: Step, _ record: DomainRecord) async throws(StepFailure) {
        if isNumberless(record) { return }
        switch step {
        case .withdraw: try await nodes.withdraw(record)
        case .destroyDomain: try await ender.destroy(record)
        case .setAside(let aside): try await ender.setAside(aside, record)
        default: try await ender.awaitGone(record)
        }
    }

    // MARK: - Settings

    private func decide(
        _ step: Step, of performance: Performance, _ record: DomainRecord
    ) async throws(StepFailure) {
        guard case .setting(let decided) = step else { return try await restoreSettings(of: performance, record) }
        do {
            try await take(decided, of: performance)
        } catch {
            // What makes no sense is found out before anything is done.
            if error.kind != .invalid { try? await restoreSettings(of: performance, record) }
            throw error
        }
    }

    /// Each for itself: one that cannot be restored does not keep the others.
    private func restoreSettings(of performance: Performance, _ record: DomainRecord) async throws(StepFailure) {
        guard record.isInXen, let config = record.config else { return }
        var failure: StepFailure?
        for step in config.settings {
            do {
                try await take(step, of: performance)
            } catch {
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
    }

    // MARK: - Transfers

    /// Takes the long step of a transfer.
    private func take(
        _ transfer: Transfer, of performance: Performance, _ record: DomainRecord
    ) async throws(StepFailure) {
        switch transfer {
        case .save(let path): try await saver.save(record, to: path, .gone, performance)
        case .checkpoint(let path, let isPaused):
            try await saver.save(record, to: path, isPaused ? .paused : .running, performance)
        case .dump(let path): try await cores.dump(record, to: path, performance)
        case .send: try await sender.send(record, performance)
        case .fill: try await builder.fill(record, performance)
        case .openConsole(let port): try await consoles.openPreferring(port, record)
        case .settle(let keep): try await handovers.settle(record, keep: keep)
        }
    }

    private func announce(_ announcement: Announcement, _ record: DomainRecord) {
        let number = announcement.namesByUUID ? record.uuid.description : record.id?.description
        guard let number else { return }
        events.publish(announcement.event(name: record.name, number))
        // The original's words (reference/domain.md §5).
        if announcement == .restart(.fail) { log.error("VM \(record.name) restarting too fast") }
    }

    // MARK: - Remembering

    /// Makes the record durable as it will be when the plan is done.
    private func remember(_ plan: Plan) async throws(StepFailure) {
        guard let conclusion = table[plan.domain]?.concluding(plan, .done), let record = conclusion.record
        else { return }
        var entries = [database.record(record)]
        if plan.endsWithRemembering { entries.append(database.end(plan)) }
        do {
            try await database.append(entries, of: plan)
        } catch {
            throw StepFailure("cannot record \(record.title): \(error)")
        }
    }

    private func forget(_ plan: Plan) async throws(StepFailure) {
        guard let record = table[plan.domain] else { return }
        do {
            // One that is defined is kept.
            let kept = record.concluding(plan, .done).record.map(database.record)
            try await database.append([kept ?? database.forget(plan.domain), database.end(plan)], of: plan)
        } catch {
            throw StepFailure("cannot record that \(record.title) is gone: \(error)")
        }
    }
}

extension Plan {
    /// Whether only announcements come after the record is made durable: then its end is written with it.
    var endsWithRemembering: Bool {
        for step in steps.reversed() {
            if case .remember = step { return true }
            guard case .announce = step else { return false }
        }
        return false
    }
}
