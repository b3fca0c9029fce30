import DomainModel
import HostInterface
import HypervisorInterface

/// Cores of domains in the form of libxc's: those pages that have contents, as they are.
extension HypervisorHandle {
    func dumpCore(_ id: DomainID, output: any ImageOutput) async throws(HypervisorError) {
        let name = "xc_domain_dumpcore"
        try await call(name, id) { (machine) throws(HypervisorError) in
            let domain = try machine.find(name, id)
            guard domain.guest != nil, !domain.isDying else {
                throw HypervisorError(name, id, .invalid, text: "there is nothing in the domain")
            }
        }
        machine.hold(id, "dump")
        // The kernel undoes the mapping also when the daemon is killed.
        let rite = incarnation.atEnd { [machine] in machine.letGo(id, "dump") }
        defer {
            incarnation.forgetAtEnd(rite)
            machine.letGo(id, "dump")
        }
        let domain = try machine.find(name, id)
        guard let guest = domain.guest else { throw HypervisorError(name, id, .noSuchDomain) }
        let uptime = guest.clock.uptime
        let pfns = (0..<guest.memory.pages).filter { guest.memory.hasContents($0, at: uptime) }
        let core = CoreFormat(
            kind: domain.kind, vcpus: domain.vcpus, pfns: pfns, version: machine.configuration.version)
        try await write(core.beginning, id, to: output)
        var place = 0
        while place < pfns.count {
            let batch = pfns[place..<min(pfns.count, place + ImageFormat.batch)]
            let latency = machine.configuration.latencies.copy(MemorySize(pages: UInt64(batch.count)))
            let pages = try await call("xc_domain_dumpcore_pages", id, takes: latency) {
                (machine) throws(HypervisorError) in
                guard let guest = try machine.find(name, id).guest else {
                    throw HypervisorError(name, id, .noSuchDomain)
                }
                return guest.contents(of: batch)
            }
            try await write(pages, id, to: output)
            place += batch.count
        }
        try await write(core.end, id, to: output)
    }

    private func write(_ bytes: [UInt8], _ id: DomainID, to output: any ImageOutput) async throws(HypervisorError) {
        let name = "xc_domain_dumpcore"
        do { try await output.write(bytes) } catch { throw HypervisorError(name, id, .callback, text: "\(error)") }
        if incarnation.isFenced { throw HypervisorError(name, id, .fenced) }
    }
}

extension GuestMemory {
    /// Whether a page is more than zeros.
    func hasContents(_ pfn: UInt64, at uptime: Duration) -> Bool {
        pfn == Self.statePage || foreign[pfn] != nil || version(of: pfn, at: uptime) > 0
    }
}

extension Guest {
    /// The pages as they are at this moment.
    func contents(of pfns: ArraySlice<UInt64>) -> [UInt8] {
        let uptime = clock.uptime
        return [UInt8](unsafeUninitializedCapacity: pfns.count * PageContents.size) { buffer, count in
            let raw = UnsafeMutableRawBufferPointer(buffer)
            for (index, pfn) in pfns.enumerated() {
                let start = index * PageContents.size
                let page = UnsafeMutableRawBufferPointer(rebasing: raw[start..<start + PageContents.size])
                if pfn == GuestMemory.statePage {
                    page.copyBytes(from: GuestSnapshot(self).page)
                } else if let foreign = memory.foreign[pfn] {
                    page.copyBytes(from: foreign)
                } else {
                    PageContents.write(memory.version(of: pfn, at: uptime), of: pfn, seed: memory.seed, to: page)
                }
            }
            count = pfns.count * PageContents.size
        }
    }
}
