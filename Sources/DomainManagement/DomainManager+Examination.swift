import DomainLifecycle
import DomainModel
import DriverDomain
import HostInterface
import HypervisorInterface
import SExpressions

/// At most one examination at a time, and one more due.
struct Examination: Sendable {
    var isRunning = false
    var isDue = false
    /// Looks at single domains that are under way.
    var looks = 0
    /// What the next look is for.
    var cause: UInt64?
    /// Whether a look is due because something was on its way out, and how long the next one waits then.
    var isWaiting = false
    var patience = firstPatience

    /// Xen lets go of a domain about as soon as the console daemon has heard of its end.
    static let firstPatience = Duration.milliseconds(100)
}

extension DomainManager {
    /// Whether something that has happened may still be unseen because a look is not over.
    public var isLooking: Bool { examination.isRunning || examination.looks > 0 }

    /// Looks at the machine again, soon: a signal came. Signals carry no contents and are coalesced.
    func examineSoon() {
        guard !isStopped else { return }
        guard !examination.isRunning else {
            examination.isDue = true
            examination.cause = Account.cause
            return
        }
        examination.cause = Account.cause
        examination.isRunning = true
        spawn { await $0.examine() }
    }

    private func examine() async {
        repeat {
            examination.isDue = false
            await account.because(examination.cause) { await examineOnce() }
        } while examination.isDue && !isStopped
        examination.isRunning = false
    }

    func examineOnce() async {
        let serial = table.serial
        let reports: [DomainReport]
        do {
            reports = try await machine.hypervisor.domains()
        } catch {
            log.error("cannot look at the domains: \(error)")
            return
        }
        for finding in table.examine(reports, asOf: serial) { await act(on: finding) }
        lookAgain(at: reports)
    }

    /// What somebody else has destroyed goes when the last one has let go of its memory, of which nobody is told: as long as Xen
    /// still has it, the machine is looked at again, ever more rarely.
    private func lookAgain(at reports: [DomainReport]) {
        let isEnding = reports.contains { report in
            report.isDying && table[report.uuid].map { $0.id == report.id && $0.operation == nil } ?? false
        }
        guard isEnding else {
            examination.patience = Examination.firstPatience
            return
        }
        guard !examination.isWaiting else { return }
        examination.isWaiting = true
        let pause = examination.patience
        examination.patience = min(pause * 2, settings.examinationInterval)
        let clock = host.clock
        spawn { manager in
            try? await clock.sleep(for: pause)
            await manager.examineAfterPause()
        }
    }

    private func examineAfterPause() {
        examination.isWaiting = false
        examineSoon()
    }

    /// Looks at one domain again, soon: what happened to it during an operation was left to that.
    func examineSoon(_ uuid: DomainUUID) {
        guard !isStopped, table[uuid]?.id != nil else { return }
        spawn { await $0.examineOnce(uuid) }
    }

    private func examineOnce(_ uuid: DomainUUID) async {
        guard let id = table[uuid]?.id else { return }
        examination.looks += 1
        defer { examination.looks -= 1 }
        let serial = table.serial
        let report: DomainReport?
        do {
            report = try await machine.hypervisor.domain(id)
        } catch {
            log.error("cannot look at domain \(id): \(error)")
            return
        }
        if let finding = table.examine(report, of: uuid, asOf: serial) { await act(on: finding) }
    }

    private func act(on finding: Finding) async {
        let found = account.note(.finding, of: name(in: finding), title(of: finding))
        switch finding {
        case .exited(let uuid, _): account.because(found) { spawn { await $0.reap(uuid) } }
        case .vanished(let uuid): account.because(found) { spawn { await $0.vanished(uuid) } }
        case .unknown(let report): await adopt(report)
        }
    }

    private func name(in finding: Finding) -> String? {
        switch finding {
        case .exited(let uuid, _), .vanished(let uuid): table[uuid]?.name.rawValue
        case .unknown: nil
        }
    }

    private func title(of finding: Finding) -> String {
        switch finding {
        case .exited(let uuid, let reason): "\(table[uuid]?.title ?? "it") has exited: \(reason)"
        case .vanished(let uuid): "Xen has \(table[uuid]?.title ?? "it") no more"
        case .unknown(let report): "Xen has a domain \(report.id) that xend did not make"
        }
    }

    /// A domain that somebody else destroyed is not built again (manual, decision 9); what it left is released.
    private func vanished(_ uuid: DomainUUID) async {
        guard (try? await takeTurn(on: uuid)) != nil else { return }
        defer { passTurn(on: uuid) }
        if case .inDoubt = table[uuid]?.stage { return await doubtVanished(uuid) }
        guard let record = table[uuid], record.stage == .live || isExited(record.stage), let id = record.id else {
            return
        }
        // Its turn came later than the look: it may have been destroyed in due form meanwhile.
        guard let report = try? await machine.hypervisor.domains(), !report.contains(where: { $0.uuid == uuid }) else {
            return
        }
        log.warning("\(record.title) has gone without xend")
        if record.isForeign {
            table.remove(uuid)
            events.publish(Announcement.died.event(name: record.name, id: id))
        } else if let plan = try? table.begin(.operation(.destroy(.halt)), on: uuid, at: now) {
            _ = await carryOut(plan)
        }
    }

    private func isExited(_ stage: Stage) -> Bool {
        if case .exited = stage { return true }
        return false
    }

    /// Takes in a domain that another toolstack made, under the name it has in xenstore.
    private func adopt(_ report: DomainReport) async {
        let name = (try? await machine.store.readIfPresent("/local/domain/\(report.id)/name")) ?? nil
        guard table[report.uuid] == nil else { return }
        table.adopt(report, name: report.id == .zero ? "Domain-0" : name)
        guard report.id != .zero, let record = table[report.uuid] else { return }
        log.info("\(record.title) was made by another toolstack: listed, not managed")
        events.publish(Announcement.create.event(name: record.name, id: report.id))
    }

    // MARK: - Signals

    /// Watches for exits and for devices that connect, and examines at long intervals besides.
    func startWatching() {
        watch("@releaseDomain") { manager, _, isFirst in await manager.signalled(isFirst: isFirst) }
        // Domains of other toolstacks. The daemon's own are known before they are introduced.
        watch("@introduceDomain") { manager, _, _ in await manager.examineSoon() }
        watchBackends(of: .zero)
        for record in table.sorted where record.stage == .live {
            for device in record.devices { watchBackends(of: device.backend) }
        }
        let clock = host.clock
        let interval = settings.examinationInterval
        background.append(
            host.tasks.spawn { [weak self] in
                while (try? await clock.sleep(for: interval)) != nil {
                    guard let self else { return }
                    await self.examineSoon()
                }
            })
    }

    /// Calls `body` with each change of a node, the first (which comes with the registration) marked. A watch that ends, because
    /// xenstored has died, is set anew when it is back.
    private func watch(
        _ path: String, _ body: @escaping @Sendable (DomainManager, String, _ isFirst: Bool) async -> Void
    ) {
        let store = machine.store
        let clock = host.clock
        let interval = settings.retryInterval
        background.append(
            host.tasks.spawn { [weak self] in
                while true {
                    if let watch = try? await store.watch(path) {
                        await self?.keep(watch, on: path)
                        var isFirst = true
                        for await change in watch.changes {
                            guard let self else { return watch.cancel() }
                            await body(self, change, isFirst)
                            isFirst = false
                        }
                    }
                    guard await self?.watchEnded(path) ?? false, (try? await clock.sleep(for: interval)) != nil
                    else { return }
                }
            })
    }

    /// Learns when devices that a driver domain serves connect.
    func watchBackends(of driver: DomainID) {
        guard watchedDrivers.insert(driver).inserted else { return }
        watch("/local/domain/\(driver)/backend") { manager, path, isFirst in
            // What connected before, or while no watch stood, is asked for.
            if isFirst { await manager.refreshDevices(of: driver) } else { await manager.deviceChanged(path) }
        }
    }

    private func refreshDevices(of driver: DomainID) async {
        for record in table.sorted {
            for device in record.devices where device.backend == driver { await refresh(device, record) }
        }
    }

    private func keep(_ watch: XenStoreWatch, on path: String) {
        if isStopped { watch.cancel() } else { watches[path] = watch }
    }

    /// Whether to set it anew.
    private func watchEnded(_ path: String) -> Bool {
        guard !isStopped else { return false }
        log.error("xenstore: the watch of \(path) has ended; it is set anew")
        watches[path] = nil
        return true
    }

    private func signalled(isFirst: Bool) {
        guard !isStopped else { return }
        // What happened while no watch stood is seen by looking; it is no signal.
        if isFirst { return examineSoon() }
        // VIRQ_DOM_EXC of the original; xenstored holds the VIRQ today and passes it on.
        events.publish(Event("xend.virq", "4"))
        let signal = account.note(.signal, "xenstore: a domain has changed (@releaseDomain)")
        account.because(signal) { examineSoon() }
    }

    /// A back-end changed its state: when it is connected, the front-end's event channel is known.
    private func deviceChanged(_ path: String) async {
        let parts = path.split(separator: "/")
        guard parts.count == 8, parts[7] == "state", let type = DeviceType(rawValue: String(parts[4])),
            let id = DomainID(text: parts[5]), let handle = UInt32(parts[6]),
            let record = table.record(id: id),
            let device = record.devices.first(where: { $0.type == type && $0.handle == handle })
        else { return }
        await refresh(device, record)
    }

    private func refresh(_ device: DeviceRecord, _ record: DomainRecord) async {
        guard let id = record.id else { return }
        let place = DevicePath(type: device.type, domain: id, backend: device.backend, handle: device.handle)
        let front = place.frontendDirectory
        let isConnected = (try? await machine.store.readIfPresent("\(place.backendDirectory)/state")) ?? nil == "4"
        var port: UInt32?
        if isConnected {
            let shared = (try? await machine.store.readIfPresent("\(front)/event-channel")) ?? nil
            let split = (try? await machine.store.readIfPresent("\(front)/event-channel-tx")) ?? nil
            port = (shared ?? split).flatMap(UInt32.init)
        }
        table.note(.connected(device.slot, eventPort: port), of: record.uuid)
    }
}
