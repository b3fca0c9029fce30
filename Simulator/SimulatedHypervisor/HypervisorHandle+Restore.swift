import DomainModel
import HostInterface
import HypervisorInterface

/// Filling a domain from an image, and checking that every page is what it should be.
extension HypervisorHandle {
    func restore(
        _ id: DomainID, _ restore: DomainRestore, input: any ImageInput
    ) async throws(HypervisorError) -> BuiltDomain {
        let name = "xc_domain_restore"
        try await call(name, id) { (machine) throws(HypervisorError) in
            try machine.checkRestorable(name, id, restore)
        }
        let run = RestoreRun(id: id, kind: restore.kind, handle: self, input: input)
        let (snapshot, vcpus) = try await run.perform()
        return try await call("xc_domain_restore_end", id) { (machine) throws(HypervisorError) in
            try machine.arrive(id, snapshot, vcpus: vcpus)
        }
    }
}

extension SimulatedMachine {
    func checkRestorable(_ call: String, _ id: DomainID, _ restore: DomainRestore) throws(HypervisorError) {
        let domain = try find(call, id)
        guard domain.guest == nil, !domain.isDying, domain.kind == restore.kind,
            domain.ports[restore.storePort.rawValue] != nil, domain.ports[restore.consolePort.rawValue] != nil
        else { throw HypervisorError(call, id, .invalid) }
    }

    /// The image is complete: the guest is there, suspended until it is unpaused.
    func arrive(_ id: DomainID, _ snapshot: GuestSnapshot, vcpus: Int) throws(HypervisorError) -> BuiltDomain {
        let domain = try find("xc_domain_restore", id)
        let guest = Guest(
            machine: self, domain: domain, image: snapshot.image, commandLine: "", behaviour: snapshot.behaviour,
            memory: snapshot.memory, uptime: snapshot.uptime)
        guest.phase = .up
        guest.hostName = snapshot.hostName
        guest.isArriving = true
        for (fate, remaining) in snapshot.fates { guest.schedule(fate, in: remaining) }
        domain.guest = guest
        domain.onlineVCPUs = min(domain.vcpus, max(1, vcpus))
        stateChanged(domain, "restored")
        return placeRings(domain)
    }
}

/// One restore.
private final class RestoreRun {
    private let id: DomainID
    private let kind: GuestKind
    private let handle: HypervisorHandle
    private let input: any ImageInput
    private let name = "xc_domain_restore"
    /// For each page 0 while it has not come, else the version that came last, and one.
    private var received: [UInt32] = []
    private var foreign: [UInt64: [UInt8]] = [:]
    private var seeds: Set<UInt64> = []
    private var statePage: [UInt8] = []
    private var vcpus = 0
    /// Stands in `received` for a page whose contents are of no guest.
    private static let strange = UInt32.max

    init(id: DomainID, kind: GuestKind, handle: HypervisorHandle, input: any ImageInput) {
        self.id = id
        self.kind = kind
        self.handle = handle
        self.input = input
    }

    func perform() async throws(HypervisorError) -> (GuestSnapshot, vcpus: Int) {
        try await readHeaders()
        while true {
            let header = try await read(8)
            let length = header.little(4, as: UInt32.self)
            guard length <= ImageFormat.recordLimit else { throw bad("a record of \(length) bytes") }
            let body = try await read(Int(length + 7 & ~7))
            guard let type = ImageFormat.Record(rawValue: header.little(0, as: UInt32.self)) else {
                // The upper half is optional by definition.
                if header[3] & 0x80 != 0 { continue }
                throw bad("an unknown record of type \(header.little(0, as: UInt32.self))")
            }
            switch type {
            case .end: return (try finish(), vcpus)
            case .pageData: try await takePages(Array(body.prefix(Int(length))))
            case .x86PVVCPUBasic: vcpus += 1
            case .toolstack, .checkpointDirtyPFNList, .checkpoint: throw bad("a record \(type)")
            case .x86PVInfo, .x86PVP2MFrames, .x86PVVCPUExtended, .x86PVVCPUXsave, .sharedInfo, .x86TSCInfo,
                .hvmContext, .hvmParams, .x86PVVCPUMSRs, .verify, .staticDataEnd, .x86CPUIDPolicy, .x86MSRPolicy:
                break
            }
        }
    }

    private func readHeaders() async throws(HypervisorError) {
        let bytes = try await read(40)
        var expected: [UInt8] = []
        expected.append(big: ImageFormat.marker)
        expected.append(big: ImageFormat.identifier)
        guard bytes.starts(with: expected) else { throw bad("no image: the marker is missing") }
        let version = Array(bytes[12..<16].reversed()).little(0, as: UInt32.self)
        guard (2...ImageFormat.version).contains(version), bytes[16] == 0, bytes[17] & 1 == 0 else {
            throw bad("an image of version \(version), or of a machine of another kind")
        }
        let type = bytes.little(24, as: UInt32.self)
        let wanted: UInt32 =
            switch kind {
            case .pv: 1
            case .pvh: 2
            }
        guard type == wanted else { throw bad("an image of another kind of guest") }
        guard bytes.little(28, as: UInt16.self) == 12 else { throw bad("pages of another size") }
    }

    // MARK: Pages

    private func takePages(_ body: [UInt8]) async throws(HypervisorError) {
        guard body.count >= 8 else { throw bad("a short record of pages") }
        let count = Int(body.little(0, as: UInt32.self))
        guard count > 0, count <= ImageFormat.batch, body.count >= 8 + count * 8 else {
            throw bad("a record of \(count) pages")
        }
        let pfns = (0..<count).map { body.little(8 + $0 * 8, as: UInt64.self) }
        let present = pfns.count { $0 & ImageFormat.typeMask <= 4 << 60 }
        guard body.count == 8 + count * 8 + present * PageContents.size else {
            throw bad("a record of the wrong length")
        }
        let size = MemorySize(pages: UInt64(present))
        let latency = handle.machine.configuration.latencies.copy(size)
        let new = pfns.count { isNew($0 & ImageFormat.pfnMask) }
        try await handle.call("xc_domain_restore_pages", id, takes: latency) { (machine) throws(HypervisorError) in
            let domain = try machine.find(name, id)
            try machine.populate(name, domain, UInt64(new))
        }
        var offset = 8 + count * 8
        for entry in pfns {
            let pfn = entry & ImageFormat.pfnMask
            guard pfn < 1 << 32 else { throw bad("page \(pfn)") }
            if pfn >= received.count { received += Array(repeating: 0, count: Int(pfn) + 1024 - received.count) }
            guard entry & ImageFormat.typeMask <= 4 << 60 else {
                received[Int(pfn)] = 1
                continue
            }
            take(body, offset, pfn)
            offset += PageContents.size
        }
    }

    private func isNew(_ pfn: UInt64) -> Bool { pfn >= received.count || received[Int(pfn)] == 0 }

    private func take(_ body: [UInt8], _ offset: Int, _ pfn: UInt64) {
        let range = offset..<offset + PageContents.size
        foreign[pfn] = nil
        if pfn == GuestMemory.statePage {
            statePage = Array(body[range])
            received[Int(pfn)] = 1
            return
        }
        let found = body.withUnsafeBytes { PageContents.read(UnsafeRawBufferPointer(rebasing: $0[range]), of: pfn) }
        guard let found, found.version < UInt64(Self.strange) - 1 else {
            received[Int(pfn)] = Self.strange
            foreign[pfn] = Array(body[range])
            return
        }
        if found.version > 0 { seeds.insert(found.seed) }
        received[Int(pfn)] = UInt32(found.version) + 1
    }

    /// Everything has come: is it what the guest says it had?
    private func finish() throws(HypervisorError) -> GuestSnapshot {
        guard var snapshot = GuestSnapshot(page: statePage) else {
            throw bad("the guest in it is none that this machine can run")
        }
        var wrong: [UInt64] = []
        for pfn in 1..<max(1, snapshot.memory.pages) {
            let seen = pfn < received.count ? received[Int(pfn)] : 0
            let expected = snapshot.memory.version(of: pfn, at: snapshot.uptime)
            guard seen == Self.strange || seen == 0 || UInt64(seen) - 1 != expected else { continue }
            wrong.append(pfn)
            if seen != Self.strange {
                foreign[pfn] = contents(version: UInt64(max(1, seen)) - 1, of: pfn, seed: snapshot.memory.seed)
            }
        }
        if !seeds.subtracting([snapshot.memory.seed]).isEmpty { wrong.append(GuestMemory.statePage) }
        snapshot.memory.foreign = foreign
        if let first = wrong.first {
            handle.machine.noteCorruption(
                "domain \(id): \(wrong.count) pages are not what they were when it was saved, the first is \(first)")
        }
        return snapshot
    }

    private func contents(version: UInt64, of pfn: UInt64, seed: UInt64) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: PageContents.size) { buffer, count in
            PageContents.write(version, of: pfn, seed: seed, to: UnsafeMutableRawBufferPointer(buffer))
            count = PageContents.size
        }
    }

    // MARK: Bytes

    private func read(_ count: Int) async throws(HypervisorError) -> [UInt8] {
        guard count > 0 else { return [] }
        let bytes: [UInt8]
        do { bytes = try await input.read(count) } catch {
            throw HypervisorError(name, id, .callback, text: "\(error)")
        }
        if handle.incarnation.isFenced { throw HypervisorError(name, id, .fenced) }
        guard bytes.count == count else { throw HypervisorError(name, id, .callback, text: "the image ends early") }
        return bytes
    }

    private func bad(_ text: String) -> HypervisorError { HypervisorError(name, id, .badImage, text: text) }
}
