import DomainModel
import HostInterface
import HypervisorInterface

/// A back-end device in domain 0 or a driver domain: follows the front-end's state and moves its own.
class BackendDevice {
    unowned let bus: BackendBus
    let type: DeviceType
    /// `vif-1-0`.
    let name: String
    /// Its directory in xenstore, and the front-end's.
    let path: String
    let frontend: String
    /// The domain of the front-end.
    let domain: DomainID
    private(set) var state = XenbusState.initialising
    private(set) var isRegistered = true
    /// How long the guest had run when the device was connected; nil: it never was.
    private var connectedAt: Duration?
    private var watches: [UInt64] = []

    required init(bus: BackendBus, type: DeviceType, name: String, path: String, frontend: String, domain: DomainID) {
        self.bus = bus
        self.type = type
        self.name = name
        self.path = path
        self.frontend = frontend
        self.domain = domain
    }

    var machine: SimulatedMachine { bus.machine }
    var store: XenStored { machine.store }
    /// Whether the toolstack wants it to stay when the front-end has closed.
    private var isOnline: Bool { read("online") == "1" }
    /// Whether the handshake is under way.
    var isConnecting: Bool { isRegistered && state < .connected }

    // MARK: Life

    /// The driver takes the device over.
    func probe() {
        guard isRegistered else { return }
        watch("\(frontend)/state") { [weak self] in self?.look() }
    }

    /// The driver lets it go: the device disappears from /sys.
    func unregister() {
        guard isRegistered else { return }
        release()
        if saysThatItCloses, store.node("\(path)/state") != nil { write("state", String(XenbusState.closed.rawValue)) }
        state = .closed
        vanish()
        bus.forget(self)
    }

    /// Whether its state tells that the driver has let it go.
    var saysThatItCloses: Bool { true }

    /// Nobody drives it any more.
    func vanish() {
        isRegistered = false
        for watch in watches { store.unwatch(watch) }
        watches = []
        disconnect()
    }

    /// What a kind of device has besides the ring; given back when it is unregistered.
    func release() {}

    func watch(_ path: String, _ changed: @escaping () -> Void) {
        if let number = try? store.watch(path, as: bus.owner, { _ in changed() }) { watches.append(number) }
    }

    private func look() {
        let other = XenbusState(text: store.node("\(frontend)/state")?.value)
        machine.timeline.schedule(after: machine.configuration.latencies.driver) { [weak self] in
            guard let self, self.isRegistered else { return }
            self.frontendChanged(other)
        }
    }

    // MARK: States

    /// The front-end's state has changed.
    func frontendChanged(_ other: XenbusState) {
        switch other {
        case .closing: move(to: .closing)
        case .closed:
            disconnect()
            move(to: .closed)
            if !isOnline { giveUp() }
        case .unknown: giveUp()
        case .initialising, .initWait, .initialised, .connected: break
        }
    }

    /// Lets the device go, unless a fault keeps it: requests outstanding on a disk that does not answer, say.
    private func giveUp() {
        let isServing = state == .connected
        let fault = machine.faults.meet(.backend, type.rawValue, String(domain.rawValue))
        // What no driver has taken nobody gives back: it is there for as long as its directory.
        if state == .initialising, fault.isSilence || fault.lastState == XenbusState.initialising.rawValue { return }
        let isKept = fault.isSilence || fault.lastState.map { $0 >= XenbusState.connected.rawValue } ?? false
        if isServing, isKept { return unregisterWhenHealed() }
        guard let delay = fault.delay else { return unregister() }
        machine.timeline.schedule(after: delay) { [weak self] in self?.unregister() }
    }

    private func unregisterWhenHealed() {
        _ = machine.faults.hang { [weak self] in self?.unregister() }
    }

    /// Moves to a state, unless a fault keeps it.
    func move(to next: XenbusState, then done: @escaping () -> Void = {}) {
        guard next != state else { return done() }
        let fault = machine.faults.meet(.backend, type.rawValue, String(domain.rawValue))
        if let last = fault.lastState, next.rawValue > last { return }
        if fault.isSilence { return }
        if let errno = fault.errno { return fail(errno, "switching to state \(next.rawValue)") }
        guard let delay = fault.delay else { return moveNow(to: next, then: done) }
        machine.timeline.schedule(after: delay) { [weak self] in
            guard let self, self.isRegistered else { return }
            self.moveNow(to: next, then: done)
        }
    }

    private func moveNow(to next: XenbusState, then done: () -> Void) {
        state = next
        if next == .connected { connectedAt = guest?.clock.uptime }
        write("state", String(next.rawValue))
        done()
    }

    /// xenbus_dev_fatal: says why in the store and gives up.
    func fail(_ errno: String, _ what: String) {
        let place = "/local/domain/\(bus.owner)/error/backend/\(type.rawValue)/\(domain)/\(lastPart(path))/error"
        try? store.write(place, "\(ErrnoName.number(errno)) \(what)", as: bus.owner)
        state = .closing
        write("state", String(XenbusState.closing.rawValue))
    }

    // MARK: What it moves

    private var guest: Guest? { machine.domains[domain]?.guest }

    /// What a guest moves in a second in which it runs: a little by itself, and more the more it computes.
    var moves: (inward: Double, outward: Double) { (0, 0) }

    /// Since it was connected.
    var counter: DeviceCounter? {
        guard let guest, let connectedAt else { return nil }
        let seconds = max(0, (guest.clock.uptime - connectedAt).inSeconds) * (1 + Double(guest.behaviour.cpuPercent))
        return DeviceCounter(
            device: name, inward: UInt64(seconds * moves.inward), outward: UInt64(seconds * moves.outward))
    }

    // MARK: Ring

    /// Maps the front-end's ring.
    func connectRing() { machine.hold(domain, name) }

    /// Whether the guest has granted the pages and opened the event channels that these nodes of its directory name. It may write
    /// anything there.
    func areShared(pages: [String], channels: [String]) -> Bool {
        guard let guest = machine.domains[domain]?.guest else { return false }
        func number(_ node: String) -> UInt32? { store.node("\(frontend)/\(node)").flatMap { UInt32($0.value) } }
        return pages.allSatisfy { node in number(node).map { (8..<guest.nextGrant).contains(Int($0)) } ?? false }
            && channels.allSatisfy { node in number(node).map { guest.domain.ports[$0] != nil } ?? false }
    }

    /// Unmaps it.
    func disconnect() { machine.letGo(domain, name) }

    /// What the hot-plug script of a driver domain does, which nobody sees from outside.
    func runOwnScript(_ act: @escaping (BackendDevice) -> Void) {
        guard !bus.isDomainZero else { return }
        machine.timeline.schedule(after: machine.configuration.latencies.driver * 10) { [weak self] in
            guard let self, self.isRegistered else { return }
            act(self)
        }
    }

    // MARK: Nodes

    func read(_ node: String) -> String? { try? store.read("\(path)/\(node)", as: bus.owner) }

    func write(_ node: String, _ value: String) {
        // A driver never makes a directory that the toolstack has removed.
        guard store.node(path) != nil else { return }
        try? store.write("\(path)/\(node)", value, as: bus.owner)
    }
}
