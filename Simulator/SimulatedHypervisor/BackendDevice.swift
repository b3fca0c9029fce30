import DomainModel
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
    private var watches: [UInt64] = []

    init(bus: BackendBus, type: DeviceType, name: String, path: String, frontend: String, domain: DomainID) {
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
        if store.nodes["\(path)/state"] != nil { write("state", String(XenbusState.closed.rawValue)) }
        state = .closed
        vanish()
        bus.forget(self)
    }

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
        let other = XenbusState(text: store.nodes["\(frontend)/state"]?.value)
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
            if !isOnline { unregister() }
        case .unknown: unregister()
        case .initialising, .initWait, .initialised, .connected: break
        }
    }

    /// Moves to a state, unless a fault keeps it.
    func move(to next: XenbusState, then done: @escaping () -> Void = {}) {
        guard next != state else { return done() }
        switch machine.faults.pass(.backend, type.rawValue, String(domain.rawValue)) {
        case .stuck(let limit) where next.rawValue > limit: return
        case .drop, .hang: return
        case .error(let errno): fail(errno, "switching to state \(next.rawValue)")
        case .delay(let delay):
            machine.timeline.schedule(after: delay) { [weak self] in
                guard let self, self.isRegistered else { return }
                self.moveNow(to: next, then: done)
            }
        case nil, .stuck, .torn, .cutAfter, .killDaemon, .powerLoss: moveNow(to: next, then: done)
        }
    }

    private func moveNow(to next: XenbusState, then done: () -> Void) {
        state = next
        write("state", String(next.rawValue))
        done()
    }

    /// xenbus_dev_fatal: says why in the store and gives up.
    func fail(_ errno: String, _ what: String) {
        let place = "/local/domain/\(bus.owner)/error/backend/\(type.rawValue)/\(domain)/\(lastPart(path))/error"
        try? store.write(place, "\(errnoNumber(errno)) \(what)", as: bus.owner)
        state = .closing
        write("state", String(XenbusState.closing.rawValue))
    }

    // MARK: Ring

    /// Maps the front-end's ring.
    func connectRing() { machine.hold(domain, name) }

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
        guard store.nodes[path] != nil else { return }
        try? store.write("\(path)/\(node)", value, as: bus.owner)
    }
}

/// blkback.
final class BlockBackend: BackendDevice {
    private var device: UInt32?
    private var hasRing = false

    override func probe() {
        super.probe()
        guard isRegistered else { return }
        write("feature-max-indirect-segments", "256")
        write("multi-queue-max-queues", String(machine.configuration.cpus))
        write("max-ring-page-order", "4")
        watch("\(path)/physical-device") { [weak self] in self?.open() }
        move(to: .initWait)
        runOwnScript { $0.write("physical-device", "8:1") }
    }

    /// The toolstack has said which device: `MAJOR:MINOR` in hexadecimal.
    private func open() {
        guard isRegistered, device == nil, let text = read("physical-device") else { return }
        let parts = text.split(separator: ":").map { UInt32($0, radix: 16) }
        guard parts.count == 2, let major = parts[0], let minor = parts[1] else {
            return fail("EINVAL", "reading physical-device")
        }
        guard let mode = read("mode") else { return fail("ENOENT", "reading mode") }
        let number = deviceNumber(major: major, minor: minor)
        guard bus.isDomainZero else {
            device = number
            return connectIfReady()
        }
        guard let found = machine.hardware.blockDevices[number] else { return fail("ENXIO", "creating vbd structure") }
        if mode.contains("w"), found.isReadOnly { return fail("EACCES", "creating vbd structure") }
        if machine.configuration.exclusiveBlockDevices, !found.users.subtracting([name]).isEmpty {
            return fail("EBUSY", "creating vbd structure")
        }
        device = number
        machine.hardware.update(number) { $0.users.insert(name) }
        connectIfReady()
    }

    override func frontendChanged(_ other: XenbusState) {
        switch other {
        case .initialising: if state == .closed { move(to: .initWait) }
        case .initialised, .connected:
            guard state != .connected else { return }
            guard store.nodes["\(frontend)/ring-ref"] != nil, store.nodes["\(frontend)/event-channel"] != nil else {
                return fail("EINVAL", "reading \(frontend)/ring-ref")
            }
            connectRing()
            hasRing = true
            connectIfReady()
        case .closed:
            hasRing = false
            super.frontendChanged(other)
        case .unknown, .initWait, .closing: super.frontendChanged(other)
        }
    }

    private func connectIfReady() {
        guard hasRing, let device, state != .connected else { return }
        let size = bus.isDomainZero ? machine.hardware.blockDevices[device]?.size : 1 << 30
        guard let size else { return }
        for (node, value) in [
            ("feature-flush-cache", "1"), ("feature-barrier", "1"), ("feature-persistent", "1"),
            ("sectors", String(size / 512)), ("info", read("mode")?.contains("w") == true ? "0" : "4"),
            ("sector-size", "512"), ("physical-sector-size", "512"),
        ] { write(node, value) }
        move(to: .connected)
    }

    override func release() { letDeviceGo() }

    override func vanish() {
        super.vanish()
        letDeviceGo()
    }

    private func letDeviceGo() {
        guard let device else { return }
        if bus.isDomainZero { machine.hardware.update(device) { $0.users.remove(name) } }
        self.device = nil
    }
}

/// netback.
final class NetBackend: BackendDevice {
    private var interface: String?
    private var isReadyToConnect = false

    override func probe() {
        super.probe()
        guard isRegistered else { return }
        for (node, value) in [
            ("feature-sg", "1"), ("feature-gso-tcpv4", "1"), ("feature-rx-copy", "1"), ("feature-rx-flip", "0"),
            ("multi-queue-max-queues", String(machine.configuration.cpus)), ("feature-ctrl-ring", "1"),
        ] { write(node, value) }
        guard read("script") != nil else { return fail("ENOENT", "reading script") }
        guard let handle = read("handle").flatMap({ Int($0) }) else { return fail("ENOENT", "reading handle") }
        let interface = "vif\(domain).\(handle)"
        watch("\(path)/hotplug-status") { [weak self] in self?.connectIfReady() }
        guard bus.isDomainZero else { return runOwnScript { $0.write("hotplug-status", "connected") } }
        guard machine.hardware.interfaces[interface] == nil else { return fail("EEXIST", "creating interface") }
        machine.hardware.addInterface(interface)
        self.interface = interface
    }

    override func frontendChanged(_ other: XenbusState) {
        switch other {
        case .initialising: if state == .initialising || state == .closed { move(to: .initWait) }
        case .connected:
            guard state != .connected else { return }
            guard store.nodes["\(frontend)/tx-ring-ref"] != nil, store.nodes["\(frontend)/rx-ring-ref"] != nil else {
                return fail("ENOENT", "reading \(frontend)/ring-ref and event-channel")
            }
            connectRing()
            isReadyToConnect = true
            connectIfReady()
        case .closing, .closed:
            isReadyToConnect = false
            super.frontendChanged(other)
        case .unknown, .initWait, .initialised: super.frontendChanged(other)
        }
    }

    /// The state changes only when the hot-plug script has said that the interface is in its place.
    private func connectIfReady() {
        guard isRegistered, isReadyToConnect, state < .connected, read("hotplug-status") == "connected" else { return }
        move(to: .connected)
    }

    override func release() {
        if interface != nil, store.nodes["\(path)/hotplug-status"] != nil {
            try? store.remove("\(path)/hotplug-status", as: bus.owner)
        }
        removeInterface()
    }

    override func vanish() {
        super.vanish()
        removeInterface()
    }

    private func removeInterface() {
        if let interface { machine.hardware.removeInterface(interface) }
        interface = nil
    }
}
