#if RealXen
    import CXen
    import DomainModel
    import Glibc
    import HypervisorInterface

    /// Xen through libxenctrl and libxenguest. What takes long (building, saving, restoring, destroying) has a thread and a
    /// handle for itself; everything else shares one, and is done in order.
    struct LibxenHypervisor: Hypervisor {
        let calls: CallThread<XenControl>
        let poller: Poller

        // MARK: The node

        func node() async throws(HypervisorError) -> NodeReport {
            try await calls.run { xen throws(HypervisorError) in try xen.nodeReport() }
        }

        func consoleRing(clear: Bool) async throws(HypervisorError) -> [UInt8] {
            try await calls.run { xen throws(HypervisorError) in try xen.consoleRing(clear: clear) }
        }

        // MARK: Looking

        func domains() async throws(HypervisorError) -> [DomainReport] {
            try await calls.run { xen throws(HypervisorError) in try xen.reports().map(DomainReport.init) }
        }

        func domain(_ id: DomainID) async throws(HypervisorError) -> DomainReport? {
            try await calls.run { xen throws(HypervisorError) in try xen.report(id).map(DomainReport.init) }
        }

        func vcpus(of id: DomainID) async throws(HypervisorError) -> [VCPUReport] {
            try await calls.run { xen throws(HypervisorError) in try xen.vcpus(of: id) }
        }

        // MARK: Making

        func createDomain(_ creation: DomainCreation) async throws(HypervisorError) -> DomainID {
            try await calls.run { xen throws(HypervisorError) in try xen.create(creation) }
        }

        func setMaximumMemory(_ size: MemorySize, of id: DomainID) async throws(HypervisorError) {
            try await calls.run { xen throws(HypervisorError) in try xen.setMaximumMemory(size, of: id) }
        }

        func build(_ id: DomainID, _ build: DomainBuild) async throws(HypervisorError) -> BuiltDomain {
            try await onNewThread(named: "build-\(id)") { () throws(HypervisorError) in
                try XenControl().build(id, build)
            }
        }

        // MARK: Running

        func pause(_ id: DomainID) async throws(HypervisorError) {
            try await call("xc_domain_pause", id) { xc_domain_pause($0, $1) }
        }

        func unpause(_ id: DomainID) async throws(HypervisorError) {
            try await call("xc_domain_unpause", id) { xc_domain_unpause($0, $1) }
        }

        func resume(_ id: DomainID) async throws(HypervisorError) {
            // Cooperative: the guest's suspend hypercall returns 1. Every guest of today can.
            try await call("xc_domain_resume", id) { xc_domain_resume($0, $1, 1) }
        }

        func destroy(_ id: DomainID) async throws(HypervisorError) {
            // Freeing much memory takes seconds.
            try await onNewThread(named: "destroy-\(id)") { () throws(HypervisorError) in
                _ = try XenControl().check("xc_domain_destroy", id) { xc_domain_destroy($0, UInt32(id.rawValue)) }
            }
        }

        func setHandle(_ uuid: DomainUUID, of id: DomainID) async throws(HypervisorError) {
            try await call("xc_domain_sethandle", id) { xen, id in
                var bytes = uuid.bytes
                return bytes.withUnsafeMutableBufferPointer { xc_domain_sethandle(xen, id, $0.baseAddress) }
            }
        }

        func setAffinity(_ cpus: CPUSet, ofVCPU vcpu: Int, of id: DomainID) async throws(HypervisorError) {
            try await calls.run { xen throws(HypervisorError) in try xen.setAffinity(cpus, ofVCPU: vcpu, of: id) }
        }

        func schedulerParameters(of id: DomainID) async throws(HypervisorError) -> SchedulerParameters {
            try await calls.run { xen throws(HypervisorError) in try xen.schedulerParameters(of: id) }
        }

        func setSchedulerParameters(
            _ parameters: SchedulerParameters, of id: DomainID
        ) async throws(HypervisorError) {
            try await calls.run { xen throws(HypervisorError) in try xen.setSchedulerParameters(parameters, of: id) }
        }

        private func call(
            _ name: String, _ id: DomainID, _ body: @escaping @Sendable (OpaquePointer, UInt32) -> Int32
        ) async throws(HypervisorError) {
            try await calls.run { xen throws(HypervisorError) in
                _ = try xen.check(name, id) { body($0, UInt32(id.rawValue)) }
            }
        }
    }
#endif
