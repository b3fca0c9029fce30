import DomainModel
import HostInterface
import HypervisorInterface

/// Saving a domain as libxenguest does: all pages in rounds while the guest runs (live) or at once, then the guest
/// suspends, the pages it wrote meanwhile follow, then its vcpus.
extension HypervisorHandle {
    func save(
        _ id: DomainID, live: Bool, output: any ImageOutput, observer: any SaveObserver
    ) async throws(HypervisorError) {
        let name = "xc_domain_save"
        try await call(name, id) { (machine) throws(HypervisorError) in try machine.checkSavable(name, id, live: live) }
        machine.hold(id, "save")
        // The kernel undoes the mapping also when the daemon is killed.
        let rite = incarnation.atEnd { [machine] in machine.letGo(id, "save") }
        defer {
            incarnation.forgetAtEnd(rite)
            machine.letGo(id, "save")
        }
        let run = SaveRun(id: id, handle: self, output: output, observer: observer)
        try await run.perform(live: live)
        // The domain is left suspended; what has been written is the caller's.
        try await call("xc_domain_save_end", id) { _ in }
    }
}

extension SimulatedMachine {
    func checkSavable(_ call: String, _ id: DomainID, live: Bool) throws(HypervisorError) {
        let domain = try find(call, id)
        guard domain.guest != nil, !domain.isDying, domain.shutdownReason == nil else {
            throw HypervisorError(call, id, .invalid, text: "the domain does not run")
        }
        guard !live || configuration.canMigrateLive.contains(domain.kind) else {
            throw HypervisorError(
                call, id, .invalid, text: "this Xen cannot track the pages that a \(domain.kind) guest dirties")
        }
    }
}

/// One save.
private struct SaveRun {
    let id: DomainID
    let handle: HypervisorHandle
    let output: any ImageOutput
    let observer: any SaveObserver
    private let name = "xc_domain_save"

    init(id: DomainID, handle: HypervisorHandle, output: any ImageOutput, observer: any SaveObserver) {
        self.id = id
        self.handle = handle
        self.output = output
        self.observer = observer
    }

    private var machine: SimulatedMachine { handle.machine }

    private func guest() throws(HypervisorError) -> Guest {
        guard let guest = try machine.find(name, id).guest else { throw HypervisorError(name, id, .noSuchDomain) }
        return guest
    }

    func perform(live: Bool) async throws(HypervisorError) {
        let domain = try machine.find(name, id)
        let version = machine.configuration.version
        let pages = try guest().memory.pages
        try await write(ImageFormat.headers(kind: domain.kind, major: version.major, minor: version.minor))
        try await write(ImageFormat.opening(kind: domain.kind, pages: pages))
        if live {
            let dirty = try await rounds()
            try await suspend()
            try await send(ranges: dirty.since(try guest()))
        } else {
            try await suspend()
            try await send(ranges: [0..<pages])
        }
        let rings = domain.built ?? BuiltDomain(storeFrame: 0, consoleFrame: 0)
        try await write(
            ImageFormat.closing(
                kind: domain.kind, vcpus: domain.onlineVCPUs, kilohertz: machine.configuration.cpuKilohertz,
                uptime: try guest().clock.uptime.nanoseconds, rings: (rings.storeFrame, rings.consoleFrame)))
    }

    /// From when on pages that are written must be sent again.
    private struct Dirt {
        var moment: Duration

        /// What must be sent now that the guest is suspended; always the page in which it describes itself.
        func since(_ guest: Guest) -> [Range<UInt64>] {
            let ranges = guest.memory.dirtied(from: moment, to: guest.clock.uptime)
            let state = GuestMemory.statePage
            return ranges.contains { $0.contains(state) } ? ranges : [state..<state + 1] + ranges
        }
    }

    /// The rounds of a live save; ends when the observer has had enough.
    private func rounds() async throws(HypervisorError) -> Dirt {
        let total = try guest().memory.pages
        var ranges: [Range<UInt64>] = [0..<total]
        var sent: UInt64 = 0
        for round in 0... {
            let start = try guest().clock.uptime
            try await send(ranges: ranges)
            sent += ranges.reduce(0) { $0 + UInt64($1.count) }
            try checkCancelled()
            let guest = try guest()
            let dirty = guest.memory.dirtied(from: start, to: guest.clock.uptime)
            let progress = SaveProgress(
                round: round, pagesSent: sent, pagesDirty: dirty.reduce(0) { $0 + UInt64($1.count) }, pagesTotal: total)
            guard await observer.round(progress) else { return Dirt(moment: start) }
            // What was written while the observer thought is in the next round's log, and in its contents.
            ranges = dirty
        }
        throw HypervisorError(name, id, .cancelled)
    }

    private func suspend() async throws(HypervisorError) {
        try checkCancelled()
        do { try await observer.suspend() } catch { throw HypervisorError(name, id, .callback, text: "\(error)") }
        if handle.incarnation.isFenced { throw HypervisorError(name, id, .fenced) }
        guard try machine.find(name, id).shutdownReason == .suspend else {
            throw HypervisorError(name, id, .invalid, text: "the guest has not been suspended")
        }
    }

    private func checkCancelled() throws(HypervisorError) {
        if Task.isCancelled { throw HypervisorError(name, id, .cancelled) }
    }

    // MARK: Pages

    private func send(ranges: [Range<UInt64>]) async throws(HypervisorError) {
        for range in ranges {
            var first = range.lowerBound
            while first < range.upperBound {
                let end = min(range.upperBound, first + UInt64(ImageFormat.batch))
                let record = try pageRecord(first..<end)
                let size = MemorySize(pages: UInt64(record.count / PageContents.size))
                let latency = machine.configuration.latencies.copy(size)
                try await handle.call("xc_domain_save_pages", id, takes: latency) { _ in }
                try await write(record)
                first = end
            }
        }
    }

    /// The pages as they are at this moment.
    private func pageRecord(_ pfns: Range<UInt64>) throws(HypervisorError) -> [UInt8] {
        let guest = try guest()
        let memory = guest.memory
        let uptime = guest.clock.uptime
        let versions = pfns.map { memory.version(of: $0, at: uptime) }
        let state = pfns.contains(GuestMemory.statePage) ? GuestSnapshot(guest).page : nil
        var entries: [UInt8] = []
        entries.append(little: UInt32(pfns.count))
        entries.append(little: UInt32(0))
        var present: [(pfn: UInt64, version: UInt64)] = []
        for (pfn, version) in zip(pfns, versions) {
            let hasContents = version > 0 || memory.foreign[pfn] != nil || pfn == GuestMemory.statePage
            entries.append(little: hasContents ? pfn : pfn | ImageFormat.allocateOnly)
            if hasContents { present.append((pfn, version)) }
        }
        let length = entries.count + present.count * PageContents.size
        var header: [UInt8] = []
        header.append(little: ImageFormat.Record.pageData.rawValue)
        header.append(little: UInt32(length))
        // Entries and pages are multiples of eight bytes: no padding.
        return [UInt8](unsafeUninitializedCapacity: 8 + length) { buffer, count in
            let raw = UnsafeMutableRawBufferPointer(buffer)
            raw.copyBytes(from: header + entries)
            var offset = 8 + entries.count
            for (pfn, version) in present {
                let page = UnsafeMutableRawBufferPointer(rebasing: raw[offset..<offset + PageContents.size])
                if pfn == GuestMemory.statePage, let state {
                    page.copyBytes(from: state)
                } else if let foreign = memory.foreign[pfn] {
                    page.copyBytes(from: foreign)
                } else {
                    PageContents.write(version, of: pfn, seed: memory.seed, to: page)
                }
                offset += PageContents.size
            }
            count = 8 + length
        }
    }

    private func write(_ bytes: [UInt8]) async throws(HypervisorError) {
        do { try await output.write(bytes) } catch { throw HypervisorError(name, id, .callback, text: "\(error)") }
        if handle.incarnation.isFenced { throw HypervisorError(name, id, .fenced) }
    }
}
