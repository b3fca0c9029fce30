#if RealXen
    import CXen
    import DomainModel
    import Glibc
    import HypervisorInterface

    /// What Xen says of the machine.
    extension XenControl {
        func nodeReport() throws(HypervisorError) -> NodeReport {
            var physical = xc_physinfo_t()
            try check("xc_physinfo") { xc_physinfo($0, &physical) }
            let version = try check("xc_version") { xc_version($0, XENVER_version, nil) }
            var live: Set<GuestKind> = []
            // A PV guest's writes are tracked by shadow page tables only; a PVH guest's by nested paging too.
            if physical.capabilities & cxen_physcap_shadow != 0 { live = [.pv, .pvh] }
            if physical.capabilities & cxen_physcap_hap != 0 { live.insert(.pvh) }
            // Xen writes a blank behind each.
            let capabilities = try versionText(XENVER_capabilities).split(separator: " ").joined(separator: " ")
            var kinds: Set<GuestKind> = capabilities.contains("xen-") ? [.pv] : []
            if physical.capabilities & cxen_physcap_hap != 0 { kinds.insert(.pvh) }
            return NodeReport(
                major: Int(version >> 16), minor: Int(version & 0xFFFF), extra: try versionText(XENVER_extraversion),
                cpus: Int(physical.nr_cpus), nodes: Int(physical.nr_nodes),
                coresPerSocket: Int(physical.cores_per_socket), threadsPerCore: Int(physical.threads_per_core),
                cpuKilohertz: Int(physical.cpu_khz), totalMemory: MemorySize(pages: physical.total_pages),
                freeMemory: MemorySize(pages: physical.free_pages),
                capabilities: capabilities, scheduler: try schedulerName(), compile: try compileReport(), canRun: kinds,
                canMigrateLive: live)
        }

        /// Whether Xen can run PVH guests here: they need nested paging.
        func hasNestedPaging() throws(HypervisorError) -> Bool {
            var physical = xc_physinfo_t()
            try check("xc_physinfo") { xc_physinfo($0, &physical) }
            return physical.capabilities & cxen_physcap_hap != 0
        }

        /// Xen's log ring, in pieces until there is no more.
        func consoleRing(clear: Bool) throws(HypervisorError) -> [UInt8] {
            var log: [UInt8] = []
            var index: UInt32 = 0
            var piece = [CChar](repeating: 0, count: 16384)
            while log.count < consoleRingLimit {
                var count = UInt32(piece.count)
                try check("xc_readconsolering") { xc_readconsolering($0, &piece, &count, clear ? 1 : 0, 1, &index) }
                if count == 0 { break }
                log.append(contentsOf: piece.prefix(Int(count)).map { UInt8(bitPattern: $0) })
            }
            return log
        }

        private func schedulerName() throws(HypervisorError) -> String {
            switch try schedulerID() {
            case 4: "sedf"
            case cxen_scheduler_credit: "credit"
            case cxen_scheduler_credit2: "credit2"
            case 7: "arinc653"
            case 8: "rtds"
            case 9: "null"
            case let other: "scheduler \(other)"
            }
        }

        func schedulerID() throws(HypervisorError) -> Int32 {
            var id: Int32 = -1
            try check("xc_sched_id") { xc_sched_id($0, &id) }
            return id
        }

        private func compileReport() throws(HypervisorError) -> CompileReport {
            let size = 64
            var fields = [CChar](repeating: 0, count: 4 * size)
            try check("xc_version") { cxen_compile_info($0, &fields, size) }
            var report = CompileReport()
            report.compiler = text(fields[0..<size])
            report.by = text(fields[size..<2 * size])
            report.domain = text(fields[2 * size..<3 * size])
            report.date = text(fields[3 * size..<4 * size])
            report.changeset = try versionText(XENVER_changeset)
            report.commandLine = try versionText(XENVER_commandline)
            return report
        }

        private func versionText(_ which: Int32) throws(HypervisorError) -> String {
            var characters = [CChar](repeating: 0, count: 1024)
            try check("xc_version") { cxen_version_text($0, which, &characters, 1024) }
            return text(characters[...])
        }

        private func text(_ characters: ArraySlice<CChar>) -> String {
            String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }

    /// Far more than the largest ring anyone configures; a guest that writes to it while we read must not keep us for ever.
    private let consoleRingLimit = 16 << 20
#endif
