import DomainModel

/// What a simulated machine is made of.
public struct MachineConfiguration: Sendable {
    /// The name of the host; also what the faults and traces call it.
    public var name: String
    /// All memory of the machine, domain 0's included.
    public var memory: MemorySize
    /// What domain 0 holds.
    public var domainZeroMemory: MemorySize
    /// Physical cpus; domain 0 has as many virtual ones.
    public var cpus: Int
    /// Of each cpu.
    public var cpuKilohertz = 2_400_000
    /// Xen's version: major, minor, and the rest as text.
    public var version = (major: 4, minor: 17, extra: ".7")
    /// As Xen calls it.
    public var scheduler = "credit2"
    /// The kinds of guest that Xen can run: PVH guests need nested paging.
    public var canRun: Set<GuestKind> = [.pv, .pvh]
    /// The kinds of guest whose dirtied pages Xen can track. (Debian's own Xen cannot for PV: it has no shadow paging.)
    public var canMigrateLive: Set<GuestKind> = [.pv, .pvh]
    /// A block device that is open for a domain may not be opened for another one. Linux' blkback does not check this.
    public var exclusiveBlockDevices = false
    /// How long things take.
    public var latencies = Latencies()

    public init(
        name: String = "alpha", memory: MemorySize = MemorySize(mebibytes: 4096),
        domainZeroMemory: MemorySize = MemorySize(mebibytes: 128), cpus: Int = 2
    ) {
        self.name = name
        self.memory = memory
        self.domainZeroMemory = domainZeroMemory
        self.cpus = cpus
    }
}

/// How long things take in simulated time. The same every time, so that a run can be repeated; measured on a real Xen
/// where there was something to measure. Zero = at once.
public struct Latencies: Hashable, Sendable {
    /// A hypercall that only looks or sets a field.
    public var hypercall: Duration = .zero
    /// An empty domain.
    public var createDomain: Duration = .milliseconds(2)
    /// Building, besides the memory.
    public var build: Duration = .milliseconds(60)
    /// Populating or freeing a GiB.
    public var memoryPerGiB: Duration = .milliseconds(80)
    /// Destroying, besides the memory.
    public var destroyDomain: Duration = .milliseconds(20)
    /// Saving or restoring a GiB, when the other end is as fast.
    public var copyPerGiB: Duration = .milliseconds(900)
    /// A request to xenstored.
    public var store: Duration = .zero
    /// Until a watch event reaches a kernel or the daemon.
    public var watch: Duration = .microseconds(100)
    /// Until xenstored notices that a domain exited.
    public var virq: Duration = .microseconds(200)
    /// Until the console daemon has made a pseudo-terminal, or given one up.
    public var console: Duration = .milliseconds(1)
    /// What a front-end or back-end driver needs for one step of the handshake.
    public var driver: Duration = .milliseconds(1)

    public init() {}

    /// A machine that takes no time: what is left is what xend itself takes.
    public static var none: Latencies {
        var latencies = Latencies()
        for part in [
            \Latencies.hypercall, \.createDomain, \.build, \.memoryPerGiB, \.destroyDomain, \.copyPerGiB, \.store,
            \.watch,
            \.virq, \.console, \.driver,
        ] { latencies[keyPath: part] = .zero }
        return latencies
    }

    /// Populating or freeing that much.
    func memory(_ size: MemorySize) -> Duration { memoryPerGiB * (Double(size.pages) / 262_144) }
    /// Copying that much in a save or restore.
    func copy(_ size: MemorySize) -> Duration { copyPerGiB * (Double(size.pages) / 262_144) }
}
