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
        case .restoreName, .reconfigure, .checkImage, .limitMemory, .build, .pin, .weigh, .pause, .unpause, .requestShutdown,
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

extension Step: CustomStringConvertible {
    /// For logs, traces, the journal and golden plans.
    public var description: String {
        switch self {
        case .checkImage(let image): "check image \(image.kernel)"
        case .createDomain(let id, let kind, let vcpus):
            "create \(kind.rawValue) domain, id \(id?.description ?? "any"), vcpus \(vcpus)"
        case .limitMemory(let size): "limit memory to \(size)"
        case .build(let image, let memory, _): "build \(image.kernel) in \(memory)"
        case .introduce: "introduce to xenstore"
        case .openConsole(let port): "open console on port \(port?.description ?? "9600 + id")"
        case .keepConsole(let port): "keep console on port \(port)"
        case .joinConsole: "join console"
        case .attach(let device): "attach \(device.slot)"
        case .pin(let cpus, let vcpu):
            "pin \(vcpu.map { "vcpu \($0) " } ?? "")to \(cpus.cpus == nil ? "" : "cpu ")\(cpus)"
        case .weigh(let weight, let cap):
            "set weight \(weight?.description ?? "as it is"), cap \(cap?.description ?? "as it is")"
        case .pause: "pause"
        case .unpause: "unpause"
        case .requestShutdown(let request): "request \(request.rawValue)"
        case .setMemoryTarget(let size): "set memory target \(size)"
        case .setVCPUs(let count): "set vcpus \(count)"
        case .sysrq(let key): "press SysRq \(key)"
        case .rename(let name): "rename to \(name)"
        case .restoreName: "restore the name"
        case .reconfigure(let device, _): "reconfigure \(device.slot)"
        case .transfer(let transfer): "\(transfer)"
        case .detach(let slot, let force): "detach \(slot)\(force ? " by force" : "")"
        case .releaseRemains: "release what is left"
        case .closeConsole: "close console"
        case .leaveConsole: "leave console"
        case .withdraw: "withdraw from xenstore"
        case .destroyDomain: "destroy domain"
        case .awaitGone: "wait until gone"
        case .remember: "remember"
        case .forget: "forget"
        case .announce(let announcement): "announce \(announcement)"
        }
    }
}
