import DomainModel

/// What Xen can be asked, as low as libxenctrl and libxenguest: no names, no policy, no retries.
///
/// A call is one hypercall or one library call. Each may block for as long as Xen takes; callers never hold anything while
/// they wait. Behind it: `XenHypervisor` (the real one) and `SimulatedHypervisor`.
public protocol Hypervisor: Sendable {
    // MARK: The node

    /// Version, memory, cpus.
    func node() async throws(HypervisorError) -> NodeReport
    /// Xen's own log ring; `clear` empties it after reading.
    func consoleRing(clear: Bool) async throws(HypervisorError) -> [UInt8]

    // MARK: Looking

    /// Every domain Xen has, dying ones included, by id.
    func domains() async throws(HypervisorError) -> [DomainReport]
    /// What has changed since an earlier look at this machine, and besides, how some domains are in any case.
    ///
    /// - Parameter look: nil: everything is told. A machine may always tell everything.
    func changes(
        since look: DomainLook?, besides ids: Set<DomainID>
    ) async throws(HypervisorError) -> DomainChanges
    /// One domain; nil when Xen has none of this id.
    func domain(_ id: DomainID) async throws(HypervisorError) -> DomainReport?
    /// The virtual cpus of a domain, by number.
    func vcpus(of id: DomainID) async throws(HypervisorError) -> [VCPUReport]

    // MARK: Making

    /// Makes an empty, paused domain.
    /// - Throws: `exists` when `creation.id` is taken.
    func createDomain(_ creation: DomainCreation) async throws(HypervisorError) -> DomainID
    /// The limit above which the domain cannot grow.
    func setMaximumMemory(_ size: MemorySize, of id: DomainID) async throws(HypervisorError)
    /// Gives the domain its memory and puts the kernel into it. The domain stays paused.
    func build(_ id: DomainID, _ build: DomainBuild) async throws(HypervisorError) -> BuiltDomain

    // MARK: Running

    /// Stops its cpus until `unpause`. Nothing happens to a domain that is paused already.
    func pause(_ id: DomainID) async throws(HypervisorError)
    /// Lets its cpus run. Nothing happens to a domain that is not paused.
    func unpause(_ id: DomainID) async throws(HypervisorError)
    /// Lets a suspended domain run on, as after a failed save.
    func resume(_ id: DomainID) async throws(HypervisorError)
    /// Ends the domain and frees what nobody else holds. It stays *dying* until its last reference is gone.
    func destroy(_ id: DomainID) async throws(HypervisorError)
    /// Gives a domain another uuid.
    func setHandle(_ uuid: DomainUUID, of id: DomainID) async throws(HypervisorError)
    /// Which physical cpus a virtual one may run on.
    func setAffinity(_ cpus: CPUSet, ofVCPU vcpu: Int, of id: DomainID) async throws(HypervisorError)
    /// Weight and cap of the credit scheduler.
    func schedulerParameters(of id: DomainID) async throws(HypervisorError) -> SchedulerParameters
    /// Changes the domain's share of the cpus from now on.
    func setSchedulerParameters(_ parameters: SchedulerParameters, of id: DomainID) async throws(HypervisorError)

    // MARK: Moving

    /// Writes the domain as a libxc migration stream, version 3, and leaves it suspended.
    /// - Throws: `cancelled` when the task is cancelled before `suspend` was called; what `suspend` and `output` throw, as `callback`.
    func save(
        _ id: DomainID, live: Bool, output: any ImageOutput, observer: any SaveObserver
    ) async throws(HypervisorError)
    /// Writes a core of the domain, which stays as it is: an ELF file in the form of libxc's `xc_domain_dumpcore`, with the sections
    /// `.note.Xen`, `.xen_prstatus`, `.xen_pages` and `.xen_p2m` or `.xen_pfn`.
    /// - Throws: what `output` throws, as `callback`.
    func dumpCore(_ id: DomainID, output: any ImageOutput) async throws(HypervisorError)
    /// Fills a domain that `createDomain` made from a libxc migration stream.
    func restore(_ id: DomainID, _ restore: DomainRestore, input: any ImageInput) async throws(HypervisorError)
        -> BuiltDomain
}

extension Hypervisor {
    /// Xen counts no changes: all domains are asked for in one call, and compared with those of the last look.
    public func changes(
        since look: DomainLook?, besides ids: Set<DomainID>
    ) async throws(HypervisorError) -> DomainChanges {
        DomainChanges(since: look, until: try await domains(), besides: ids)
    }
}

/// An empty domain to make.
public struct DomainCreation: Hashable, Sendable {
    /// nil: Xen chooses.
    public var id: DomainID?
    /// Xen keeps it, and reports it: by this a domain is known again.
    public var uuid: DomainUUID
    /// How it will be built.
    public var kind: GuestKind
    /// The most it can ever use.
    public var vcpus: Int

    public init(id: DomainID? = nil, uuid: DomainUUID, kind: GuestKind = .pv, vcpus: Int = 1) {
        self.id = id
        self.uuid = uuid
        self.kind = kind
        self.vcpus = vcpus
    }
}

/// A kernel to put into an empty domain.
public struct DomainBuild: Hashable, Sendable {
    /// Paths on the host.
    public var kernel: String
    /// A file of domain 0; nil for none.
    public var ramdisk: String?
    /// What the kernel is told.
    public var commandLine: String
    /// As it was made with.
    public var kind: GuestKind
    /// What it gets.
    public var memory: MemorySize
    /// How far it may grow, `memory` at least. A PVH guest finds so much in its map of memory; what it has not got is populated when it
    /// is touched, out of what it has.
    public var maximumMemory: MemorySize
    /// As it was made with.
    public var vcpus: Int
    /// Event channels of the domain, allocated before: for xenstore and console.
    public var storePort: EventPort
    /// The guest's end of its console.
    public var consolePort: EventPort

    /// - Parameter maximumMemory: nil, or less than `memory`: as much as that.
    public init(
        kernel: String, ramdisk: String?, commandLine: String, kind: GuestKind, memory: MemorySize,
        maximumMemory: MemorySize? = nil, vcpus: Int, storePort: EventPort, consolePort: EventPort
    ) {
        self.kernel = kernel
        self.ramdisk = ramdisk
        self.commandLine = commandLine
        self.kind = kind
        self.memory = memory
        self.maximumMemory = max(memory, maximumMemory ?? memory)
        self.vcpus = vcpus
        self.storePort = storePort
        self.consolePort = consolePort
    }
}

/// What is needed to fill a domain from an image.
public struct DomainRestore: Hashable, Sendable {
    /// As it was saved.
    public var kind: GuestKind
    /// The guest's end of its connection to xenstored.
    public var storePort: EventPort
    /// The guest's end of its console.
    public var consolePort: EventPort

    public init(kind: GuestKind, storePort: EventPort, consolePort: EventPort) {
        self.kind = kind
        self.storePort = storePort
        self.consolePort = consolePort
    }
}

/// Where a built domain's rings are.
public struct BuiltDomain: Hashable, Sendable {
    /// Machine (PV) or guest (PVH) frame numbers.
    public var storeFrame: UInt64
    /// The page with the console's ring, as the machine numbers pages; of PVH as the guest does.
    public var consoleFrame: UInt64

    public init(storeFrame: UInt64, consoleFrame: UInt64) {
        self.storeFrame = storeFrame
        self.consoleFrame = consoleFrame
    }
}

/// Where the bytes of an image go.
public protocol ImageOutput: Sendable {
    /// Returns when the bytes are taken. Throwing ends the save.
    func write(_ bytes: [UInt8]) async throws
}

/// Where the bytes of an image come from.
public protocol ImageInput: Sendable {
    /// Exactly `count` bytes; throws when they end before.
    func read(_ count: Int) async throws -> [UInt8]
    /// Whether `send` may be used instead: nobody has to look at the bytes any more.
    var canSend: Bool { get }
    /// Writes what comes next, `limit` bytes at most, into a pipe that does not block, without taking it into memory.
    /// - Returns: how many bytes, 0 when there are no more or nobody reads from the pipe; nil when the pipe takes none now.
    func send(_ limit: Int, to pipe: Int32) async throws -> Int?
    /// To be called when the hypervisor says that it has all. Throws when it cannot have.
    func finish() async throws
}

extension ImageInput {
    /// Not, unless the source says so.
    public var canSend: Bool { false }
    /// Nothing: whoever asks reads and writes by himself.
    public func send(_ limit: Int, to pipe: Int32) async throws -> Int? { 0 }
    /// A source that does not know its length believes it.
    public func finish() async throws {}
}

/// What a save asks of and tells its caller.
public protocol SaveObserver: Sendable {
    /// Asks the guest to suspend and returns when it has; throwing ends the save, the guest then runs on.
    func suspend() async throws
    /// After each round over the memory of a live save. Returns whether another round may be made; false = suspend now.
    func round(_ progress: SaveProgress) async -> Bool
}

/// How far a save is.
public struct SaveProgress: Hashable, Sendable {
    /// 0 is the first, over all memory.
    public var round: Int
    /// Pages sent up to now, all rounds together.
    public var pagesSent: UInt64
    /// Pages dirtied since they were last sent.
    public var pagesDirty: UInt64
    /// Of the domain's memory.
    public var pagesTotal: UInt64

    public init(round: Int, pagesSent: UInt64, pagesDirty: UInt64, pagesTotal: UInt64) {
        self.round = round
        self.pagesSent = pagesSent
        self.pagesDirty = pagesDirty
        self.pagesTotal = pagesTotal
    }
}

/// Weight and cap of Xen's credit schedulers.
public struct SchedulerParameters: Hashable, Sendable {
    /// 1…65535; 256 unless set.
    public var weight: Int
    /// Per cent of one cpu; 0 = none.
    public var cap: Int

    public init(weight: Int = 256, cap: Int = 0) {
        self.weight = weight
        self.cap = cap
    }
}

/// The hypercalls that a machine is asked for, as libxc's names without `xc_domain_`, `xc_dom_` or `xc_`: by these errors, faults
/// and the scenario language name them.
public enum HypercallName {
    /// In the order of a domain's life.
    public static let all = [
        "create", "populate_physmap", "setmaxmem", "build", "pause", "unpause", "resume", "destroy", "getinfo",
        "getinfolist", "sethandle", "vcpu_getinfo", "vcpu_setaffinity", "sched_credit2_domain_get",
        "sched_credit2_domain_set", "evtchn_alloc_unbound", "physinfo", "readconsolering", "save", "save_pages",
        "save_end", "restore",
        "restore_pages", "restore_end", "dumpcore", "dumpcore_pages",
    ]

    /// The short name of a call: what stands behind `xc_domain_` or `xc_`.
    public static func short(_ call: String) -> String {
        for prefix in ["xc_domain_", "xc_dom_", "xc_", "domain_"] where call.hasPrefix(prefix) {
            return String(call[call.utf8.index(call.startIndex, offsetBy: prefix.utf8.count)...])
        }
        return call
    }
}
