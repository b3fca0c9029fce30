#if RealXen
    import CXen
    import DomainModel
    import Glibc
    import HypervisorInterface

    /// Which cpus a vcpu may use, and how much of them.
    extension XenControl {
        func affinity(ofVCPU vcpu: Int, of id: DomainID) throws(HypervisorError) -> CPUSet {
            try withCPUMap("xc_vcpu_getaffinity", id) { (map, cpus) throws(HypervisorError) in
                try check("xc_vcpu_getaffinity", id) {
                    xc_vcpu_getaffinity($0, UInt32(id.rawValue), Int32(vcpu), map, nil, cxen_hard_affinity)
                }
                let set = (0..<cpus).filter { map[$0 / 8] >> ($0 % 8) & 1 != 0 }
                return set.count == cpus ? CPUSet.any : CPUSet(set)
            }
        }

        func setAffinity(_ set: CPUSet, ofVCPU vcpu: Int, of id: DomainID) throws(HypervisorError) {
            try withCPUMap("xc_vcpu_setaffinity", id) { (map, cpus) throws(HypervisorError) in
                for cpu in set.cpus ?? Set(0..<cpus) where cpu >= 0 && cpu < cpus { map[cpu / 8] |= 1 << (cpu % 8) }
                try check("xc_vcpu_setaffinity", id) {
                    xc_vcpu_setaffinity($0, UInt32(id.rawValue), Int32(vcpu), map, nil, cxen_hard_affinity)
                }
            }
        }

        func schedulerParameters(of id: DomainID) throws(HypervisorError) -> SchedulerParameters {
            switch try schedulerID() {
            case cxen_scheduler_credit2:
                var parameters = xen_domctl_sched_credit2()
                try check("xc_sched_credit2_domain_get", id) {
                    xc_sched_credit2_domain_get($0, UInt32(id.rawValue), &parameters)
                }
                return SchedulerParameters(weight: Int(parameters.weight), cap: Int(parameters.cap))
            case cxen_scheduler_credit:
                var parameters = xen_domctl_sched_credit()
                try check("xc_sched_credit_domain_get", id) {
                    xc_sched_credit_domain_get($0, UInt32(id.rawValue), &parameters)
                }
                return SchedulerParameters(weight: Int(parameters.weight), cap: Int(parameters.cap))
            default:
                throw otherScheduler("xc_sched_credit2_domain_get", id)
            }
        }

        func setSchedulerParameters(_ parameters: SchedulerParameters, of id: DomainID) throws(HypervisorError) {
            let (weight, cap) = (UInt16(clamping: parameters.weight), UInt16(clamping: parameters.cap))
            switch try schedulerID() {
            case cxen_scheduler_credit2:
                var parameters = xen_domctl_sched_credit2(weight: weight, cap: cap)
                try check("xc_sched_credit2_domain_set", id) {
                    xc_sched_credit2_domain_set($0, UInt32(id.rawValue), &parameters)
                }
            case cxen_scheduler_credit:
                var parameters = xen_domctl_sched_credit(weight: weight, cap: cap)
                try check("xc_sched_credit_domain_set", id) {
                    xc_sched_credit_domain_set($0, UInt32(id.rawValue), &parameters)
                }
            default:
                throw otherScheduler("xc_sched_credit2_domain_set", id)
            }
        }

        private func otherScheduler(_ call: String, _ id: DomainID) -> HypervisorError {
            HypervisorError(call, id, .notSupported, text: "Xen's scheduler here has no weights and caps")
        }

        /// An empty map of physical cpus, and how many there can be.
        private func withCPUMap<Value>(
            _ call: String, _ id: DomainID, _ body: (UnsafeMutablePointer<UInt8>, Int) throws(HypervisorError) -> Value
        ) throws(HypervisorError) -> Value {
            let handle = try interface(for: call, id)
            let cpus = xc_get_max_cpus(handle)
            guard cpus > 0, let map = xc_cpumap_alloc(handle) else { throw error(call, id, errno: errno) }
            defer { free(map) }
            return try body(map, Int(cpus))
        }
    }
#endif
