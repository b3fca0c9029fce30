import DomainModel
import HypervisorInterface

/// A machine looked at from above, as oracles and scenarios do: what is in it that no hypercall tells.
public struct MachineInspection {
    let machine: SimulatedMachine

    private var store: XenStored { machine.store }
    private var domains: [DomainID: SimulatedDomain] { machine.domains }

    /// What a scenario must wait for: guests booting or shutting down, handshakes under way; each as a phrase.
    public var openWork: [String] {
        var work: [String] = []
        for id in machine.order {
            guard let guest = domains[id]?.guest else { continue }
            if guest.isOnItsWay { work.append("domain \(id) is \(guest.phaseWord)") }
            for frontend in guest.frontends.values.sorted(by: { $0.path < $1.path })
            where frontend.isConnecting && guest.clock.isRunning && !guest.isHung {
                work.append("front-end \(frontend.path) is connecting")
            }
        }
        return work
    }

    /// What is left of domains that are gone, or waits to go; each as a sentence.
    public func leaks() -> [String] {
        var leaks: [String] = []
        for id in machine.order {
            guard let domain = domains[id], domain.isDying else { continue }
            leaks.append("domain \(id) is dying, held by \(domain.references.sorted().joined(separator: ", "))")
        }
        for name in store.names(below: "/local/domain") where !lives(name) {
            leaks.append("xenstore has /local/domain/\(name) of a domain that is gone")
        }
        for owner in store.names(below: "/local/domain") {
            let backend = "/local/domain/\(owner)/backend"
            for type in store.names(below: backend) {
                for name in store.names(below: "\(backend)/\(type)") where !lives(name) {
                    leaks.append("xenstore has \(backend)/\(type)/\(name) of a domain that is gone")
                }
            }
        }
        let living = Set(domains.values.filter { !$0.isDying }.map(\.uuid.description))
        for name in store.names(below: "/vm") where !living.contains(name) {
            leaks.append("xenstore has /vm/\(name) of a domain that is gone")
        }
        for bus in machine.buses.values.sorted(by: { $0.owner < $1.owner }) {
            for device in bus.devices.values.sorted(by: { $0.name < $1.name })
            where domains[device.domain] == nil || domains[device.domain]?.isDying == true {
                leaks.append("back-end \(device.name) of a domain that is gone is still registered")
            }
        }
        for name in machine.hardware.interfaces.keys.sorted() where name.hasPrefix("vif") {
            let id = name.dropFirst(3).split(separator: ".").first ?? ""
            if !lives(String(id)) { leaks.append("interface \(name) of a domain that is gone exists") }
        }
        if let unaccountedPages { leaks.append(unaccountedPages) }
        return leaks
    }

    /// How far what is free and what domains hold is from what the machine has, in words; nil when it is all there.
    public var unaccountedPages: String? {
        let held = machine.freePages + domains.values.reduce(0) { $0 + $1.pages }
        guard held != machine.configuration.memory.pages else { return nil }
        return "\(held) pages are accounted for, the machine has \(machine.configuration.memory.pages)"
    }

    private func lives(_ name: String) -> Bool {
        guard let id = DomainID(text: name), let domain = domains[id] else { return false }
        return !domain.isDying
    }

    /// The numbers of the block devices that some back-end directory names, or some back-end has open.
    public var physicalDevicesInStore: Set<UInt32> {
        var numbers = Set(machine.hardware.blockDevices.values.filter { !$0.users.isEmpty }.map(\.number))
        for (path, node) in store.nodes where path.hasSuffix("/physical-device") {
            let parts = node.value.split(separator: ":").compactMap { UInt32($0, radix: 16) }
            if parts.count == 2 { numbers.insert(deviceNumber(major: parts[0], minor: parts[1])) }
        }
        return numbers
    }

    /// Every node of xenstore with its value, by path: what `xenstore-ls -f` shows.
    public var storeContents: [(path: String, value: String)] {
        store.nodes.map { ($0.path, $0.node.value) }
    }

    /// What xenstore has at `path`; nil when there is no such node.
    public func storeValue(_ path: String) -> String? { store.node(path)?.value }

    /// The names below `path` in xenstore, in order.
    public func storeChildren(_ path: String) -> [String] { store.names(below: path) }

    /// Whether a domain has an event channel of this number.
    public func hasEventChannel(_ port: UInt32, of id: DomainID) -> Bool { domains[id]?.ports[port] != nil }

    /// The phase of a guest in a word: `off`, `booting`, `up`, `shutting down`, `hung`; nil when there is no such
    /// guest.
    public func guestPhase(_ id: DomainID) -> String? { domains[id]?.guest?.phaseWord }
}

extension SimulatedMachine {
    /// The machine from above.
    public var inspection: MachineInspection { MachineInspection(machine: self) }
}

extension Guest {
    var phaseWord: String {
        switch phase {
        case .off: "off"
        case .booting: "booting"
        case .up: "up"
        case .shuttingDown: "shutting down"
        case .hung: "hung"
        }
    }
}
