import DomainLifecycle
import DomainModel
import HostInterface
import HypervisorInterface

/// Steps that make a domain: kernel, Xen's empty domain, memory.
struct DomainBuilder: ManagerPart {
    let context: ManagerContext

    /// Kernel and ramdisk exist on the host.
    func check(_ image: ImageConfig) async throws(StepFailure) {
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

    func create(
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

    func build(
        _ image: ImageConfig, _ memory: MemorySize, _ maximum: MemorySize, _ vcpus: Int, _ record: DomainRecord,
        _ performance: Performance
    ) async throws(StepFailure) {
        guard let id = record.id else { return }
        // Asked before: a build that fails gives back what it took.
        let free = try? await machine.hypervisor.node().freeMemory
        // Not left to Xen: what describes a domain's memory takes memory of domain 0 before Xen is asked for any.
        if let free, memory > free {
            throw StepFailure("cannot build \(record.title): \(memoryShortage(memory, free))")
        }
        do {
            let (storePort, consolePort) = try await allocatePorts(in: id)
            let build = DomainBuild(
                kernel: image.kernel, ramdisk: image.ramdisk, commandLine: image.commandLine, kind: image.kind,
                memory: memory, maximumMemory: maximum, vcpus: vcpus, storePort: storePort, consolePort: consolePort)
            let built = try await machine.hypervisor.build(id, build)
            performance.rings = DomainRings(storePort: storePort, consolePort: consolePort, built: built)
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

    /// An empty domain gets its memory from elsewhere.
    func fill(_ record: DomainRecord, _ performance: Performance) async throws(StepFailure) {
        guard let id = record.id, let input = performance.input else {
            throw StepFailure("there is nothing to restore from")
        }
        performance.task?.belongs(to: id)
        do {
            let (storePort, consolePort) = try await allocatePorts(in: id)
            let restore = DomainRestore(
                kind: record.config?.image.kind ?? .pv, storePort: storePort, consolePort: consolePort)
            let built = try await machine.hypervisor.restore(id, restore, input: input)
            performance.rings = DomainRings(storePort: storePort, consolePort: consolePort, built: built)
        } catch {
            let why = error.reason == .callback ? error.text ?? error.description : error.description
            throw StepFailure("its memory cannot be restored: \(why)", isLate: true)
        }
        do {
            try await input.finish()
        } catch {
            throw StepFailure("its memory cannot be restored: \(error)", isLate: true)
        }
        try passPointOfNoReturn(performance)
    }

    /// For the rings of xenstore and console.
    private func allocatePorts(
        in id: DomainID
    ) async throws(HypervisorError) -> (store: EventPort, console: EventPort) {
        let channels = machine.eventChannels
        return (
            try await channels.allocateUnbound(in: id, remote: .zero),
            try await channels.allocateUnbound(in: id, remote: .zero)
        )
    }

    /// Who was told that the restoration is being cancelled does not get the domain. What comes from a host is decided by both.
    private func passPointOfNoReturn(_ performance: Performance) throws(StepFailure) {
        guard let task = performance.task, task.information.operation == "restore" else { return }
        do {
            try task.passPointOfNoReturn()
        } catch {
            throw StepFailure("\(error)", isLate: true)
        }
    }
}
