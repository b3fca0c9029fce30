import DomainModel
import SExpressions
import Testing

@testable import DomainLifecycle

/// Rules with an edge, tried on both sides of it.
@Suite struct LimitTests {
    @Test("So many domains there can be, and not one more, made here or come from elsewhere")
    func domains() throws {
        var table = DomainTable()
        for number in 1..<DomainTable.maximumDomains { table.put(try Self.record(number)) }
        var more = table
        let arrival = try Self.arrival(DomainTable.maximumDomains)
        #expect(throws: Never.self) { try more.begin(arrival: arrival, at: 0) }
        let config = try TableFixture.config(name: "last")
        let uuid = try Self.record(DomainTable.maximumDomains).uuid
        #expect(throws: Never.self) { try table.begin(create: config, uuid: uuid, at: 0) }
        let refusal = Refusal.tooManyDomains(limit: DomainTable.maximumDomains)
        let another = try Self.arrival(DomainTable.maximumDomains + 1)
        #expect(throws: refusal) { try table.begin(arrival: another, at: 0) }
        #expect(throws: refusal) {
            try table.begin(create: TableFixture.config(name: "more"), uuid: another.record.uuid, at: 0)
        }
    }

    @Test("There are no more domains than the process has files for, made here or come from elsewhere")
    func descriptors() throws {
        var table = DomainTable()
        table.limit(toDomains: 3, ofDescriptors: 64)
        for number in 1..<3 { table.put(try Self.record(number)) }
        // Another tool's needs none.
        var foreign = try Self.record(7)
        foreign.isForeign = true
        table.put(foreign)
        let third = try Self.record(3)
        #expect(throws: Never.self) {
            try table.begin(create: TableFixture.config(name: "last"), uuid: third.uuid, at: 0)
        }
        let refusal = Refusal.tooFewDescriptors(64, domains: 3)
        #expect(throws: refusal) { try table.begin(arrival: Self.arrival(4), at: 0) }
        #expect(throws: refusal) {
            try table.begin(create: TableFixture.config(name: "more"), uuid: Self.record(4).uuid, at: 0)
        }
        #expect("\(refusal)".contains("64 files open"))
    }

    @Test("A domain is not its own back-end, by whatever reference; another live one may be")
    func backend() throws {
        var fixture = TableFixture()
        try fixture.live()
        let driver = DomainRecord(
            uuid: DomainUUID(bytes: [UInt8](repeating: 2, count: 16)), name: try DomainName("driver"),
            config: nil, stage: .live)
        var known = driver
        known.id = DomainID(9)
        fixture.table.put(known)
        for reference in ["web", "7"] {
            for device in ["(vif (backend \(reference)))", "(vbd (uname phy:sda1) (dev sda1) (backend \(reference)))"] {
                let config = try DeviceConfig(SExpression.parseFirst(device))
                var table = fixture.table
                #expect(throws: Refusal.invalidBackend(DomainReference(reference))) {
                    try table.begin(.operation(.createDevice(config)), on: fixture.uuid, at: 0)
                }
            }
        }
        let config = try DeviceConfig(SExpression.parseFirst("(vif (backend driver))"))
        #expect(throws: Never.self) {
            try fixture.table.begin(.operation(.createDevice(config)), on: fixture.uuid, at: 0)
        }
    }

    @Test(
        "A share below and above 1 is set when a domain is made, made again, or comes from elsewhere; 1 needs no step",
        arguments: [("0.5", 128), ("0.01", 3), ("1", nil), ("1.5", 384), ("100", 25_600)] as [(String, Int?)])
    func weight(_ text: String, _ weight: Int?) throws {
        var fixture = TableFixture()
        let expected = weight.map { [Step.weigh(weight: $0, cap: nil)] } ?? []
        let config = try TableFixture.config("(cpu_weight \(text)) (restart always)")
        let plan = try fixture.table.begin(create: config, uuid: fixture.uuid, at: 0)
        #expect(Self.weights(plan) == expected)
        var arriving = DomainTable()
        #expect(Self.weights(try arriving.begin(arrival: Self.arrival(1, config), at: 0)) == expected)
        fixture = TableFixture()
        try fixture.live("(cpu_weight \(text)) (restart always)")
        let end = try fixture.reap(.reboot)
        _ = fixture.table.finish(end, .done)
        #expect(Self.weights(try fixture.table.begin(.rebuild, on: fixture.uuid, at: 1000)) == expected)
    }

    private static func weights(_ plan: Plan) -> [Step] {
        plan.steps.filter { step in
            if case .weigh = step { return true }
            return false
        }
    }

    /// Who uses a disk already, and how; who wants it; what is said. `w` writes, `r` reads.
    @Test(
        "A disk that somebody writes is nobody else's; one that is read may be read by others",
        arguments: [
            ("", "", "w", nil), ("", "", "r", nil), ("", "r", "r", nil),
            ("", "r", "w", "read-only"), ("", "w", "r", "writable"), ("", "w", "w", "writable"),
            ("r", "", "r", nil), ("r", "", "w", "read-only"), ("r", "r", "r", nil),
            ("r", "r", "w", "read-only"), ("w", "", "r", "writable"), ("w", "", "w", "writable"),
            ("rw", "", "r", "writable"), ("rw", "", "w", "writable"),
        ] as [(String, String, String, String?)])
    func disks(_ host: String, _ other: String, _ wanted: String, _ refusal: String?) throws {
        let backing = Backing([.file(device: 1, inode: 2)])
        func claim(_ table: inout DomainTable, _ number: Int, _ mode: String, _ host: String, forced: Bool) throws {
            try table.claim(
                backing, for: DeviceSlot(type: .vbd, idx: 0), of: Self.record(number).uuid, isWritable: mode == "w",
                isForced: forced, others: host.map { OtherUse(isWritable: $0 == "w", user: "this host itself") })
        }
        var table = DomainTable()
        if !other.isEmpty { try claim(&table, 1, other, "", forced: false) }
        var forced = table
        if let refusal {
            let error = #expect(throws: BackingInUse.self) { try claim(&table, 2, wanted, host, forced: false) }
            #expect(error?.description.hasPrefix("in \(refusal) use by ") == true)
        } else {
            #expect(throws: Never.self) { try claim(&table, 2, wanted, host, forced: false) }
        }
        #expect(throws: Never.self, "the check can be skipped") { try claim(&forced, 2, wanted, host, forced: true) }
    }

    // MARK: Samples

    private static func record(_ number: Int) throws -> DomainRecord {
        let bytes = (0..<16).map { UInt8(truncatingIfNeeded: $0 < 2 ? number >> (8 * (1 - $0)) : 0) }
        var record = DomainRecord(
            uuid: DomainUUID(bytes: bytes), name: try DomainName("d\(number)"), config: nil, stage: .live)
        record.id = DomainID(number)
        return record
    }

    private static func arrival(_ number: Int, _ config: DomainConfig? = nil) throws -> Arrival {
        var record = try record(number)
        record.config = try config ?? TableFixture.config(name: "d\(number)")
        let memory = MemorySize(mebibytes: 64)
        return Arrival(
            source: .host("beta"), record: record, kind: .pv, vcpus: 1, memory: memory, maximumMemory: memory,
            isPaused: false)
    }
}
