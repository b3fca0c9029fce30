import DomainLifecycle
import DomainModel
import DriverDomain
import HostInterface
import HypervisorInterface
import SExpressions

extension DomainManager {
    /// Performs one step. Undo steps come here too: they must be fine when there is nothing to take back.
    func perform(_ step: Step, of plan: Plan) async throws(StepFailure) {
        guard let record = table[plan.domain] else { return }
        switch step {
        case .checkImage(let image): try await check(image)
        case .createDomain(let id, let kind, let vcpus): try await createDomain(id, kind, vcpus, record)
        case .limitMemory(let size):
            try await hypervisor(step, record) { xen, id throws(HypervisorError) in
                try await xen.setMaximumMemory(size, of: id)
            }
        case .build(let image, let memory, let vcpus): try await build(image, memory, vcpus, record)
        case .introduce(let memory, let maximum, let vcpus): try await introduce(memory, maximum, vcpus, record)
        case .openConsole(let port): try await openConsole(port, record)
        case .keepConsole(let port): try await keepConsole(port, record)
        case .joinConsole: joinConsole(record)
        case .attach(let device): try await attach(device, record)
        case .pin(let cpus, let vcpu): try await pin(vcpu, to: cpus, record)
        case .weigh(let weight, let cap): try await weigh(weight, cap, record)
        case .pause:
            try await hypervisor(step, record) { xen, id throws(HypervisorError) in try await xen.pause(id) }
        case .unpause:
            try await hypervisor(step, record) { xen, id throws(HypervisorError) in try await unpause(id, xen) }
        case .requestShutdown(let request): try await writeControl(request.controlWord, record)
        case .setMemoryTarget(let size): try await writeTarget(size, record)
        case .setVCPUs(let count): try await writeAvailability(count, record)
        case .sysrq(let key): try await writeSysRq(key, record)
        case .rename(let name): try await writeName(name, record)
        case .restoreName: try await writeName(record.name, record)
        case .reconfigure(let device, let config): try await reconfigure(device, config, record)
        case .transfer(let transfer): try await perform(transfer, of: plan, record)
        case .detach(let slot, let force): try await detach(slot, force: force, record)
        case .releaseRemains: try await releaseRemains(record)
        case .closeConsole: await closeConsole(plan.domain)
        case .leaveConsole: await leaveConsole(plan.domain)
        case .withdraw: try await withdraw(record)
        case .destroyDomain: try await destroyDomain(record)
        case .awaitGone: try await awaitGone(record)
        case .remember: try await remember(plan)
        case .forget: try await forget(plan)
        case .announce(let announcement): announce(announcement, record)
        }
    }

    private func announce(_ announcement: Announcement, _ record: DomainRecord) {
        guard let id = record.id else { return }
        events.publish(announcement.event(name: record.name, id: id))
        // The original's words (reference/domain.md §5).
        if announcement == .restart(.fail) { log.error("VM \(record.name) restarting too fast") }
    }

    /// Runs a hypercall on the record's domain, its error in words. A pause of a domain that is gone is done.
    private func hypervisor(
        _ step: Step, _ record: DomainRecord,
        _ body: (any Hypervisor, DomainID) async throws(HypervisorError) -> Void
    ) async throws(StepFailure) {
        guard let id = record.id else { return }
        do {
            try await body(machine.hypervisor, id)
        } catch {
            // On the way to its end a domain may have gone by itself.
            if error.reason == .noSuchDomain, case .ending = record.stage { return }
            throw StepFailure("cannot \(step) \(record.title): \(error)", isLate: true)
        }
    }

    /// Xen counts pauses, also those of others; for users a domain is paused or not.
    private func unpause(_ id: DomainID, _ xen: any Hypervisor) async throws(HypervisorError) {
        for _ in 0..<Self.maximumPauses {
            guard try await xen.domain(id)?.isPaused ?? false else { return }
            try await xen.unpause(id)
        }
    }

    /// More than any toolstack piles up.
    private static let maximumPauses = 16
    /// The console daemon lets go of a dead domain about as soon as it hears of it; then it is gone.
    private static let firstGoneInterval = Duration.microseconds(50)

    // MARK: - Building

    private func check(_ image: ImageConfig) async throws(StepFailure) {
        try await check(image.kernel, "Kernel image")
        if let ramdisk = image.ramdisk { try await check(ramdisk, "Kernel ramdisk") }
    }

    private func check(_ path: String, _ what: String) async throws(StepFailure) {
        do {
            guard try await host.files.imageInformation(path)?.kind == .file else {
                throw StepFailure("\(what) does not exist: \(path)", kind: .invalid)
            }
        } catch let failure as StepFailure {
            throw failure
        } catch {
            throw StepFailure("\(what) cannot be read: \(error)", kind: .invalid)
        }
    }

    private func createDomain(
        _ id: DomainID?, _ kind: GuestKind, _ vcpus: Int, _ record: DomainRecord
    ) async throws(StepFailure) {
        do {
            let creation = DomainCreation(id: id, uuid: record.uuid, kind: kind, vcpus: vcpus)
            let new = try await machine.hypervisor.createDomain(creation)
            table.note(.created(new), of: record.uuid)
        } catch {
            throw StepFailure("cannot create \(record.title): \(error)")
        }
    }

    private func build(
        _ image: ImageConfig, _ memory: MemorySize, _ vcpus: Int, _ record: DomainRecord
    ) async throws(StepFailure) {
        guard let id = record.id else { return }
        // Asked before: a build that fails gives back what it took.
        let free = try? await machine.hypervisor.node().freeMemory
        // Not left to Xen: what describes a domain's memory takes memory of domain 0 before Xen is asked for any.
        if let free, memory > free {
            throw StepFailure("cannot build \(record.title): \(memoryShortage(memory, free))")
        }
        do {
            let channels = machine.eventChannels
            let storePort = try await channels.allocateUnbound(in: id, remote: .zero)
            let consolePort = try await channels.allocateUnbound(in: id, remote: .zero)
            let build = DomainBuild(
                kernel: image.kernel, ramdisk: image.ramdisk, commandLine: image.commandLine, kind: image.kind,
                memory: memory, vcpus: vcpus, storePort: storePort, consolePort: consolePort)
            let built = try await machine.hypervisor.build(id, build)
            rings[record.uuid] = DomainRings(storePort: storePort, consolePort: consolePort, built: built)
        } catch {
            let why = error.reason == .noMemory ? memoryShortage(memory, free) : "\(error)"
            throw StepFailure("cannot build \(record.title): \(why)")
        }
    }

    /// Where more was free than is wanted, Xen needed some of it for itself, or somebody else was faster.
    private func memoryShortage(_ wanted: MemorySize, _ free: MemorySize?) -> String {
        guard let free else { return "not enough memory for \(wanted)" }
        let when = free < wanted ? "free" : "free when it began"
        return "not enough memory: \(wanted) wanted, \(free) \(when)"
    }

    // MARK: - Scheduling

    /// - Parameter vcpu: nil = all.
    private func pin(_ vcpu: Int?, to cpus: CPUSet, _ record: DomainRecord) async throws(StepFailure) {
        guard let id = record.id else { return }
        let what = vcpu.map { "vcpu \($0) of " } ?? ""
        let title = "cannot pin \(what)\(record.title) to \(cpus.cpus == nil ? "" : "cpu ")\(cpus)"
        do {
            let count = try await machine.hypervisor.node().cpus
            guard cpus.cpus?.allSatisfy({ $0 < count }) ?? true else {
                throw StepFailure("\(title): the machine has cpus 0 to \(count - 1) (-1 = any)", kind: .invalid)
            }
            let known = try await machine.hypervisor.vcpus(of: id).map(\.number)
            guard vcpu.map(known.contains) ?? true else {
                throw StepFailure("\(title): it has vcpus 0 to \(known.count - 1)", kind: .invalid)
            }
            for number in known where vcpu == nil || vcpu == number {
                try await machine.hypervisor.setAffinity(cpus, ofVCPU: number, of: id)
            }
        } catch let failure as StepFailure {
            throw failure
        } catch {
            throw StepFailure("\(title): \(error)")
        }
    }

    private func weigh(_ weight: Int?, _ cap: Int?, _ record: DomainRecord) async throws(StepFailure) {
        guard let id = record.id else { return }
        do {
            var parameters = try await machine.hypervisor.schedulerParameters(of: id)
            parameters.weight = weight ?? parameters.weight
            parameters.cap = cap ?? parameters.cap
            try await machine.hypervisor.setSchedulerParameters(parameters, of: id)
        } catch {
            throw StepFailure("cannot set the weight of \(record.title): \(error)")
        }
    }

    // MARK: - Devices

    func path(of device: DeviceRecord, _ record: DomainRecord) -> DevicePath? {
        record.id.map {
            DevicePath(type: device.type, domain: $0, backend: device.backend, handle: device.handle)
        }
    }

    private func attach(_ device: DeviceRecord, _ record: DomainRecord) async throws(StepFailure) {
        guard let path = path(of: device, record) else { return }
        watchBackends(of: device.backend)
        // Known from now on: whatever happens, it is released with the domain.
        table.note(.attached(device), of: record.uuid)
        do {
            switch device.config {
            case .vif(let vif):
                try await drivers.attach(vif: vif, at: path, domainName: record.name.rawValue)
            case .vbd(let vbd): try await attach(vbd, device, at: path, record)
            case .pci: throw DeviceError("xend does not pass PCI devices through")
            }
        } catch {
            throw StepFailure("cannot connect \(device.slot) of \(record.title): \(error)", isLate: true)
        }
    }

    private func attach(
        _ vbd: VBDConfig, _ device: DeviceRecord, at path: DevicePath, _ record: DomainRecord
    ) async throws(DeviceError) {
        let bound = try await drivers.bind(vbd: vbd, backend: device.backend)
        var device = device
        device.node = bound.node
        device.nodeNumber = bound.number
        device.isBound = bound.isBound
        table.note(.attached(device), of: record.uuid)
        let key: BackingKey =
            if !bound.isBound, let number = bound.number {
                .device(number: number, backend: device.backend)
            } else {
                .file(path: vbd.details, backend: device.backend)
            }
        let use = await hostUse(bound.number)
        do {
            try table.claim(
                key, uname: vbd.uname, for: device.slot, of: record.uuid, isWritable: vbd.isWritable,
                isForced: vbd.isForced, hostUse: use)
        } catch {
            throw DeviceError("\(error)")
        }
        try await drivers.attach(vbd: vbd, on: bound, at: path)
    }

    private func hostUse(_ number: UInt32?) async -> HostUse {
        guard let number else { return .none }
        return switch await host.node.mountState(ofDevice: number) {
        case .notMounted: .none
        case .readOnly: .readOnly
        case .readWrite: .readWrite
        }
    }

    private func reconfigure(
        _ device: DeviceRecord, _ config: DeviceConfig, _ record: DomainRecord
    ) async throws(StepFailure) {
        guard let path = path(of: device, record), case .vif(let old) = device.config, case .vif(let new) = config
        else { return }
        do {
            try await drivers.reconfigure(vif: old, to: new, at: path, domainName: record.name.rawValue)
        } catch {
            throw StepFailure("cannot reconfigure \(device.slot) of \(record.title): \(error)")
        }
    }

    private func detach(_ slot: DeviceSlot, force: Bool, _ record: DomainRecord) async throws(StepFailure) {
        guard let device = record.devices.first(where: { $0.slot == slot }), let path = path(of: device, record)
        else { return }
        do {
            switch device.config {
            case .vif(let vif):
                try await drivers.release(vif: vif, at: path, domainName: record.name.rawValue, force: force)
            case .vbd(let vbd):
                let bound = device.node.map {
                    BoundBlockDevice(node: $0, number: device.nodeNumber, isBound: device.isBound)
                }
                try await drivers.release(vbd: path, config: vbd, on: bound, force: force)
            case .pci: break
            }
            table.note(.detached(slot), of: record.uuid)
        } catch {
            if error.kind == .inUse { table.note(.kept(slot), of: record.uuid) }
            throw StepFailure("cannot release \(slot) of \(record.title): \(error)")
        }
    }

    private func releaseRemains(_ record: DomainRecord) async throws(StepFailure) {
        guard let id = record.id else { return }
        let held = await drivers.releaseRemains(of: id)
        guard held.isEmpty else { throw StepFailure(held.joined(separator: "; ")) }
    }

    // MARK: - Ending

    private func destroyDomain(_ record: DomainRecord) async throws(StepFailure) {
        guard let id = record.id else { return }
        do {
            guard let report = try await machine.hypervisor.domain(id), report.uuid == record.uuid else { return }
            try await machine.hypervisor.destroy(id)
        } catch {
            guard error.reason != .noSuchDomain else { return }
            throw StepFailure("cannot destroy \(record.title): \(error)")
        }
        guard case .creating = record.stage else { return }
        // An undone creation has given its memory back when it is answered.
        try? await awaitGone(record)
    }

    private func awaitGone(_ record: DomainRecord) async throws(StepFailure) {
        guard let id = record.id else { return }
        let deadline = host.clock.now + settings.goneTimeout
        var interval = Self.firstGoneInterval
        while true {
            switch await presence(of: record, id) {
            case .gone: return try await removeLateNodes(record, id)
            case .replaced: return
            case .there, .unknown: break
            }
            guard host.clock.now < deadline else {
                throw StepFailure("Xen still has \(record.title): something holds its memory (a device, or a mapping)")
            }
            do {
                try await host.clock.sleep(for: interval)
            } catch {
                throw StepFailure("xend is stopping")
            }
            interval = min(interval * 2, .milliseconds(200))
        }
    }

    private enum Presence { case gone, replaced, there, unknown }

    /// What Xen has under a domain's id. Who cannot look does not know that it has gone.
    private func presence(of record: DomainRecord, _ id: DomainID) async -> Presence {
        do throws(HypervisorError) {
            guard let report = try await machine.hypervisor.domain(id) else { return .gone }
            guard report.uuid == record.uuid else { return .replaced }
            table.note(.reported(report), of: record.uuid)
            return .there
        } catch {
            if error.reason == .noSuchDomain { return .gone }
            log.warning("cannot see whether \(record.title) has gone: \(error)")
            return .unknown
        }
    }
}
