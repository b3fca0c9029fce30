import DomainModel

/// One virtual cpu.
public struct VCPUReport: Hashable, Sendable {
    public var number: Int
    /// The physical cpu it ran on last; nil when it is offline.
    public var cpu: Int?
    public var isRunning: Bool
    public var isBlocked: Bool
    public var cpuTime: Duration
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
    public var major: Int
    public var minor: Int
    /// `.7`, say.
    public var extra: String
    public var cpus: Int
    public var nodes: Int
    public var coresPerSocket: Int
    public var threadsPerCore: Int
    public var cpuKilohertz: Int
    public var totalMemory: MemorySize
    public var freeMemory: MemorySize
    /// `xen-3.0-x86_64 hvm-3.0-x86_64 …`
    public var capabilities: String
    /// `credit2`, say.
    public var scheduler: String
    /// Xen's compile facts, for `xm info`: compiler, by, domain, date, changeset, command line.
    public var compile: CompileReport
    /// Whether a PV guest's dirtied pages can be tracked (needs shadow paging in Xen), and a PVH guest's.
    public var canMigrateLive: Set<GuestKind>

    public init(
        major: Int, minor: Int, extra: String, cpus: Int, nodes: Int = 1, coresPerSocket: Int, threadsPerCore: Int,
        cpuKilohertz: Int, totalMemory: MemorySize, freeMemory: MemorySize, capabilities: String, scheduler: String,
        compile: CompileReport = CompileReport(), canMigrateLive: Set<GuestKind>
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
        self.canMigrateLive = canMigrateLive
    }
}

public struct CompileReport: Hashable, Sendable {
    public var compiler = ""
    public var by = ""
    public var domain = ""
    public var date = ""
    public var changeset = ""
    public var commandLine = ""
    public init() {}
}
