import DomainModel
import Testing

@testable import DomainLifecycle

/// Records stay in their order whatever is put in, changed or taken out, and copies do not change with each other.
@Suite("Records in order") struct DomainRecordsTests {
    /// The same numbers each time.
    private struct Numbers: RandomNumberGenerator {
        var state: UInt64 = 1

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 29
        }
    }

    private static func record(_ number: UInt8, id: Int?) -> DomainRecord {
        var record = DomainRecord(
            uuid: DomainUUID(bytes: [UInt8](repeating: number, count: 16)), name: DomainName(foreign: "d\(number % 7)"),
            config: nil, stage: .live)
        record.id = id.flatMap { DomainID($0) }
        return record
    }

    @Test("The order is that of ids, then names, then uuids") func order() {
        var random = Numbers()
        var records = DomainRecords()
        var expected: [DomainUUID: DomainRecord] = [:]
        for _ in 0..<2000 {
            let number = UInt8.random(in: 0..<40, using: &random)
            // Ids repeat: a domain that others made may have the id of one that is gone.
            let id = Bool.random(using: &random) ? Int.random(in: 1..<20, using: &random) : nil
            let record = Self.record(number, id: id)
            let isRemoval = Int.random(in: 0..<4, using: &random) == 0
            records[record.uuid] = isRemoval ? nil : record
            expected[record.uuid] = isRemoval ? nil : record
            let sorted = expected.values.sorted {
                ($0.id?.rawValue ?? .max, $0.name, $0.uuid) < ($1.id?.rawValue ?? .max, $1.name, $1.uuid)
            }
            guard Array(records) == sorted else {
                Issue.record("after \(isRemoval ? "removing" : "putting") \(record.title)")
                return
            }
            #expect(records[record.uuid] == expected[record.uuid])
        }
    }

    @Test("A copy stays what it was") func copies() {
        var records = DomainRecords()
        let record = Self.record(1, id: 1)
        records[record.uuid] = record
        let copy = records
        records[record.uuid]?.id = DomainID(2)
        #expect(copy[record.uuid]?.id == DomainID(1))
        #expect(copy.map(\.id) == [DomainID(1)])
        #expect(records.map(\.id) == [DomainID(2)])
    }

    @Test("A copy of a record or of a table is changed by nobody but whoever has it") func ownership() throws {
        var fixture = TableFixture()
        try fixture.live()
        let before = try #require(fixture.table[fixture.uuid])
        let table = fixture.table
        var record = before
        record.held = ["vif 0: in use"]
        #expect(before.held.isEmpty && record != before && !record.isUnchanged(since: before))
        fixture.table.note(.reported(fixture.report(.crash)), of: fixture.uuid)
        fixture.table.remove(fixture.uuid)
        #expect(fixture.table[fixture.uuid] == nil && table[fixture.uuid] == before)
        #expect(table.reports[fixture.uuid]?.shutdownReason == nil && table.names == ["web"])
    }

    @Test("Uuids that are chosen to meet do not") func chosen() {
        let chosen = (0..<4096).map { number in
            let half = (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
            return DomainUUID(bytes: half + half)
        }
        #expect(Set(chosen.map { $0._rawHashValue(seed: 7) }).count == chosen.count)
    }
}
