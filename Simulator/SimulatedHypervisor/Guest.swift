import DomainModel
import HostInterface
import HypervisorInterface

/// The kernel inside a domain, playing its behaviour: boots, drives its front-ends, answers the toolstack, prints.
///
/// It acts only while its vcpus run: its timers stand still while it is paused, and what it is told meanwhile waits.
final class Guest {
    enum Phase: Hashable {
        case off, booting, up
        case shuttingDown(ShutdownReason)
        /// Spinning in the kernel for ever.
        case hung
    }

    unowned let machine: SimulatedMachine
    unowned let domain: SimulatedDomain
    /// The path of its kernel.
    let image: String
    let commandLine: String
    let behaviour: GuestBehaviour
    let clock: GuestClock
    var memory: GuestMemory
    var phase = Phase.off
    /// What its host name is: the domain's name as xenstore had it at the end of boot.
    var hostName = ""
    var frontends: [String: Frontend] = [:]
    /// Events that came while it did not run, and acts that wait for the end of boot.
    private var inbox: [() -> Void] = []
    /// A guest that is paused for ever must not collect without end what it is told.
    private static let inboxLimit = 10_000
    private var afterBoot: [() -> Void] = []
    var watches: [UInt64] = []
    /// When each of the behaviour's fates comes true.
    var fateAlarms: [(fate: GuestBehaviour.Fate, alarm: Int)] = []
    var terminal = GuestTerminal()
    private var balloonAlarm: Int?
    /// The first eight are reserved (public/grant_table.h).
    var nextGrant = 8
    /// It has been filled from an image and must find everything anew when it runs.
    var isArriving = false

    init(
        machine: SimulatedMachine, domain: SimulatedDomain, image: String, commandLine: String,
        behaviour: GuestBehaviour, memory: GuestMemory, uptime: Duration = .zero
    ) {
        self.machine = machine
        self.domain = domain
        self.image = image
        self.commandLine = commandLine
        self.behaviour = behaviour
        self.memory = memory
        clock = GuestClock(timeline: machine.timeline, uptime: uptime)
    }

    /// All vcpus wait for an event.
    var isBlocked: Bool {
        switch phase {
        case .up: behaviour.cpuPercent < 50
        case .off, .booting, .shuttingDown, .hung: false
        }
    }

    /// Whether a scenario must wait for it: it is booting or shutting down, and will get there.
    var isOnItsWay: Bool {
        guard clock.isRunning else { return false }
        switch phase {
        case .booting, .shuttingDown: return true
        case .off, .up, .hung: return false
        }
    }

    /// It never does anything again.
    var isHung: Bool {
        if case .hung = phase { return true }
        return false
    }

    /// The directory of its domain in xenstore.
    var home: String { "/local/domain/\(domain.id)" }

    // MARK: Running

    /// The vcpus may run.
    func run() {
        clock.run()
        if phase == .off { boot() }
        if isArriving { arrive() }
        updateLoad()
        let events = inbox
        inbox = []
        for event in events { event() }
    }

    /// The vcpus may not run: paused, shut down, dying.
    func stop() {
        clock.stop()
        machine.scheduler.setLoad(0, of: domain)
    }

    /// The domain is destroyed.
    func powerOff() {
        stop()
        clock.cancelAll()
        for watch in watches { machine.store.unwatch(watch) }
        for frontend in frontends.values { frontend.forget() }
        watches = []
        frontends = [:]
        inbox = []
    }

    /// Does something when the vcpus run.
    func whenRunning(_ act: @escaping () -> Void) {
        if clock.isRunning {
            act()
        } else if inbox.count < Self.inboxLimit {
            inbox.append(act)
        }
    }

    /// Does something a scenario asks for: when it runs and has booted.
    func perform(_ act: @escaping () -> Void) {
        whenRunning { [self] in
            if phase == .booting { afterBoot.append(act) } else { act() }
        }
    }

    private func updateLoad() {
        guard clock.isRunning else { return }
        let load =
            switch phase {
            case .off: 0.0
            case .booting, .shuttingDown, .hung: 1.0
            case .up: Double(behaviour.cpuPercent) / 100
            }
        machine.scheduler.setLoad(load, of: domain)
    }

    // MARK: Boot

    private func boot() {
        phase = .booting
        machine.stateChanged(domain, "booting")
        memory.touchAtBoot()
        clock.after(behaviour.bootsIn / 2) { [self] in startDrivers() }
        clock.after(behaviour.bootsIn) { [self] in endBoot() }
    }

    private func endBoot() {
        phase = .up
        hostName = (try? read("name")) ?? "domain-\(domain.id)"
        machine.stateChanged(domain, "up")
        for text in behaviour.prints ?? Self.defaultLines(hostName) { print(text) }
        if behaviour.terminal == .shell { print(GuestTerminal.prompt) }
        memory.dirty(rate: behaviour.dirtyRate, range: behaviour.dirtyRange, at: clock.uptime)
        updateLoad()
        watchControl()
        for fate in behaviour.fates { schedule(fate, in: fate.delay) }
        let acts = afterBoot
        afterBoot = []
        for act in acts { act() }
    }

    private static func defaultLines(_ host: String) -> [String] {
        [
            "Booting the simulated guest\r\n", "xenbus: devices are ready\r\n", "Welcome to \(host)\r\n\r\n",
            "\(host) login: ",
        ]
    }

    func schedule(_ fate: GuestBehaviour.Fate, in delay: Duration) {
        let alarm = clock.after(delay) { [self] in
            switch fate {
            case .exits(_, let reason): beginShutdown(reason)
            case .crashes: crash()
            case .hangs: hang()
            }
        }
        fateAlarms.append((fate, alarm))
    }

    // MARK: Ends

    /// Shuts down in an orderly way: closes the devices, then tells Xen.
    func beginShutdown(_ reason: ShutdownReason) {
        guard phase == .up else { return }
        phase = .shuttingDown(reason)
        updateLoad()
        let delay = reason == .suspend ? suspendDelay : behaviour.shutsDownIn
        if reason != .suspend {
            for fate in fateAlarms { clock.cancel(fate.alarm) }
            machine.stateChanged(domain, "shutting down (\(reason))")
            clock.after(delay / 2) { [self] in
                for frontend in frontends.values.sorted(by: { $0.path < $1.path }) { frontend.close() }
            }
        }
        clock.after(delay) { [self] in
            if reason == .suspend { phase = .up }
            machine.guestShutsDown(domain, reason)
        }
    }

    func crash() {
        print("Kernel panic - not syncing: simulated crash\r\n")
        machine.guestShutsDown(domain, .crash)
    }

    func hang() {
        phase = .hung
        clock.cancelAll()
        inbox = []
        updateLoad()
        machine.stateChanged(domain, "hung")
    }

    func dirty(rate: UInt64, range: UInt64?) { memory.dirty(rate: rate, range: range, at: clock.uptime) }

    // MARK: Console

    func print(_ text: String) { machine.consoles.output(Array(text.utf8), from: domain.id) }

    /// Somebody typed on the console.
    func type(_ bytes: [UInt8]) {
        whenRunning { [self] in
            guard phase == .up else { return }
            switch behaviour.terminal {
            case .silent: break
            case .echoes: machine.consoles.output(bytes, from: domain.id)
            case .shell: terminal.type(bytes, into: self)
            }
        }
    }

    // MARK: Balloon

    /// The toolstack has set a new target; the driver gets there in time.
    func newMemoryTarget() {
        guard let text = try? read("memory/target"), let kibibytes = UInt64(text) else { return }
        if let balloonAlarm { clock.cancel(balloonAlarm) }
        let target = kibibytes / 4
        guard target != domain.pages else { return }
        balloonAlarm = clock.after(behaviour.balloonsIn) { [self] in balloon(to: target, retryAfter: .seconds(1)) }
    }

    /// As Linux' driver: takes what it can get, and tries again later when there is not enough.
    private func balloon(to target: UInt64, retryAfter delay: Duration) {
        balloonAlarm = nil
        if target < domain.pages { return machine.depopulate(domain, domain.pages - target) }
        let wanted = min(target, domain.maximumPages)
        let got = min(wanted - min(wanted, domain.pages), machine.freePages)
        if got > 0 { try? machine.populate("xc_domain_populate_physmap", domain, got) }
        if domain.pages < wanted {
            let next = min(delay * 2, .seconds(32))
            balloonAlarm = clock.after(delay) { [self] in balloon(to: target, retryAfter: next) }
        }
    }

    // MARK: xenstore, as this guest

    func read(_ name: String) throws(XenStoreError) -> String {
        try machine.store.read("\(home)/\(name)", as: domain.id)
    }
}

/// A guest needs that long to freeze its devices.
private let suspendDelay = Duration.milliseconds(20)

extension GuestBehaviour.Fate {
    /// Counted from the end of boot.
    var delay: Duration {
        switch self {
        case .exits(let delay, _), .crashes(let delay), .hangs(let delay): delay
        }
    }
}
