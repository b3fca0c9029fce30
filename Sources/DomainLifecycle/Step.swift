import DomainModel

/// One thing to do to the machine or the host on the way through an operation. Data: the performer knows how.
public enum Step: Hashable, Sendable {
    // MARK: Building
    /// Kernel and ramdisk exist on the host.
    case checkImage(ImageConfig)
    /// Xen makes an empty, paused domain; with this id, or one of its choice.
    case createDomain(id: DomainID?, kind: GuestKind, vcpus: Int)
    case limitMemory(MemorySize)
    /// Memory and kernel are put into it.
    case build(ImageConfig, memory: MemorySize, vcpus: Int)
    /// Its nodes in xenstore are written and xenstored told of it.
    case introduce(memory: MemorySize, maximum: MemorySize, vcpus: Int)
    /// A TCP listener for its console; nil = 9600 + id, or the next free port.
    case openConsole(port: UInt16?)
    /// The listener of the last life is used again; one on this port is opened when there is none.
    case keepConsole(port: UInt16)
    /// The listener is joined to the console of this life.
    case joinConsole
    case attach(DeviceRecord)
    /// nil = all its virtual cpus.
    case pin(CPUSet, vcpu: Int?)
    case weigh(weight: Int?, cap: Int?)

    // MARK: Running
    case pause, unpause
    /// Writes `control/shutdown`.
    case requestShutdown(ShutdownRequest)
    /// Writes `memory/target`.
    case setMemoryTarget(MemorySize)
    /// Writes `cpu/N/availability`.
    case setVCPUs(Int)
    /// Writes `control/sysrq`.
    case sysrq(SysRqKey)
    case rename(DomainName)
    /// xenstore has the name of the record again.
    case restoreName
    /// The vif script runs `down` with the old and `up` with the new configuration.
    case reconfigure(DeviceRecord, to: DeviceConfig)

    // MARK: Moving
    case transfer(Transfer)

    // MARK: Ending
    /// A device is released; by force when the guest cannot take part any more.
    case detach(DeviceSlot, force: Bool)
    /// Whatever back-end xenstore or the kernel still shows for the domain is released.
    case releaseRemains
    /// Client connection and listener are closed.
    case closeConsole
    /// The listener stays, without a channel.
    case leaveConsole
    /// xenstored forgets the domain and its nodes are removed.
    case withdraw
    /// Xen frees it.
    case destroyDomain
    /// Until Xen and the kernel have nothing of it any more, so that its id can be used again.
    case awaitGone

    // MARK: Remembering
    /// The record is made durable as it is now.
    case remember
    /// The record is durably no more.
    case forget
    case announce(Announcement)
}

extension Step {
    /// What takes it back, if anything has to. Every undo may be repeated, and is fine when there is nothing to take back.
    public var undo: Step? {
        switch self {
        case .createDomain: .destroyDomain
        case .introduce: .withdraw
        case .openConsole: .closeConsole
        case .keepConsole, .joinConsole: .leaveConsole
        case .attach(let device): .detach(device.slot, force: true)
        case .transfer(let transfer): transfer.undo
        case .rename: .restoreName
        case .restoreName, .reconfigure, .checkImage, .limitMemory, .build, .pin, .weigh, .pause, .unpause,
            .requestShutdown,
            .setMemoryTarget, .setVCPUs, .sysrq, .detach, .releaseRemains, .closeConsole, .leaveConsole, .withdraw,
            .destroyDomain, .awaitGone, .remember, .forget, .announce:
            nil
        }
    }

    /// Must not be done while something that a step before should have released is still held.
    public var needsAllReleased: Bool {
        switch self {
        case .withdraw, .destroyDomain, .awaitGone, .forget, .announce(.died): true
        default: false
        }
    }
}
