import DomainModel
import HypervisorInterface

/// netback.
final class NetBackend: BackendDevice {
    private var interface: String?
    private var isReadyToConnect = false

    /// Bytes.
    override var moves: (inward: Double, outward: Double) { (200, 100) }

    override func probe() {
        super.probe()
        guard isRegistered else { return }
        for (node, value) in [
            ("feature-sg", "1"), ("feature-gso-tcpv4", "1"), ("feature-gso-tcpv6", "1"),
            ("feature-ipv6-csum-offload", "1"), ("feature-rx-copy", "1"), ("feature-xdp-headroom", "1"),
            ("feature-rx-flip", "0"), ("feature-multicast-control", "1"), ("feature-dynamic-multicast-control", "1"),
            ("feature-split-event-channels", "1"),
            ("multi-queue-max-queues", String(machine.configuration.cpus)), ("feature-ctrl-ring", "1"),
        ] { write(node, value) }
        guard read("script") != nil else { return fail("ENOENT", "reading script") }
        guard let handle = read("handle").flatMap({ Int($0) }) else { return fail("ENOENT", "reading handle") }
        let interface = "vif\(domain).\(handle)"
        // The kernel learns of it as of everything in xenstore: a moment later, when the daemon has gone on.
        watch("\(path)/hotplug-status") { [weak self] in
            guard let self else { return }
            machine.timeline.schedule(after: machine.configuration.latencies.driver) { [weak self] in
                self?.connectIfReady()
            }
        }
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
            guard store.node("\(frontend)/tx-ring-ref") != nil, store.node("\(frontend)/rx-ring-ref") != nil else {
                return fail("ENOENT", "reading \(frontend)/ring-ref and event-channel")
            }
            guard
                areShared(
                    pages: ["tx-ring-ref", "rx-ring-ref"], channels: ["event-channel-tx", "event-channel-rx"])
            else { return fail("EINVAL", "mapping shared-frames") }
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
        if interface != nil, store.node("\(path)/hotplug-status") != nil {
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
