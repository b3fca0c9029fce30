#if RealXen
    import CXen
    import DomainModel
    import Glibc
    import HypervisorInterface

    /// Making a domain and putting a kernel into it, by libxenguest's steps.
    extension XenControl {
        func create(_ creation: DomainCreation) throws(HypervisorError) -> DomainID {
            if creation.kind == .pvh, try !hasNestedPaging() {
                throw HypervisorError(
                    "xc_domain_create", creation.id, .notSupported, text: HypervisorError.noNestedPaging)
            }
            // 0 lets Xen choose; so it can never be asked for.
            var raw = UInt32(creation.id?.rawValue ?? 0)
            try check("xc_domain_create", creation.id) {
                cxen_create($0, &raw, creation.uuid.bytes, creation.kind == .pvh, UInt32(creation.vcpus))
            }
            guard let id = DomainID(Int(raw)) else {
                preconditionFailure("Xen made domain \(raw), which is no domain id")
            }
            do {
                try check("xc_domain_max_vcpus", id) { xc_domain_max_vcpus($0, raw, UInt32(creation.vcpus)) }
                // As libxl's default: the time stamp counter is emulated only when the guest moves to another frequency.
                try check("xc_domain_set_tsc_info", id) { xc_domain_set_tsc_info($0, raw, 0, 0, 0, 0) }
                if creation.kind == .pvh { try letTimePass(in: id) }
            } catch {
                _ = try? check("xc_domain_destroy", id) { xc_domain_destroy($0, raw) }
                throw error
            }
            return id
        }

        /// As libxl's default: a guest's clock goes on while its vcpu has to wait for a cpu, instead of falling behind Xen's.
        private func letTimePass(in id: DomainID) throws(HypervisorError) {
            try check("xc_hvm_param_set", id) {
                xc_hvm_param_set(
                    $0, UInt32(id.rawValue), UInt32(HVM_PARAM_TIMER_MODE), UInt64(HVMPTM_no_delay_for_missed_ticks))
            }
        }

        func build(_ id: DomainID, _ build: DomainBuild) throws(HypervisorError) -> BuiltDomain {
            let handle = try interface(for: "xc_dom_allocate", id)
            guard let image = xc_dom_allocate(handle, build.commandLine, nil) else {
                throw error("xc_dom_allocate", id, errno: errno)
            }
            defer { xc_dom_release(image) }
            let builder = DomainBuilder(xen: self, handle: handle, image: image, id: id, build: build)
            try builder.loadKernel()
            try builder.giveMemory()
            try builder.boot()
            return try builder.frames()
        }
    }

    /// One run of libxenguest's builder.
    private struct DomainBuilder {
        let xen: XenControl
        let handle: OpaquePointer
        let image: UnsafeMutablePointer<xc_dom_image>
        let id: DomainID
        let build: DomainBuild

        private var raw: UInt32 { UInt32(id.rawValue) }

        func loadKernel() throws(HypervisorError) {
            if build.kind == .pvh, build.vcpus > CXEN_ACPI_VCPUS {
                throw HypervisorError(
                    "xc_dom_boot_image", id, .notSupported,
                    text: "a PVH guest can have at most \(CXEN_ACPI_VCPUS) vcpus: the ACPI tables it gets name no more")
            }
            cxen_container(image, build.kind == .pvh)
            image.pointee.xenstore_evtchn = build.storePort.rawValue
            image.pointee.console_evtchn = build.consolePort.rawValue
            image.pointee.max_vcpus = UInt32(build.vcpus)
            try requireReadable(build.kernel)
            try step("xc_dom_kernel_file", badImage: "\(build.kernel) cannot be loaded") {
                xc_dom_kernel_file(image, build.kernel)
            }
            if let ramdisk = build.ramdisk {
                try requireReadable(ramdisk)
                try step("xc_dom_module_file", badImage: "\(ramdisk) cannot be loaded") {
                    xc_dom_module_file(image, ramdisk, nil)
                }
            }
            try step("xc_dom_boot_xen_init") { xc_dom_boot_xen_init(image, handle, raw) }
            try step("xc_dom_parse_image", badImage: "\(build.kernel) is no kernel that Xen can start") {
                xc_dom_parse_image(image)
            }
        }

        func giveMemory() throws(HypervisorError) {
            // What a PVH guest may grow to is in its map from the beginning: as libxl does it, what it has not got is populated on demand.
            let mapped = build.kind == .pvh ? build.maximumMemory : build.memory
            if build.kind == .pvh {
                try xen.setPagingMemory(for: mapped, of: id)
                try step("xc_cpuid_apply_policy") { cxen_default_cpu_policy(handle, raw) }
                try step("xc_domain_set_memory_map") {
                    cxen_pvh_memory(handle, raw, image, build.memory.bytes, mapped.bytes)
                }
            }
            // Where a PV guest looks at its start how far it may ever grow.
            if build.kind == .pv {
                try step("xc_domain_set_memmap_limit") {
                    xc_domain_set_memmap_limit(handle, raw, UInt(build.maximumMemory.kibibytes))
                }
            }
            try step("xc_dom_mem_init") { xc_dom_mem_init(image, UInt32(mapped.mebibytes)) }
            guard xc_dom_boot_mem_init(image) >= 0 else {
                // The library says how many pages it did not get.
                throw HypervisorError(
                    "xc_dom_boot_mem_init", id, .noMemory,
                    text: "the node has not enough memory for the \(build.memory) of this domain")
            }
        }

        func boot() throws(HypervisorError) {
            let what = build.ramdisk.map { "\(build.kernel) with ramdisk \($0) does" } ?? "\(build.kernel) does"
            try step("xc_dom_build_image", badImage: "\(what) not fit into the \(build.memory) of this domain") {
                xc_dom_build_image(image)
            }
            try step("xc_dom_boot_image") { xc_dom_boot_image(image) }
            try step("xc_dom_gnttab_init") { xc_dom_gnttab_init(image) }
        }

        func frames() throws(HypervisorError) -> BuiltDomain {
            guard build.kind == .pvh else {
                return BuiltDomain(
                    storeFrame: cxen_frame(image, UInt64(image.pointee.xenstore_pfn)),
                    consoleFrame: cxen_frame(image, UInt64(image.pointee.console_pfn)))
            }
            var (store, console): (UInt64, UInt64) = (0, 0)
            try step("xc_hvm_param_get") { cxen_pvh_frames(handle, raw, &store, &console) }
            try step("xc_hvm_param_set") {
                cxen_bind_pvh_ports(handle, raw, UInt64(build.storePort.rawValue), UInt64(build.consolePort.rawValue))
            }
            return BuiltDomain(storeFrame: store, consoleFrame: console)
        }

        /// So that the reason is the system's and not the library's "Internal error".
        private func requireReadable(_ path: String) throws(HypervisorError) {
            guard access(path, R_OK) != 0 else { return }
            throw HypervisorError("xc_dom_kernel_file", id, .badImage, text: "\(path): \(systemText(errno))")
        }

        /// Makes one call. If it is the image's fault when it fails, `badImage` says so, and the library says how.
        private func step(
            _ call: String, badImage: String? = nil, _ body: () -> Int32
        ) throws(HypervisorError) {
            guard body() < 0 else { return }
            var error = xen.error(call, id, errno: errno, reason: badImage == nil ? nil : .badImage)
            if let badImage { error.text = error.text.map { "\(badImage) (\($0))" } ?? badImage }
            throw error
        }
    }
#endif
