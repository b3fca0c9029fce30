import DomainModel
import HostInterface
import HypervisorInterface

/// Domain 0 uses one per cent of a cpu while nobody looks.
private let domainZeroIdleness = 100

/// Making, looking at and ending domains: what the hypercalls do, at once.
extension SimulatedMachine {
    // MARK: Looking

    /// Every domain, by id, dying ones included.
    public var reports: [DomainReport] {
        settleTime()
        var reports: [DomainReport] = []
        reports.reserveCapacity(order.count)
        for id in order { if let domain = domains[id] { reports.append(report(domain)) } }
        return reports
    }

    /// What has changed since an earlier look, and how some domains are besides. Costs as much as there is to tell.
    func changes(since look: DomainLook?, besides ids: Set<DomainID>) -> DomainChanges {
        let now = DomainLook(count: changes.mark())
        guard let changed = look.flatMap({ changes.since($0.count) }) else {
            return DomainChanges(reports: reports, isComplete: true, look: now)
        }
        settleTime()
        let told = ids.union(changed).sorted()
        return DomainChanges(
            reports: told.compactMap { domains[$0].map(report) }, gone: told.filter { domains[$0] == nil },
            isComplete: false, look: now)
    }

    /// One domain; nil when there is none of this id.
    public func report(of id: DomainID) -> DomainReport? {
        settleTime()
        return domains[id].map(report)
    }

    /// Domain 0 is always at work: it is domain 0 that asks.
    private func report(_ domain: SimulatedDomain) -> DomainReport {
        reportsTold += 1
        var report = domain.report
        guard domain.id == .zero else { return report }
        report.isRunning = true
        report.cpuTime = (timeline.now - bootedAt) / domainZeroIdleness
        return report
    }

    private func settleTime() {
        scheduler.settle()
        scheduler.share()
    }

    func vcpus(of id: DomainID) throws(HypervisorError) -> [VCPUReport] {
        let domain = try find("xc_vcpu_getinfo", id)
        settleTime()
        let report = domain.report
        return (0..<domain.vcpus).map { number in
            let isOnline = number < domain.onlineVCPUs
            let allowed = domain.affinities[number].cpus?.filter { $0 < configuration.cpus }.min()
            return VCPUReport(
                number: number, cpu: isOnline ? allowed ?? (Int(id.rawValue) + number) % configuration.cpus : nil,
                isRunning: isOnline && report.isRunning && number == 0, isBlocked: isOnline && report.isBlocked,
                cpuTime: isOnline ? report.cpuTime / max(1, domain.onlineVCPUs) : .zero,
                affinity: domain.affinities[number])
        }
    }

    /// What Xen says about the machine.
    public var node: NodeReport {
        let version = configuration.version
        var compile = CompileReport()
        compile.compiler = "swift (simulated machine)"
        compile.by = "xend-sim"
        compile.domain = "simulated"
        compile.commandLine = "dom0_mem=\(configuration.domainZeroMemory.mebibytes)M"
        return NodeReport(
            major: version.major, minor: version.minor, extra: version.extra, cpus: configuration.cpus,
            coresPerSocket: configuration.cpus, threadsPerCore: 1, cpuKilohertz: configuration.cpuKilohertz,
            totalMemory: configuration.memory, freeMemory: freeMemory,
            capabilities: "xen-3.0-x86_64 hvm-3.0-x86_32 hvm-3.0-x86_32p hvm-3.0-x86_64",
            scheduler: configuration.scheduler, compile: compile, canRun: configuration.canRun,
            canMigrateLive: configuration.canMigrateLive)
    }

    /// Memory that belongs to nobody.
    public var freeMemory: MemorySize { MemorySize(pages: freePages) }

    // MARK: Making

    func createDomain(_ creation: DomainCreation) throws(HypervisorError) -> DomainID {
        let call = "xc_domain_create"
        guard (1...128).contains(creation.vcpus) else { throw HypervisorError(call, creation.id, .invalid) }
        guard configuration.canRun.contains(creation.kind) else {
            throw HypervisorError(call, creation.id, .notSupported, text: HypervisorError.noNestedPaging)
        }
        if let wanted = creation.id, domains[wanted] != nil { throw HypervisorError(call, wanted, .exists) }
        guard let id = creation.id ?? nextFreeID() else { throw HypervisorError(call, nil, .noMemory) }
        let domain = SimulatedDomain(creation, id: id, changes: changes)
        insert(domain)
        stateChanged(domain, "created")
        return id
    }

    /// Xen's rover: the next id after the one it chose last, skipping those in use; after the last comes 1.
    private func nextFreeID() -> DomainID? {
        for _ in 1..<DomainID.firstReserved {
            lastID = lastID + 1 >= DomainID.firstReserved ? 1 : lastID + 1
            if let id = DomainID(Int(lastID)), domains[id] == nil { return id }
        }
        return nil
    }

    func setMaximumMemory(_ size: MemorySize, of id: DomainID) throws(HypervisorError) {
        try find("xc_domain_setmaxmem", id).maximumPages = size.pages
    }

    /// Gives a domain pages.
    func populate(_ call: String, _ domain: SimulatedDomain, _ pages: UInt64) throws(HypervisorError) {
        guard !domain.isDying else { throw HypervisorError(call, domain.id, .noSuchDomain) }
        guard domain.pages + pages <= domain.maximumPages, pages <= freePages else {
            log.add(
                "d0: Over-allocation for d\(domain.id): \(domain.pages + pages) > \(domain.maximumPages) or "
                    + "\(pages) > \(freePages) free")
            throw HypervisorError(call, domain.id, .noMemory)
        }
        domain.pages += pages
        freePages -= pages
    }

    /// Takes pages from a domain.
    func depopulate(_ domain: SimulatedDomain, _ pages: UInt64) {
        let count = min(pages, domain.pages)
        domain.pages -= count
        freePages += count
    }

    /// Builds a kernel into a domain.
    func build(_ id: DomainID, _ build: DomainBuild) throws(HypervisorError) -> BuiltDomain {
        let call = "xc_dom_build"
        let domain = try find(call, id)
        guard domain.guest == nil, !domain.isDying, build.kind == domain.kind else {
            throw HypervisorError(call, id, .invalid)
        }
        for path in [build.kernel, build.ramdisk].compactMap({ $0 }) where !kernels.exists(path) {
            throw HypervisorError(call, id, .badImage, text: "\(path): no such file or directory")
        }
        guard let behaviour = kernels.behaviour(of: build.kernel) else {
            throw HypervisorError(call, id, .badImage, text: "\(build.kernel): not a kernel")
        }
        let images = [build.kernel, build.ramdisk].compactMap { $0 }.reduce(0) { $0 + kernels.size(of: $1) }
        guard images <= build.memory.bytes else {
            throw HypervisorError(
                call, id, .badImage,
                text: "kernel and ramdisk need \(images >> 20) MB, the domain has \(build.memory.mebibytes)")
        }
        guard domain.ports[build.storePort.rawValue] != nil, domain.ports[build.consolePort.rawValue] != nil else {
            throw HypervisorError(call, id, .invalid, text: "event channels for xenstore and console are missing")
        }
        try populate(call, domain, build.memory.pages)
        nextGuestSeed += 1
        // Every boot of every domain anywhere has contents of its own: a page that ends up in another guest is noticed.
        let seed = domain.uuid.bytes.reduce(nextGuestSeed &* 0x9E37_79B9_7F4A_7C15) {
            ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3
        }
        domain.guest = Guest(
            machine: self, domain: domain, image: build.kernel, commandLine: build.commandLine, behaviour: behaviour,
            memory: GuestMemory(seed: seed, pages: build.memory.pages))
        // The others are there, and the kernel brings them up.
        domain.onlineVCPUs = 1
        return placeRings(domain)
    }

    /// Chooses the frames of the xenstore and console rings.
    func placeRings(_ domain: SimulatedDomain) -> BuiltDomain {
        let built: BuiltDomain
        switch domain.kind {
        case .pv: built = BuiltDomain(storeFrame: nextFrame, consoleFrame: nextFrame + 1)
        case .pvh: built = BuiltDomain(storeFrame: 0xFEFFC, consoleFrame: 0xFEFFF)
        }
        nextFrame += 2
        domain.built = built
        return built
    }

    // MARK: Ending

    func destroy(_ id: DomainID) throws(HypervisorError) {
        let domain = try find("xc_domain_destroy", id)
        guard id != .zero else { throw HypervisorError("xc_domain_destroy", id, .invalid) }
        guard !domain.isDying else { return }
        domain.guest?.powerOff()
        domain.isDying = true
        scheduler.setLoad(0, of: domain)
        buses.removeValue(forKey: id)?.stop()
        domain.ports = [:]
        freePages += domain.pages
        domain.pages = 0
        stateChanged(domain, "dying")
        raiseExit(id)
        buryIfUnreferenced(domain)
    }

    /// Somebody maps pages of a domain.
    func hold(_ id: DomainID, _ reference: String) { domains[id]?.references.insert(reference) }

    /// Somebody no longer maps pages of a domain.
    func letGo(_ id: DomainID, _ reference: String) {
        guard let domain = domains[id], domain.references.remove(reference) != nil else { return }
        buryIfUnreferenced(domain)
    }

    private func buryIfUnreferenced(_ domain: SimulatedDomain) {
        guard domain.isDying, domain.references.isEmpty, domains[domain.id] === domain else { return }
        drop(domain.id)
        stateChanged(domain, "gone")
        raiseExit(domain.id)
    }

    /// Raises VIRQ DOM_EXC, which xenstored holds; several that come together are one.
    func raiseExit(_ id: DomainID) {
        if exitedDomains.isEmpty {
            timeline.schedule(after: configuration.latencies.virq) { [weak self] in self?.handleExits() }
        }
        exitedDomains.insert(id)
    }

    /// xenstored looks which domains are gone, and the console daemon with it.
    private func handleExits() {
        let exited = exitedDomains.sorted()
        exitedDomains = []
        var stopped: [DomainID] = []
        for id in exited {
            guard let domain = domains[id], !domain.isDying else {
                store.release(id)
                consoles.domainGone(id)
                continue
            }
            if domain.shutdownReason != nil { stopped.append(id) }
        }
        store.noticeExits(of: stopped)
    }
}
