import DomainModel
import HypervisorInterface

/// Event channels of new domains.
struct EventChannelsHandle: EventChannels {
    let hypervisor: HypervisorHandle

    func allocateUnbound(in domain: DomainID, remote: DomainID) async throws(HypervisorError) -> EventPort {
        let name = "xc_evtchn_alloc_unbound"
        return try await hypervisor.call(name, domain) { (machine) throws(HypervisorError) in
            let domain = try machine.find(name, domain)
            guard !domain.isDying else { throw HypervisorError(name, domain.id, .noSuchDomain) }
            return domain.allocatePort(remote: remote)
        }
    }
}

extension SimulatedMachine {
    /// The machine as one incarnation of the daemon sees it.
    public func handle(for incarnation: Incarnation) -> Machine {
        let hypervisor = HypervisorHandle(machine: self, incarnation: incarnation)
        _ = incarnation.atEnd { [store] in store.closeConnection(incarnation.number) }
        return Machine(
            hypervisor: hypervisor, store: XenStoreHandle(machine: self, incarnation: incarnation),
            eventChannels: EventChannelsHandle(hypervisor: hypervisor),
            consoles: ConsolesHandle(machine: self, incarnation: incarnation), isSimulated: true)
    }
}
