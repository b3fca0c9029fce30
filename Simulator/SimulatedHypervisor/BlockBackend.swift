import DomainModel
import HypervisorInterface

/// blkback.
final class BlockBackend: BackendDevice {
    private var device: UInt32?
    private var hasRing = false
    /// Requests.
    override var moves: (inward: Double, outward: Double) { (4, 2) }
    private static let protocols = ["x86_64-abi", "x86_32-abi", "native"]

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
            guard store.node("\(frontend)/ring-ref") != nil, store.node("\(frontend)/event-channel") != nil else {
                return fail("EINVAL", "reading \(frontend)/ring-ref")
            }
            if let name = store.node("\(frontend)/protocol")?.value, !Self.protocols.contains(name) {
                return fail("ENOSYS", "unknown fe protocol \(name)")
            }
            guard areShared(pages: ["ring-ref"], channels: ["event-channel"]) else {
                return fail("EINVAL", "mapping ring-ref port")
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
            ("feature-flush-cache", "1"), ("discard-granularity", "4096"), ("discard-alignment", "0"),
            ("discard-secure", "0"), ("feature-discard", "1"), ("feature-barrier", "1"), ("feature-persistent", "1"),
            ("sectors", String(size / 512)), ("info", read("mode")?.contains("w") == true ? "0" : "4"),
            ("sector-size", "512"), ("physical-sector-size", "512"),
        ] { write(node, value) }
        move(to: .connected)
    }

    /// blkback allows to be bound again: its state stays, unless it was closing (xenbus_dev_remove).
    override var saysThatItCloses: Bool { XenbusState(text: read("state")) == .closing }

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
