import DomainModel

/// One virtual cpu.
public struct VCPUReport: Hashable, Sendable {
    /// From 0.
    public var number: Int
    /// The physical cpu it ran on last; nil when it is offline.
    public var cpu: Int?
    /// It is on a physical cpu at this moment.
    public var isRunning: Bool
    /// It waits for an event.
    public var isBlocked: Bool
    /// Since the domain was made.
    public var cpuTime: Duration
    /// The physical cpus that it may run on.
    public var affinity: CPUSet

    public init(number: Int, cpu: Int?, isRunning: Bool, isBlocked: Bool, cpuTime: Duration, affinity: CPUSet) {
        self.number = number
        self.cpu = cpu
        self.isRunning = isRunning
        self.isBlocked = isBlocked
        self.cpuTime = cpuTime
        self.affinity = affinity
    }
}

/// What Xen says about the machine (xc_physinfo, xc_version).
public struct NodeReport: Hashable, Sendable {
    /// Of Xen: 4 in 4.17.
    public var major: Int
    /// Of Xen: 17 in 4.17.
    public var minor: Int
    /// `.7`, say.
    public var extra: String
    /// Physical ones that are online.
    public var cpus: Int
    /// NUMA nodes.
    public var nodes: Int
    /// Of the first cpu; the others are taken to be like it.
    public var coresPerSocket: Int
    /// Of the first core.
    public var threadsPerCore: Int
    /// Of the first cpu at its full speed.
    public var cpuKilohertz: Int
    /// Of the machine.
    public var totalMemory: MemorySize
    /// Not given to any domain, nor used by Xen.
    public var freeMemory: MemorySize
    /// `xen-3.0-x86_64 hvm-3.0-x86_64 …`
    public var capabilities: String
    /// `credit2`, say.
    public var scheduler: String
    /// Xen's compile facts, for `xm info`: compiler, by, domain, date, changeset, command line.
    public var compile: CompileReport
    /// Which guests Xen can run: PVH guests need a processor with nested paging, which what it says of itself does not tell.
    public var canRun: Set<GuestKind>
    /// Whether a PV guest's dirtied pages can be tracked (needs shadow paging in Xen), and a PVH guest's.
    public var canMigrateLive: Set<GuestKind>

    /// What clients of Xen 3 take it for: they know `credit` by its weights and caps, which credit2 has, too.
    public var schedulerOfXen3: String { scheduler == "credit2" ? "credit" : scheduler }

    public init(
        major: Int, minor: Int, extra: String, cpus: Int, nodes: Int = 1, coresPerSocket: Int, threadsPerCore: Int,
        cpuKilohertz: Int, totalMemory: MemorySize, freeMemory: MemorySize, capabilities: String, scheduler: String,
        compile: CompileReport = CompileReport(), canRun: Set<GuestKind>, canMigrateLive: Set<GuestKind>
    ) {
        self.major = major
        self.minor = minor
        self.extra = extra
        self.cpus = cpus
        self.nodes = nodes
        self.coresPerSocket = coresPerSocket
        self.threadsPerCore = threadsPerCore
        self.cpuKilohertz = cpuKilohertz
        self.totalMemory = totalMemory
        self.freeMemory = freeMemory
        self.capabilities = capabilities
        self.scheduler = scheduler
        self.compile = compile
        self.canRun = canRun
        self.canMigrateLive = canMigrateLive
    }
}

/// How this Xen was built and booted, for people (`xl info`).
public struct CompileReport: Hashable, Sendable {
    /// Its name and version.
    public var compiler = ""
    /// Who built it.
    public var by = ""
    /// In which network.
    public var domain = ""
    /// As the compiler's machine wrote it.
    public var date = ""
    /// Of Xen's sources.
    public var changeset = ""
    /// What Xen was told at its boot.
    public var commandLine = ""
    public init() {}
}
