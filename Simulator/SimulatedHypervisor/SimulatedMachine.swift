import DomainModel
import HostInterface
import HypervisorInterface

/// A simulated machine that runs Xen: memory, domains, xenstored, the back-end drivers and console daemon of domain
/// 0, guests.
///
/// The daemon reaches it through the handles of an `Incarnation`; a scenario acts on guests and looks at the machine
/// itself.
///
/// `@unchecked Sendable`: daemon tasks hold it through their handles. It is synchronous state, touched only on the
/// thread of the simulation's executor: by those tasks, which run there, and by the events of its timeline.
public final class SimulatedMachine: @unchecked Sendable {
    /// What it has; does not change.
    public let configuration: MachineConfiguration
    /// Its xenstore.
    public let store: XenStored
    /// Domain 0's devices.
    public let hardware: HostHardware
    /// What the kernel paths on this host hold.
    public let kernels: KernelCatalogue
    /// What goes wrong here.
    public let faults: FaultPlan
    /// What was not right in images that domains were restored from: each as a sentence.
    public private(set) var corruptions: [String] = []
    /// How often Xen has told of a domain, for statistics: a look at a thousand domains tells of a thousand.
    public internal(set) var reportsTold = 0
    /// Told of everything worth tracing: a line of text without time.
    public var trace: ((String) -> Void)?
    /// See `SimulatedHost.onDomainState`; of this boot only.
    public var onDomainState: ((DomainID, DomainUUID, String) -> Void)?

    let timeline: Timeline
    let scheduler: CPUScheduler
    let log = XenLog()
    let consoles: ConsoleDaemon
    @exclusivity(unchecked) var domains: [DomainID: SimulatedDomain] = [:]
    /// The ids of `domains`, ascending.
    var order: [DomainID] = []
    /// What happens to `domains`.
    let changes = DomainChangeLog()
    var freePages: UInt64
    let bootedAt: Instant
    /// The id chosen last: Xen goes on from there.
    var lastID: UInt16 = 0
    var buses: [DomainID: BackendBus] = [:]
    var exitedDomains: Set<DomainID> = []
    var nextFrame: UInt64 = 0x10_0000
    /// Numbers for the kernels that are booted: the seeds of their memory's contents.
    var nextGuestSeed: UInt64 = 0

    /// A machine that has just booted: Xen, domain 0, xenstored, console daemon.
    public init(
        _ configuration: MachineConfiguration, timeline: Timeline, hardware: HostHardware = HostHardware(),
        kernels: KernelCatalogue = KernelCatalogue(), faults: FaultPlan? = nil
    ) {
        self.configuration = configuration
        self.timeline = timeline
        self.hardware = hardware
        self.kernels = kernels
        self.faults = faults ?? FaultPlan(timeline: timeline)
        let latencies = configuration.latencies
        store = XenStored(timeline: timeline, latency: latencies.watch)
        scheduler = CPUScheduler(cpus: configuration.cpus, timeline: timeline)
        consoles = ConsoleDaemon(timeline: timeline, latency: latencies.console)
        bootedAt = timeline.now
        freePages = (configuration.memory - configuration.domainZeroMemory).pages
        bootDomainZero()
    }

    private func bootDomainZero() {
        let creation = DomainCreation(
            id: .zero, uuid: DomainUUID(bytes: Array(repeating: 0, count: 16)), vcpus: configuration.cpus)
        let zero = SimulatedDomain(creation, id: .zero, changes: changes)
        zero.pages = configuration.domainZeroMemory.pages
        zero.maximumPages = zero.pages
        zero.pauseCount = 0
        zero.onlineVCPUs = configuration.cpus
        insert(zero)
        let version = configuration.version
        log.add("Xen version \(version.major).\(version.minor)\(version.extra) (simulated)")
        log.add("System RAM: \(configuration.memory.mebibytes)MB (\(configuration.memory.kibibytes)kB)")
        log.add("Using scheduler: SMP Credit Scheduler rev2 (\(configuration.scheduler))")
        for (name, value) in [
            ("name", "Domain-0"), ("domid", "0"),
            ("memory/target", String(configuration.domainZeroMemory.kibibytes)),
        ] { try? store.write("/local/domain/0/\(name)", value) }
        store.introduced.insert(.zero)
        buses[.zero] = BackendBus(owner: .zero, machine: self)
        consoles.start(machine: self)
    }

    /// The power is gone: nothing of this machine happens any more.
    package func halt() {
        trace = nil
        onDomainState = nil
        for id in order { domains[id]?.guest?.powerOff() }
        for owner in buses.keys.sorted() { buses[owner]?.stop() }
        buses = [:]
        domains = [:]
        order = []
        store.halt()
    }

    func noteCorruption(_ text: String) {
        corruptions.append(text)
        trace?("\(configuration.name): \(text)")
    }

    // MARK: Domains

    func insert(_ domain: SimulatedDomain) {
        domains[domain.id] = domain
        changes.note(domain.id)
        let place = order.partitioningIndex { $0 > domain.id }
        order.insert(domain.id, at: place)
    }

    func drop(_ id: DomainID) {
        domains[id] = nil
        changes.note(id)
        let place = order.partitioningIndex { $0 >= id }
        if place < order.count, order[place] == id { order.remove(at: place) }
    }

    func find(_ call: String, _ id: DomainID) throws(HypervisorError) -> SimulatedDomain {
        guard let domain = domains[id] else { throw HypervisorError(call, id, .noSuchDomain) }
        return domain
    }

    /// Tells whoever draws time lines.
    func stateChanged(_ domain: SimulatedDomain, _ state: @autoclosure () -> String) {
        onDomainState?(domain.id, domain.uuid, state())
        trace?("\(configuration.name): domain \(domain.id) \(state())")
    }
}

extension Array {
    /// The first index from which on `isBeyond` holds, by bisection.
    func partitioningIndex(_ isBeyond: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if isBeyond(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
