import DomainModel
import HostInterface
import HypervisorInterface

/// A domain as Xen keeps it.
final class SimulatedDomain {
    let id: DomainID
    var uuid: DomainUUID { didSet { changes.note(id) } }
    let kind: GuestKind
    let vcpus: Int
    /// How many of them the guest has brought up.
    var onlineVCPUs = 1 { didSet { changes.note(id) } }
    /// Pauses by the toolstack; a new domain has one.
    var pauseCount = 1 { didSet { changes.note(id) } }
    var shutdownReason: ShutdownReason? { didSet { changes.note(id) } }
    var isDying = false { didSet { changes.note(id) } }
    /// What it holds, and may hold. A new domain may hold nothing.
    var pages: UInt64 = 0 { didSet { changes.note(id) } }
    var maximumPages: UInt64 = 0 { didSet { changes.note(id) } }
    var scheduling = SchedulerParameters()
    var affinities: [CPUSet]
    /// The kernel inside; nil before it has been built.
    var guest: Guest?
    /// Who else has pages of it mapped: `vbd-1-2049`, `console`, `save`. A dying domain stays until these are gone.
    var references: Set<String> = []
    /// Event channels, by port: which domain the other end is, and whether it is bound.
    var ports: [UInt32: (remote: DomainID, isBound: Bool)] = [:]
    private var nextPort: UInt32 = 1
    private let changes: DomainChangeLog
    /// Where its rings are; machine frame numbers for PV.
    var built: BuiltDomain?
    /// What the vcpus ask for at this moment, in cpus, and how long they have run; see `CPUScheduler`.
    var load = 0.0
    var rate = 0.0
    var cpuNanoseconds = 0.0

    init(_ creation: DomainCreation, id: DomainID, changes: DomainChangeLog) {
        self.id = id
        self.changes = changes
        uuid = creation.uuid
        kind = creation.kind
        vcpus = creation.vcpus
        affinities = Array(repeating: .any, count: creation.vcpus)
    }

    /// Whether vcpus may run at all.
    var isRunnable: Bool { pauseCount == 0 && shutdownReason == nil && !isDying && guest != nil }

    func allocatePort(remote: DomainID) -> EventPort {
        defer { nextPort += 1 }
        ports[nextPort] = (remote, false)
        return EventPort(nextPort)
    }

    var report: DomainReport {
        DomainReport(
            id: id, uuid: uuid, kind: kind, isRunning: isRunnable && load >= 0.5 && rate > 0,
            // Of a paused domain Xen says that it is paused, and no more.
            isBlocked: isRunnable && guest?.isBlocked == true,
            isPaused: pauseCount > 0 || isDying, shutdownReason: shutdownReason, isDying: isDying,
            memory: MemorySize(pages: pages), maximumMemory: MemorySize(pages: maximumPages),
            cpuTime: .nanoseconds(Int64(cpuNanoseconds)), onlineVCPUs: onlineVCPUs)
    }
}
