import DomainModel
import HostInterface
import HypervisorInterface

/// The hypervisor of a simulated machine as one incarnation of the daemon sees it: each call is refused once the
/// daemon has been killed, meets the faults that are due, takes its time, and then acts on the machine.
struct HypervisorHandle: Hypervisor {
    let machine: SimulatedMachine
    let incarnation: Incarnation

    private var latencies: Latencies { machine.configuration.latencies }

    // MARK: The node

    func node() async throws(HypervisorError) -> NodeReport {
        try await call("xc_physinfo") { machine in machine.node }
    }

    func consoleRing(clear: Bool) async throws(HypervisorError) -> [UInt8] {
        try await call("xc_readconsolering") { machine in machine.log.read(clear: clear) }
    }

    // MARK: Looking

    func domains() async throws(HypervisorError) -> [DomainReport] {
        try await call("xc_domain_getinfolist") { machine in machine.reports }
    }

    func changes(
        since look: DomainLook?, besides ids: Set<DomainID>
    ) async throws(HypervisorError) -> DomainChanges {
        try await call("xc_domain_getinfolist") { machine in machine.changes(since: look, besides: ids) }
    }

    func domain(_ id: DomainID) async throws(HypervisorError) -> DomainReport? {
        try await call("xc_domain_getinfo", id) { machine in machine.report(of: id) }
    }

    func vcpus(of id: DomainID) async throws(HypervisorError) -> [VCPUReport] {
        try await call("xc_vcpu_getinfo", id) { (machine) throws(HypervisorError) in try machine.vcpus(of: id) }
    }

    // MARK: Making

    func createDomain(_ creation: DomainCreation) async throws(HypervisorError) -> DomainID {
        try await call("xc_domain_create", creation.id, takes: latencies.createDomain) {
            (machine) throws(HypervisorError) in try machine.createDomain(creation)
        }
    }

    func setMaximumMemory(_ size: MemorySize, of id: DomainID) async throws(HypervisorError) {
        try await call("xc_domain_setmaxmem", id) { (machine) throws(HypervisorError) in
            try machine.setMaximumMemory(size, of: id)
        }
    }

    func build(_ id: DomainID, _ build: DomainBuild) async throws(HypervisorError) -> BuiltDomain {
        for path in [build.kernel, build.ramdisk].compactMap({ $0 }) { try await load(path, id) }
        return try await call("xc_dom_build", id, takes: latencies.build + latencies.memory(build.memory)) {
            (machine) throws(HypervisorError) in try machine.build(id, build)
        }
    }

    /// libxc reads kernel and ramdisk itself; of their bytes nothing is kept here but that they are whole.
    private func load(_ path: String, _ id: DomainID) async throws(HypervisorError) {
        let call = "xc_dom_build"
        let fault: FaultAction?
        do throws(Incarnation.Obstacle) {
            fault = try await incarnation.pass(.disk, FileOperation.read.rawValue, path)
            try incarnation.finish(fault)
        } catch {
            guard case .errno(let name) = error else { throw HypervisorError(call, id, HypervisorError.Reason(error)) }
            throw HypervisorError(call, id, .badImage, text: "\(path): \(name)")
        }
        if fault.isDamage { throw HypervisorError(call, id, .badImage, text: "\(path): not a kernel") }
    }

    // MARK: Running

    func pause(_ id: DomainID) async throws(HypervisorError) {
        try await call("xc_domain_pause", id) { (machine) throws(HypervisorError) in try machine.pause(id) }
    }

    func unpause(_ id: DomainID) async throws(HypervisorError) {
        try await call("xc_domain_unpause", id) { (machine) throws(HypervisorError) in try machine.unpause(id) }
    }

    func resume(_ id: DomainID) async throws(HypervisorError) {
        try await call("xc_domain_resume", id) { (machine) throws(HypervisorError) in try machine.resume(id) }
    }

    func destroy(_ id: DomainID) async throws(HypervisorError) {
        // Of a domain that is dying there is nothing left to take apart.
        let domain = machine.domains[id].flatMap { $0.isDying ? nil : $0 }
        let latency = domain.map { latencies.destroyDomain + latencies.memory(MemorySize(pages: $0.pages)) }
        try await call("xc_domain_destroy", id, takes: latency ?? .zero) {
            (machine) throws(HypervisorError) in try machine.destroy(id)
        }
    }

    func setHandle(_ uuid: DomainUUID, of id: DomainID) async throws(HypervisorError) {
        try await call("xc_domain_sethandle", id) { (machine) throws(HypervisorError) in
            try machine.find("xc_domain_sethandle", id).uuid = uuid
        }
    }

    func setAffinity(_ cpus: CPUSet, ofVCPU vcpu: Int, of id: DomainID) async throws(HypervisorError) {
        try await call("xc_vcpu_setaffinity", id) { (machine) throws(HypervisorError) in
            try machine.setAffinity(cpus, ofVCPU: vcpu, of: id)
        }
    }

    func schedulerParameters(of id: DomainID) async throws(HypervisorError) -> SchedulerParameters {
        let name = "xc_sched_credit2_domain_get"
        return try await call(name, id) { (machine) throws(HypervisorError) in try machine.find(name, id).scheduling }
    }

    func setSchedulerParameters(
        _ parameters: SchedulerParameters, of id: DomainID
    ) async throws(HypervisorError) {
        try await call("xc_sched_credit2_domain_set", id) { (machine) throws(HypervisorError) in
            try machine.setSchedulerParameters(parameters, of: id)
        }
    }

    // MARK: One call

    /// One hypercall. `takes`: nil = what any small one takes.
    func call<Result: Sendable>(
        _ name: String, _ id: DomainID? = nil, takes latency: Duration? = nil,
        _ body: (SimulatedMachine) throws(HypervisorError) -> Result
    ) async throws(HypervisorError) -> Result {
        assert(HypercallName.all.contains(HypercallName.short(name)), "\(name) is missing among HypercallName.all")
        if incarnation.isOpen(takes: latency ?? latencies.hypercall) { return try body(machine) }
        let domain = id.map { String($0.rawValue) } ?? ""
        let afterwards: FaultAction?
        do throws(Incarnation.Obstacle) {
            afterwards = try await incarnation.pass(
                .hypercall, HypercallName.short(name), domain, takes: latency ?? latencies.hypercall)
        } catch {
            throw HypervisorError(name, id, HypervisorError.Reason(error))
        }
        let result = try body(machine)
        guard let afterwards else { return result }
        do throws(Incarnation.Obstacle) { try incarnation.finish(afterwards) } catch {
            throw HypervisorError(name, id, HypervisorError.Reason(error))
        }
        return result
    }
}

extension HypervisorError.Reason {
    init(_ obstacle: Incarnation.Obstacle) {
        switch obstacle {
        case .fenced: self = .fenced
        case .cancelled: self = .cancelled
        case .errno(let name): self = HypervisorError.Reason(errno: ErrnoName.number(name))
        }
    }
}
