/// What Xen says about a domain at one moment (xc_domaininfo_t).
public struct DomainReport: Hashable, Sendable {
    /// Used again by Xen after the domain's end.
    public var id: DomainID
    /// The handle that the domain was made with. All zero for domain 0.
    public var uuid: DomainUUID
    /// PVH guests are HVM ones to Xen.
    public var kind: GuestKind
    /// At least one vcpu is running at this moment.
    public var isRunning: Bool
    /// All vcpus wait for an event.
    public var isBlocked: Bool
    /// Paused by the toolstack.
    public var isPaused: Bool
    /// The guest stopped by itself, for this reason.
    public var shutdownReason: ShutdownReason?
    /// Destroyed, but something still holds a reference.
    public var isDying: Bool
    /// What it has now.
    public var memory: MemorySize
    /// What it can grow to.
    public var maximumMemory: MemorySize
    /// Of all vcpus together.
    public var cpuTime: Duration
    /// Virtual cpus that the guest has brought up.
    public var onlineVCPUs: Int

    /// Nothing of it will run any more: it holds nothing, and takes part in nothing.
    public var hasEnded: Bool { shutdownReason != nil || isDying }

    /// Whether an earlier report says the same, but for the time that its cpus have had since.
    public func isAs(_ earlier: DomainReport) -> Bool {
        var earlier = earlier
        earlier.cpuTime = cpuTime
        return self == earlier
    }

    public init(
        id: DomainID, uuid: DomainUUID, kind: GuestKind = .pv, isRunning: Bool = false, isBlocked: Bool = false,
        isPaused: Bool = false, shutdownReason: ShutdownReason? = nil, isDying: Bool = false, memory: MemorySize,
        maximumMemory: MemorySize, cpuTime: Duration = .zero, onlineVCPUs: Int = 1
    ) {
        self.id = id
        self.uuid = uuid
        self.kind = kind
        self.isRunning = isRunning
        self.isBlocked = isBlocked
        self.isPaused = isPaused
        self.shutdownReason = shutdownReason
        self.isDying = isDying
        self.memory = memory
        self.maximumMemory = maximumMemory
        self.cpuTime = cpuTime
        self.onlineVCPUs = onlineVCPUs
    }
}
