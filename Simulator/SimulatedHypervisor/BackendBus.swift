import DomainModel
import HostInterface
import HypervisorInterface

/// The back-end half of xenbus in domain 0, or in a driver domain: finds new devices below
/// `…/backend/TYPE/DOMAIN/DEVICE`, as Linux' drivers/xen/xenbus does.
final class BackendBus {
    /// The domain in which the drivers run.
    let owner: DomainID
    unowned let machine: SimulatedMachine
    /// By the name under /sys/bus/xen-backend/devices: `vbd-1-2049`.
    private(set) var devices: [String: BackendDevice] = [:]
    /// The names of those in the directory of one domain: there may be thousands of others.
    private var namesByDirectory: [String: Set<String>] = [:]
    private var watch: UInt64?

    init(owner: DomainID, machine: SimulatedMachine) {
        self.owner = owner
        self.machine = machine
        watch = try? machine.store.watch(root, as: owner) { [weak self] path in self?.changed(path) }
    }

    private var root: String { "/local/domain/\(owner)/backend" }

    /// The domain of the drivers has ended: its devices with it.
    func stop() {
        if let watch { machine.store.unwatch(watch) }
        watch = nil
        for device in devices.values.sorted(by: { $0.name < $1.name }) { device.vanish() }
        devices = [:]
        namesByDirectory = [:]
    }

    /// Whether domain 0 has the drivers; another domain has hot-plug scripts and devices of its own.
    var isDomainZero: Bool { owner == .zero }

    /// Something changed at or below `path`.
    private func changed(_ path: String) {
        guard watch != nil else { return }
        let parts = path.dropFirst(root.count).split(separator: "/").map(String.init)
        guard parts.count >= 3 else { return rescan(path) }
        look(parts[0], parts[1], parts[2])
    }

    /// A whole directory appeared or went away.
    private func rescan(_ path: String) {
        let depth = path.dropFirst(root.count).split(separator: "/").count
        let near = depth == 2 ? namesByDirectory[path] ?? [] : Set(devices.keys)
        for device in near.sorted().compactMap({ devices[$0] })
        where device.path.hasPrefix(path + "/") && machine.store.node(device.path) == nil { device.unregister() }
        for name in machine.store.names(below: path) {
            let below = "\(path)/\(name)"
            guard depth < 2 else {
                changed(below)
                continue
            }
            rescan(below)
        }
    }

    private func look(_ type: String, _ domain: String, _ number: String) {
        let path = "\(root)/\(type)/\(domain)/\(number)"
        let name = "\(type)-\(domain)-\(number)"
        guard machine.store.node(path) != nil else {
            devices[name]?.unregister()
            return
        }
        guard devices[name] == nil else { return }
        probe(type, path, name)
    }

    /// Makes a device of a directory that is complete: its `state` is 1, and the front-end's directory exists.
    private func probe(_ type: String, _ path: String, _ name: String) {
        let store = machine.store
        guard let type = DeviceType(rawValue: type), let driver = type.backendDriver,
            XenbusState(text: store.node("\(path)/state")?.value) == .initialising,
            let frontend = store.node("\(path)/frontend")?.value, !frontend.isEmpty, store.node(frontend) != nil,
            let id = store.node("\(path)/frontend-id").flatMap({ DomainID(text: $0.value) })
        else { return }
        let device = driver.init(bus: self, type: type, name: name, path: path, frontend: frontend, domain: id)
        devices[name] = device
        namesByDirectory[parentPath(path) ?? path, default: []].insert(name)
        machine.trace?("\(machine.configuration.name): back-end \(name) registered")
        machine.timeline.schedule(after: machine.configuration.latencies.driver) { device.probe() }
    }

    func forget(_ device: BackendDevice) {
        if devices[device.name] === device {
            devices[device.name] = nil
            let directory = parentPath(device.path) ?? device.path
            namesByDirectory[directory]?.remove(device.name)
            if namesByDirectory[directory]?.isEmpty ?? false { namesByDirectory[directory] = nil }
        }
        machine.trace?("\(machine.configuration.name): back-end \(device.name) unregistered")
        // What is there anew under this name becomes a new device.
        machine.timeline.schedule(after: machine.configuration.latencies.driver) { [weak self] in
            self?.changed(device.path)
        }
    }
}

extension SimulatedMachine {
    /// A guest's kernel drives the back-end directories of its own, if it is given any: it is a driver domain then.
    func startBackendDrivers(of id: DomainID) {
        guard buses[id] == nil else { return }
        buses[id] = BackendBus(owner: id, machine: self)
    }

    /// The names under /sys/bus/xen-backend/devices of domain 0.
    public var backendDevices: [String] { buses[.zero]?.devices.keys.sorted() ?? [] }

    /// What they have moved, of each in the order of their names.
    public var deviceCounters: [DeviceCounter] {
        (buses[.zero]?.devices ?? [:]).sorted { $0.key < $1.key }.compactMap(\.value.counter)
    }
}
