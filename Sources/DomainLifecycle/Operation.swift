import DomainModel

/// Something a client asks for that changes a domain.
public enum Operation: Hashable, Sendable {
    /// A domain of this configuration; it is paused then.
    case create(DomainConfig)
    /// Path of a save file on the host.
    /// `isPaused`: it stays paused, however it was saved.
    case restore(path: String, isPaused: Bool = false)
    /// A domain of this configuration is kept; it does not run.
    case define(DomainConfig)
    /// Something with a domain that is there.
    case domain(DomainReference, DomainOperation)
}

extension Operation {
    /// `create web`, `pause 7`: for the trace.
    public var title: String {
        switch self {
        case .create(let config): "create \(config.name)"
        case .restore(let path, _): "restore \(path)"
        case .define(let config): "define \(config.name)"
        case .domain(let reference, let operation): "\(operation.name) \(reference)"
        }
    }
}

extension Operation {
    /// What is asked for and will be without effect, in words.
    public var warnings: [String] {
        switch self {
        case .create(let config):
            config.warnings
                + (config.autostart == AutostartPolicy()
                    ? [] : ["what becomes of it with its machine counts when it is defined (keep)"])
        case .define(let config): config.warnings
        case .restore: []
        case .domain(_, let operation): operation.warnings
        }
    }
}

extension DomainOperation {
    /// What is asked for and will be without effect, in words.
    public var warnings: [String] {
        switch self {
        case .createDevice(let config), .configureDevice(let config, _): config.warnings
        case .pause, .unpause, .shutdown, .destroy, .pinCPU, .setVCPUs, .sysrq, .setMaximumMemory, .setMemoryTarget,
            .setScheduler, .destroyDevice, .configure, .rename, .save, .dump, .migrate, .resolve, .define, .undefine,
            .start,
            .suspend, .autostart:
            []
        }
    }
}

/// Something a client asks of one domain (manual H4; reference/http-api.md §6.6).
public enum DomainOperation: Hashable, Sendable {
    /// Its cpus stop.
    case pause
    /// Its cpus run, or its next life is tried again.
    case unpause
    /// The guest is asked; it may take its time, or not react.
    case shutdown(ShutdownRequest)
    /// It is ended without being asked.
    case destroy(DestroyMode)
    /// Where it may run: all its virtual cpus, or one of them.
    case pinCPU(CPUSet, vcpu: Int? = nil)
    /// How many of its virtual cpus it shall use.
    case setVCPUs(Int)
    /// Presses a key with SysRq on its keyboard.
    case sysrq(SysRqKey)
    /// It cannot grow beyond this.
    case setMaximumMemory(MemorySize)
    /// Asks the guest to grow or shrink to this size.
    case setMemoryTarget(MemorySize)
    /// nil = as it is.
    case setScheduler(weight: Int?, cap: Int?)
    /// A device is connected.
    case createDevice(DeviceConfig)
    /// A device is disconnected.
    case destroyDevice(DeviceType, index: DeviceSelector)
    /// A connected vif gets another bridge, script or addresses.
    case configureDevice(DeviceConfig, index: DeviceSelector)
    /// For restore and migration: gives a domain without a configuration one.
    case configure(DomainConfig)
    /// Nothing but its name changes.
    case rename(DomainName)
    /// To a file of this host.
    case save(path: String, afterwards: AfterSave = .gone)
    /// Its memory is written to a file of this host, as it is.
    case dump(DumpRequest)
    /// To another host; it is gone here then.
    case migrate(MigrationRequest)
    /// It is kept whether or not it runs, with this configuration; nil = as it is.
    case define(DomainConfig?)
    /// It is not kept any more when it does not run, its suspended memory included.
    case undefine(dropsMemory: Bool)
    /// One that is kept begins a life, or goes on where it was suspended.
    case start(paused: Bool)
    /// Its memory is kept, too, in this file; nil = where xend keeps them.
    case suspend(path: String?)
    /// What becomes of it when the machine starts and goes down.
    case autostart(AutostartChange)
    /// Decides by hand about a copy in doubt: keep it here, or drop it.
    case resolve(keep: Bool)

    /// The operation's name on the wire.
    public var name: String { rule.name }
}

/// What becomes of a domain that has been saved.
public enum AfterSave: String, CaseIterable, Sendable {
    /// It is gone, as its image is what is left of it; or the file is a checkpoint, and the domain goes on: as it was, or paused.
    case gone, running, paused

    /// The domain is still here.
    public var isCheckpoint: Bool { self != .gone }
}

/// A core of a domain: an ELF file with its memory, as debuggers read it.
public struct DumpRequest: Hashable, Sendable {
    /// What becomes of the domain then.
    public enum Afterwards: Hashable, Sendable {
        /// It is as it was; ended; ended and built again.
        case goesOn, ends, restarts
    }
    /// On the host; "": a new one where cores go.
    public var path: String
    /// It runs meanwhile; else it is held still.
    public var isLive: Bool
    /// What becomes of it then.
    public var afterwards: Afterwards

    public init(path: String, isLive: Bool = false, afterwards: Afterwards = .goesOn) {
        self.path = path
        self.isLive = isLive
        self.afterwards = afterwards
    }
}

/// Where a domain goes, and how.
public struct MigrationRequest: Hashable, Sendable {
    /// `HOST` or `HOST:PORT`.
    public var destination: String
    /// While it runs, as far as possible.
    public var live: Bool
    /// Mbit/s; 0 = no limit.
    public var rate: Int

    public init(destination: String, live: Bool = false, rate: Int = 0) {
        self.destination = destination
        self.live = live
        self.rate = rate
    }

    /// As clients of Xen 3 say it.
    /// - Parameters:
    ///   - destination: an address of IPv6 without brackets, too.
    ///   - port: counts unless the destination names one; 0: the usual one.
    public init(destination: String, port: Int, live: Bool, rate: Int) {
        let colons = destination.count { $0 == ":" }
        let isAddress = colons > 1 && !destination.hasPrefix("[")
        let namesPort = colons == 1 || (destination.hasPrefix("[") && !destination.hasSuffix("]"))
        let host = isAddress ? "[\(destination)]" : destination
        self.init(
            destination: port == 0 || namesPort ? destination : "\(host):\(port)", live: live, rate: rate)
    }
}

/// What shall be different when the machine starts and goes down; nil = as it is.
public struct AutostartChange: Hashable, Sendable {
    /// Whether it is started.
    public var isOn: Bool?
    /// As in ``AutostartPolicy/order``.
    public var order: Int?
    /// As in ``AutostartPolicy/delay``.
    public var delay: Int?
    /// As in ``AutostartPolicy/atShutdown-swift.property``.
    public var atShutdown: AutostartPolicy.AtShutdown?

    /// Nothing.
    public init() {}

    /// The policy after it.
    func applied(to policy: AutostartPolicy) -> AutostartPolicy {
        var policy = policy
        if let isOn { policy.atBoot = isOn ? .start : .ignore }
        policy.order = order ?? policy.order
        policy.delay = delay ?? policy.delay
        policy.atShutdown = atShutdown ?? policy.atShutdown
        return policy
    }
}

/// What an operation answers.
public enum OperationResult: Hashable, Sendable {
    /// There is nothing to tell.
    case done
    /// The domain that was created or restored.
    case domain(DomainInformation)
    /// The domain that is defined now, and does not run.
    case defined(DefinedDomain)
    /// The device that was attached or changed, as information or, for `configureDevice`, the merged configuration.
    case device(DeviceRecord)
    /// The file that was written, where nobody had chosen its name.
    case file(String)
    /// Where the domain is now: host, HTTP port and id there.
    case migrated(host: String, port: UInt16, id: DomainID)
}

/// Who asked, for logs and tasks.
public struct Requester: Hashable, Sendable, CustomStringConvertible {
    public var description: String
    /// The person or program, for the history, where more is known than the way it came.
    public var who: String?

    public init(_ description: String, who: String? = nil) {
        self.description = description
        self.who = who
    }
    /// xend itself: restarts, recovery.
    public static let xend = Requester("xend")
}
