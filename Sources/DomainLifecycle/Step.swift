import DomainModel

/// One thing to do to the machine or the host on the way through an operation. Data: the performer knows how.
///
/// Indirect: a step is copied as one reference, and plans are handed on often.
public indirect enum Step: Hashable, Sendable {
    // MARK: Building
    /// Kernel and ramdisk exist on the host.
    case checkImage(ImageConfig)
    /// Xen makes an empty, paused domain; with this id, or one of its choice.
    case createDomain(id: DomainID?, kind: GuestKind, vcpus: Int)
    /// Above this it cannot grow.
    case limitMemory(MemorySize)
    /// Memory and kernel are put into it; a PVH guest is told how far it may grow, for it finds that in its own map of memory.
    case build(ImageConfig, memory: MemorySize, maximum: MemorySize, vcpus: Int)
    /// Its nodes in xenstore are written and xenstored told of it; `online` of its virtual cpus are to be used.
    case introduce(memory: MemorySize, maximum: MemorySize, vcpus: Int, online: Int)
    /// A TCP listener for its console; nil = 9600 + id, or the next free port.
    case openConsole(port: UInt16?)
    /// The listener of the last life is used again; one on this port is opened when there is none.
    case keepConsole(port: UInt16)
    /// The listener is joined to the console of this life.
    case joinConsole
    /// The back-end is made, the script run, and both are waited for.
    case attach(DeviceRecord)
    /// nil = all its virtual cpus.
    case pin(CPUSet, vcpu: Int?)
    /// Of the credit scheduler; nil = as it is.
    case weigh(weight: Int?, cap: Int?)

    // MARK: Running
    /// Its cpus stop, or run.
    case pause, unpause
    /// Its cpus stop for a while: taken back, they run.
    case hold
    /// Writes `control/shutdown`.
    case requestShutdown(ShutdownRequest)
    /// Writes `memory/target`.
    case setMemoryTarget(MemorySize)
    /// Writes `cpu/N/availability`.
    case setVCPUs(Int)
    /// Writes `control/sysrq`.
    case sysrq(SysRqKey)
    /// Takes such a step because an operator has decided so: from then on the configuration has it, for every later life. A step of this
    /// kind that fails has changed nothing.
    case setting(Step)
    /// The domain has again what its configuration says.
    case restoreSettings
    /// In xenstore; the record follows at the end of the plan.
    case rename(DomainName)
    /// xenstore has the name of the record again.
    case restoreName
    /// The vif script runs `down` with the old and `up` with the new configuration.
    case reconfigure(DeviceRecord, to: DeviceConfig)

    // MARK: Moving
    /// A whole save, restore or migration, with progress of its own.
    case transfer(Transfer)

    // MARK: Ending
    /// A core of it is written where cores go, if that can be: what follows does not wait for a better time.
    case leaveCore
    /// What is left of it is kept as another domain, with its number and without its devices.
    case setAside(Aside)
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
    /// xend keeps it with this configuration, whether or not it runs.
    case define(DomainConfig)
    /// xend forgets it when it does not run.
    case undefine
    /// The record is made durable as it is now.
    case remember
    /// The record is durably no more.
    case forget
    /// An event is published.
    case announce(Announcement)
}

extension Step {
    /// What takes it back, if anything has to. Every undo may be repeated, and is fine when there is nothing to take back.
    public var undo: Step? {
        switch self {
        case .createDomain: .destroyDomain
        case .hold: .unpause
        case .introduce: .withdraw
        case .openConsole: .closeConsole
        case .keepConsole, .joinConsole: .leaveConsole
        case .attach(let device): .detach(device.slot, force: true)
        case .transfer(let transfer): transfer.undo
        case .rename: .restoreName
        case .setting: .restoreSettings
        case .reconfigure(let device, let config): .reconfigure(device.configured(config), to: device.config)
        case .restoreName, .restoreSettings, .checkImage, .limitMemory, .build, .pin, .weigh, .pause, .unpause,
            .requestShutdown,
            .setMemoryTarget, .setVCPUs, .sysrq, .detach, .releaseRemains, .closeConsole, .leaveConsole, .withdraw,
            .destroyDomain, .awaitGone, .leaveCore, .setAside, .define, .undefine, .remember, .forget, .announce:
            nil
        }
    }

    /// Whether it is something that an operator decides.
    public var isSetting: Bool {
        if case .setting = self { return true }
        return false
    }

    /// Whether it has done nothing when it fails, so that it has not to be taken back.
    public var isAllOrNothing: Bool {
        switch self {
        case .setting, .reconfigure: true
        default: false
        }
    }

    /// Must not be done while something that a step before should have released is still held.
    public var needsAllReleased: Bool {
        switch self {
        case .withdraw, .destroyDomain, .awaitGone, .setAside, .forget, .announce(.died): true
        default: false
        }
    }
}

/// Steps as text: an opening, which says what kind of step it is, and its particulars. For logs, traces, the journal and golden plans;
/// faults of scenarios are put at steps by it.
extension Step: CustomStringConvertible {
    /// How the texts of steps begin.
    public enum Opening: String, CaseIterable, Sendable {
        case checkImage = "check image"
        /// Of ``Step/createDomain(id:kind:vcpus:)``: `create pv domain, …`.
        case create
        case limitMemory = "limit memory to"
        /// Of ``Step/build(_:memory:maximum:vcpus:)``: `build PATH in …`.
        case build
        case introduce = "introduce to xenstore"
        case openConsole = "open console on port"
        case keepConsole = "keep console on port"
        case joinConsole = "join console"
        /// Of ``Step/attach(_:)`` and ``Step/pin(_:vcpu:)``.
        case attach, pin
        case weigh = "set weight"
        /// Of ``Step/pause``, ``Step/unpause`` and ``Step/requestShutdown(_:)``.
        case pause, unpause, request
        case hold = "hold still"
        case setMemoryTarget = "set memory target"
        case setVCPUs = "set vcpus"
        case sysrq = "press SysRq"
        case restoreSettings = "restore the settings"
        case rename = "rename to"
        case restoreName = "restore the name"
        /// Of ``Step/reconfigure(_:to:)``: `reconfigure vif 0`.
        case reconfigure
        case save = "save to"
        case checkpoint = "checkpoint to"
        case dump = "dump to"
        case send = "send to"
        case fill = "fill from"
        case settle = "decide to"
        /// Of ``Step/detach(_:force:)``: `detach vif 0 by force`.
        case detach
        case releaseRemains = "release what is left"
        case closeConsole = "close console"
        case leaveConsole = "leave console"
        case withdraw = "withdraw from xenstore"
        case destroyDomain = "destroy domain"
        case awaitGone = "wait until gone"
        case leaveCore = "leave a core"
        case setAside = "set aside as"
        /// Of ``Step/remember``, ``Step/forget`` and ``Step/announce(_:)``.
        case remember, forget, announce
        /// Of ``Step/define(_:)`` and ``Step/undefine``.
        case define, undefine
    }

    public var description: String {
        let (opening, particulars) = text
        return particulars.isEmpty ? opening.rawValue : "\(opening.rawValue) \(particulars)"
    }

    private var text: (Opening, String) {
        switch self {
        case .checkImage(let image): (.checkImage, image.kernel)
        case .createDomain(let id, let kind, let vcpus): (.create, Self.creation(id, kind, vcpus))
        case .limitMemory(let size): (.limitMemory, "\(size)")
        case .build(let image, let memory, _, _): (.build, "\(image.kernel) in \(memory)")
        case .introduce: (.introduce, "")
        case .openConsole(let port): (.openConsole, port?.description ?? Self.defaultPort)
        case .keepConsole(let port): (.keepConsole, "\(port)")
        case .joinConsole: (.joinConsole, "")
        case .attach(let device): (.attach, "\(device.slot)")
        case .pin(let cpus, let vcpu): (.pin, Self.pinning(cpus, vcpu))
        case .weigh(let weight, let cap): (.weigh, Self.weighing(weight, cap))
        case .pause, .unpause, .hold: (self == .pause ? .pause : self == .hold ? .hold : .unpause, "")
        case .requestShutdown(let request): (.request, request.rawValue)
        case .setMemoryTarget(let size): (.setMemoryTarget, "\(size)")
        case .setVCPUs(let count): (.setVCPUs, "\(count)")
        case .sysrq(let key): (.sysrq, "\(key)")
        case .setting(let step): step.text
        case .restoreSettings: (.restoreSettings, "")
        case .rename(let name): (.rename, "\(name)")
        case .restoreName: (.restoreName, "")
        case .reconfigure(let device, _): (.reconfigure, "\(device.slot)")
        case .transfer(let transfer): Self.text(of: transfer)
        case .detach(let slot, let force): (.detach, "\(slot)\(force ? " by force" : "")")
        case .releaseRemains: (.releaseRemains, "")
        case .closeConsole: (.closeConsole, "")
        case .leaveConsole: (.leaveConsole, "")
        case .withdraw: (.withdraw, "")
        case .destroyDomain: (.destroyDomain, "")
        case .awaitGone: (.awaitGone, "")
        case .leaveCore: (.leaveCore, "")
        case .setAside(let aside): (.setAside, "\(aside.name)")
        case .define(let config): (.define, "\(config.name)")
        case .undefine: (.undefine, "")
        case .remember: (.remember, "")
        case .forget: (.forget, "")
        case .announce(let announcement): (.announce, "\(announcement)")
        }
    }

    private static func creation(_ id: DomainID?, _ kind: GuestKind, _ vcpus: Int) -> String {
        "\(kind.rawValue) domain, id \(id?.description ?? "any"), vcpus \(vcpus)"
    }

    private static func pinning(_ cpus: CPUSet, _ vcpu: Int?) -> String {
        "\(vcpu.map { "vcpu \($0) " } ?? "")to \(cpus.cpus == nil ? "" : "cpu ")\(cpus)"
    }

    private static func weighing(_ weight: Int?, _ cap: Int?) -> String {
        "\(weight?.description ?? "as it is"), cap \(cap?.description ?? "as it is")"
    }

    private static func text(of transfer: Transfer) -> (Opening, String) {
        switch transfer {
        case .save(let path): (.save, path)
        case .checkpoint(let path, let isPaused): (.checkpoint, path + (isPaused ? ", paused afterwards" : ""))
        case .dump(let path): (.dump, path)
        case .send(let host): (.send, host)
        case .fill(let source): (.fill, source)
        case .settle(let keep): (.settle, keep ? "keep" : "drop")
        case .openConsole(let port): (.openConsole, "\(port?.description ?? defaultPort) if free")
        }
    }

    private static let defaultPort = "9600 + id"
}
