import DomainModel
import HostInterface
import HypervisorInterface
import SimulatedHypervisor
import Simulation

/// A simulated host: a machine that runs Xen, and what domain 0 has around it: files, scripts, network, clock, power.
///
/// The daemon's lives on it are incarnations: `startIncarnation` hands out fresh handles, `killDaemon` fences them.
/// What the kernel, Xen and xenstored hold survives a kill; `losePower` loses that too, with everything that was not
/// synced.
///
/// `@unchecked Sendable`: daemon tasks hold it through their handles. It is synchronous state, touched only on the
/// thread of the simulation's executor, or by the driver while that stands still.
public final class SimulatedHost: @unchecked Sendable {
    /// By which other hosts call it.
    public let name: String
    /// Of its machine; does not change.
    public let configuration: MachineConfiguration
    /// The machine as it is since the last boot. Another one after each boot.
    public private(set) var machine: SimulatedMachine
    /// Its disks; they outlive a power cut.
    public let files = FileTree()
    /// The hotplug scripts and their processes.
    public let scripts: ScriptTable
    /// What goes wrong on it. Outlives the daemon, and a loss of power.
    public let faults: FaultPlan
    /// How long files, scripts and network take.
    public let latencies: HostLatencies
    /// What is screwed to the machine and there again after each boot.
    public private(set) var fittings = HostFittings()
    /// What the kernel paths on this host hold.
    public let kernels = KernelCatalogue()
    /// Whether it is switched on.
    public private(set) var isOn = true
    /// Counts the boots, from 1.
    public private(set) var bootCount = 1
    /// The life of the daemon that is not over; nil while none runs.
    public private(set) var incarnation: Incarnation?
    /// Told when a fault or a crash has killed the daemon, so that its tasks' owner can forget it.
    public var onDaemonKilled: () -> Void = {}
    /// Told when the power has failed.
    public var onPowerLost: () -> Void = {}
    /// What `NodeControl.powerOff` and `reboot` ask for; the owner of the daemon carries it out.
    public var onPowerOffRequested: () -> Void = {}
    /// Called when a daemon on it asks for a reboot of the machine.
    public var onRebootRequested: () -> Void = {}
    /// Where paths are real instead of in `files`; set by a simulation that keeps its configuration and database on a
    /// disk.
    public var realFiles: (String) -> (any FileStore)? = { _ in nil }
    /// Reads and writes those real files at once, for whoever sets the scene.
    public var realContents: any RealContents = NoRealContents()
    /// The size of a real file that a script is to make a block device of; nil when there is none.
    public var fileSizes: (String) -> UInt64? = { _ in nil }
    /// Which one a real file is.
    public var fileIdentities: (String) -> FileIdentity? = { _ in nil }
    /// Whether wtmp has boot records (manual, D7).
    public var hasBootRecords = true
    /// Told of everything worth tracing.
    public var trace: ((String) -> Void)? { didSet { machine.trace = trace } }
    /// Told of every change of a domain's state, for time lines: its id and uuid, and the new state in a word or two.
    public var onDomainState: ((DomainID, DomainUUID, String) -> Void)? {
        didSet { machine.onDomainState = onDomainState }
    }

    /// What every Linux host has.
    public static let directories = [
        "/boot", "/dev", "/etc/xen", "/home", "/mnt", "/opt", "/root", "/srv", "/tmp", "/usr/local", "/var/lib",
        "/var/log", "/var/run", "/var/tmp",
    ]

    let timeline: Timeline
    let random: SimulatedRandom
    let clock: SimulationClock
    let network: SimulatedNetwork
    private var incarnations = 0
    private var isRebooting = false

    init(
        _ configuration: MachineConfiguration, latencies: HostLatencies, timeline: Timeline, random: SimulatedRandom,
        network: SimulatedNetwork
    ) {
        name = configuration.name
        self.configuration = configuration
        self.latencies = latencies
        self.timeline = timeline
        self.random = random
        self.network = network
        clock = SimulationClock(executor: timeline.executor)
        faults = FaultPlan(timeline: timeline)
        scripts = ScriptTable(timeline: timeline)
        machine = SimulatedMachine(configuration, timeline: timeline, kernels: kernels, faults: faults)
        files.now = { [clock] in clock.wallTime }
        scripts.host = self
        faults.killDaemon = { [weak self] in self?.killDaemon() }
        faults.losePower = { [weak self] in self?.losePower(tearing: true) }
        for directory in Self.directories { try? files.makeDirectory(directory) }
        applyFittings()
    }

    // MARK: The daemon's lives

    /// Begins a life of the daemon.
    /// - Precondition: the host is on and no daemon runs.
    public func startIncarnation() -> (machine: Machine, host: Host) {
        precondition(isOn && incarnation == nil, "host \(name) is off, or its daemon runs already")
        incarnations += 1
        let hooks = Incarnation.Hooks(
            killDaemon: { [weak self] in self?.killDaemon() },
            losePower: { [weak self] in self?.losePower(tearing: true) })
        let incarnation = Incarnation(number: incarnations, timeline: timeline, faults: faults, hooks: hooks)
        self.incarnation = incarnation
        trace?("\(name): daemon \(incarnations) started")
        return (machine.handle(for: incarnation), handle(for: incarnation))
    }

    private func handle(for incarnation: Incarnation) -> Host {
        Host(
            clock: ClockHandle(host: self, incarnation: incarnation),
            random: random.fork("daemon \(incarnation.number)"), tasks: timeline.spawner,
            files: FileStoreHandle(host: self, incarnation: incarnation),
            scripts: ScriptHandle(host: self, incarnation: incarnation),
            network: NetworkHandle(host: self, incarnation: incarnation),
            node: NodeHandle(host: self, incarnation: incarnation),
            notifications: NotificationHandle(host: self, incarnation: incarnation), accounts: SimulatedAccounts())
    }

    /// Kills the daemon as `kill -9` would. Nothing happens when none runs.
    public func killDaemon() {
        guard let incarnation else { return }
        self.incarnation = nil
        trace?("\(name): daemon \(incarnation.number) killed")
        incarnation.fence()
        onDaemonKilled()
    }

    /// The daemon has ended in good order; its handles are of no use any more.
    public func daemonStopped() {
        incarnation?.fence()
        incarnation = nil
    }

    // MARK: Power

    /// The power fails. Domains, xenstore, processes are gone, and of the files what was not synced; the host stays
    /// off.
    /// - Parameter tearing: lets a part of what was not synced get through, by chance.
    public func losePower(tearing: Bool = false) {
        guard isOn else { return }
        trace?("\(name): power lost")
        isOn = false
        killDaemon()
        network.hostWentDown(name)
        scripts.losePower()
        machine.halt()
        let chance = random.fork("tearing \(bootCount)")
        files.losePower(tearing ? { chance.next() } : nil)
        if !isRebooting { onPowerLost() }
    }

    /// Switches the host on: Xen and domain 0 are there at once (what needs time is up to the caller), no daemon yet.
    public func powerOn() {
        guard !isOn else { return }
        isOn = true
        bootCount += 1
        machine = SimulatedMachine(configuration, timeline: timeline, kernels: kernels, faults: faults)
        machine.trace = trace
        machine.onDomainState = onDomainState
        applyFittings()
        network.hostCameUp(name)
        trace?("\(name): booted")
    }

    /// An orderly reboot: everything is synced, everything ends, the host comes up with a new boot id. No daemon runs
    /// then.
    public func reboot() {
        files.syncAll()
        isRebooting = true
        defer { isRebooting = false }
        losePower()
        powerOn()
    }

    // MARK: Fittings

    /// Changes what the host is fitted with, now and after each boot.
    public func fit(_ change: (inout HostFittings) -> Void) {
        for device in fittings.blockDevices { files.uninstall(device.path) }
        change(&fittings)
        applyFittings()
    }

    private func applyFittings() {
        for device in fittings.blockDevices {
            machine.hardware.add(device)
            files.install(blockDevice: device.number, at: device.path, capacity: device.size)
        }
        machine.hardware.bridges.formUnion(fittings.bridges)
    }

    /// What its calendar says.
    public var wallTime: WallTime { clock.wallTime }

    /// Lets the calendar time jump.
    public func jumpClock(by offset: Duration) { clock.jump(by: offset) }
}
