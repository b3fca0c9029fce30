import DomainModel
import HypervisorInterface

/// A guest's end of a split device: follows the back-end's state and moves its own, as the drivers of Linux do.
class Frontend {
    unowned let guest: Guest
    let type: DeviceType
    /// Its directory in xenstore, and the back-end's.
    let path: String
    let backend: String
    private(set) var state = XenbusState.initialising
    private var watch: UInt64?
    /// Rings when it has waited for the back-end as long as it ever does.
    private var alarm: Int?
    private var hasGivenUp = false

    /// What Linux has patience for (drivers/xen/xenbus/xenbus_probe_frontend.c, wait_for_devices: 30 s and 270 s more).
    private static let patience = Duration.seconds(300)

    required init(guest: Guest, type: DeviceType, path: String, backend: String) {
        self.guest = guest
        self.type = type
        self.path = path
        self.backend = backend
    }

    private var store: XenStored { guest.machine.store }

    /// Follows the back-end from now on.
    func start() {
        watch = try? store.watch("\(backend)/state", as: guest.domain.id) { [weak self] _ in
            self?.guest.whenRunning { self?.look() }
        }
        alarm = guest.clock.after(Self.patience) { [weak self] in self?.giveUp() }
    }

    /// The kernel goes on without the device. Should the back-end come to life after all, so does the device.
    private func giveUp() {
        alarm = nil
        guard isConnecting else { return }
        hasGivenUp = true
        let other = XenbusState(text: try? store.read("\(backend)/state", as: guest.domain.id))
        guest.print(
            "XENBUS: Timeout connecting to device: \(path.dropFirst(guest.home.count + 1)) (local state \(state.rawValue), remote state \(other.rawValue))\r\n"
        )
    }

    /// The device is gone, or the guest.
    func forget() {
        if let watch { store.unwatch(watch) }
        watch = nil
        stopWaiting()
    }

    private func stopWaiting() {
        if let alarm { guest.clock.cancel(alarm) }
        alarm = nil
    }

    /// Whether the handshake is under way: its guest waits for it.
    var isConnecting: Bool { !hasGivenUp && (state == .initialising || state == .initialised) }

    private func look() {
        guard watch != nil else { return }
        let other = XenbusState(text: try? store.read("\(backend)/state", as: guest.domain.id))
        guest.clock.after(guest.machine.configuration.latencies.driver) { [weak self] in self?.backendChanged(other) }
    }

    /// The back-end's state has changed.
    func backendChanged(_ other: XenbusState) {
        switch other {
        case .closing: close()
        case .closed where state != .closed: close()
        case .unknown, .initialising, .initWait, .initialised, .connected, .closed: break
        }
    }

    /// Gives the device up.
    func close() {
        guard state != .closed else { return }
        if state != .closing { move(to: .closing) }
        guest.clock.after(guest.machine.configuration.latencies.driver) { [weak self] in
            guard let self, self.state == .closing else { return }
            self.move(to: .closed)
        }
    }

    /// Writes nodes of its directory and then its state; when it may not, the device stays as it is.
    func move(to next: XenbusState, writing nodes: [(String, String)] = []) {
        let fault = guest.machine.faults.meet(.frontend, type.rawValue, String(guest.domain.id.rawValue))
        if let last = fault.lastState, next.rawValue > last { return }
        if fault.isSilence || fault.errno != nil { return }
        guard let delay = fault.delay else { return moveNow(to: next, writing: nodes) }
        guest.clock.after(delay) { [weak self] in self?.moveNow(to: next, writing: nodes) }
    }

    private func moveNow(to next: XenbusState, writing nodes: [(String, String)]) {
        do {
            for (name, value) in nodes { try store.write("\(path)/\(name)", value, as: guest.domain.id) }
            try store.write("\(path)/state", String(next.rawValue), as: guest.domain.id)
            state = next
            if !isConnecting { stopWaiting() }
        } catch {
            guest.print("xenbus: \(type.rawValue): \(error)\r\n")
        }
    }

    /// A grant of a page to the back-end's domain.
    func grant() -> String {
        defer { guest.nextGrant += 1 }
        return String(guest.nextGrant)
    }

    /// An event channel for the back-end.
    func port() -> String {
        let text = try? store.read("\(path)/backend-id", as: guest.domain.id)
        let remote = text.flatMap { DomainID(text: $0) } ?? .zero
        return guest.domain.allocatePort(remote: remote).description
    }
}
