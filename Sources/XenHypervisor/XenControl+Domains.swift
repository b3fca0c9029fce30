#if RealXen
    import CXen
    import DomainModel
    import Glibc
    import HypervisorInterface

    /// Looking at domains, and setting what is settable.
    extension XenControl {
        /// Every domain, by id.
        func reports() throws(HypervisorError) -> [xc_domaininfo_t] {
            var all: [xc_domaininfo_t] = []
            var piece = [xc_domaininfo_t](repeating: xc_domaininfo_t(), count: 256)
            while true {
                let first = all.last.map { UInt32($0.domain) + 1 } ?? 0
                let count = try check("xc_domain_getinfolist") {
                    xc_domain_getinfolist($0, first, UInt32(piece.count), &piece)
                }
                all.append(contentsOf: piece.prefix(Int(count)))
                if Int(count) < piece.count { return all }
            }
        }

        /// One domain; the call answers with the next one when there is none of this id.
        func report(_ id: DomainID) throws(HypervisorError) -> xc_domaininfo_t? {
            var info = xc_domaininfo_t()
            let count = try check("xc_domain_getinfolist", id) {
                xc_domain_getinfolist($0, UInt32(id.rawValue), 1, &info)
            }
            return count == 1 && info.domain == id.rawValue ? info : nil
        }

        func requiredReport(_ call: String, _ id: DomainID) throws(HypervisorError) -> xc_domaininfo_t {
            guard let report = try report(id) else { throw HypervisorError(call, id, .noSuchDomain) }
            return report
        }

        func vcpus(of id: DomainID) throws(HypervisorError) -> [VCPUReport] {
            let info = try requiredReport("xc_vcpu_getinfo", id)
            // No vcpu has been made yet: the highest number is all ones.
            guard info.max_vcpu_id != UInt32.max else { return [] }
            var reports: [VCPUReport] = []
            for number in 0...Int(info.max_vcpu_id) {
                var vcpu = xc_vcpuinfo_t()
                try check("xc_vcpu_getinfo", id) {
                    xc_vcpu_getinfo($0, UInt32(id.rawValue), UInt32(number), &vcpu)
                }
                reports.append(
                    VCPUReport(
                        number: number, cpu: vcpu.online != 0 ? Int(vcpu.cpu) : nil, isRunning: vcpu.running != 0,
                        isBlocked: vcpu.blocked != 0, cpuTime: .nanoseconds(Int64(clamping: vcpu.cpu_time)),
                        affinity: try affinity(ofVCPU: number, of: id)))
            }
            return reports
        }

        /// A PVH guest's limit counts its special pages too, which are none of its memory.
        func setMaximumMemory(_ size: MemorySize, of id: DomainID) throws(HypervisorError) {
            let info = try requiredReport("xc_domain_setmaxmem", id)
            let kibibytes = size.kibibytes + (info.isPVH ? pvhSpecialPages * 4 : 0)
            try check("xc_domain_setmaxmem", id) { xc_domain_setmaxmem($0, UInt32(id.rawValue), kibibytes) }
            if info.isPVH { try setPagingMemory(for: size, of: id) }
        }

        /// Nested paging tables are the guest's to pay: at least what libxl reckons, 1 MiB per vcpu and 8 KiB per MiB.
        func setPagingMemory(for size: MemorySize, of id: DomainID) throws(HypervisorError) {
            let mebibytes = 8 + UInt64(size.mebibytes) / 128
            try check("xc_set_paging_mempool_size", id) {
                xc_set_paging_mempool_size($0, UInt32(id.rawValue), mebibytes << 20)
            }
        }
    }

    /// Frames at the top of a PVH guest that the builder fills: rings, identity page table, TSS; with room to spare.
    let pvhSpecialPages: UInt64 = 32

    extension xc_domaininfo_t {
        var isPVH: Bool { flags & cxen_dominf_hvm != 0 }
    }

    extension DomainReport {
        init(_ info: xc_domaininfo_t) {
            guard let id = DomainID(Int(info.domain)) else { preconditionFailure("Xen reports the id of no domain") }
            let maximum = MemorySize(pages: info.max_pages)
            self.init(
                id: id, uuid: DomainUUID(bytes: withUnsafeBytes(of: info.handle) { Array($0) }),
                kind: info.isPVH ? .pvh : .pv, isRunning: info.flags & cxen_dominf_running != 0,
                isBlocked: info.flags & cxen_dominf_blocked != 0, isPaused: info.flags & cxen_dominf_paused != 0,
                shutdownReason: info.flags & cxen_dominf_shutdown == 0
                    ? nil : ShutdownReason(code: cxen_shutdown_code(info.flags)),
                isDying: info.flags & cxen_dominf_dying != 0, memory: MemorySize(pages: info.tot_pages),
                maximumMemory: info.isPVH ? maximum - MemorySize(pages: pvhSpecialPages) : maximum,
                cpuTime: .nanoseconds(Int64(clamping: info.cpu_time)), onlineVCPUs: Int(info.nr_online_vcpus))
        }
    }
#endif
