import DomainLifecycle
import DomainModel
import Testing

@Suite struct ExaminationTests {
    @Test func anExitIsFoundOnceItsDomainIsFree() throws {
        var fixture = TableFixture()
        try fixture.live()
        let reports = [fixture.report(.reboot)]
        #expect(fixture.table.examine(reports, asOf: fixture.table.serial) == [.exited(fixture.uuid, .reboot)])
        let plan = try fixture.table.begin(.reap, on: fixture.uuid, at: 0)
        #expect(fixture.table.examine(reports, asOf: fixture.table.serial).isEmpty)
        _ = fixture.table.finish(plan, .done)
        // Between two lives nothing is missing.
        #expect(fixture.table.examine([], asOf: fixture.table.serial).isEmpty)
    }

    @Test func aLookFromBeforeAnOperationSaysNothing() throws {
        var fixture = TableFixture()
        let before = fixture.table.serial
        try fixture.live()
        #expect(fixture.table.examine([], asOf: before).isEmpty, "a creation since the look is no loss")
        #expect(fixture.table.examine([], asOf: fixture.table.serial) == [.vanished(fixture.uuid)])
        let early = fixture.table.serial
        let plan = try fixture.table.begin(.operation(.destroy(.halt)), on: fixture.uuid, at: 0)
        _ = fixture.table.finish(plan, .done)
        #expect(
            fixture.table.examine([fixture.report()], asOf: early).isEmpty, "a domain destroyed since is no stranger")
        #expect(fixture.table.examine([fixture.report()], asOf: fixture.table.serial) == [.unknown(fixture.report())])
    }

    @Test func aLookAtOneDomainFindsWhatALookAtAllFinds() throws {
        var fixture = TableFixture()
        try fixture.live()
        let (uuid, now) = (fixture.uuid, fixture.table.serial)
        #expect(fixture.table.examine(fixture.report(), of: uuid, asOf: now) == nil)
        #expect(
            fixture.table.examine(fixture.report(.crash), of: uuid, asOf: now - 1) == nil, "an operation began since")
        #expect(fixture.table.examine(fixture.report(.crash), of: uuid, asOf: now) == .exited(uuid, .crash))
        #expect(fixture.table.examine(nil, of: uuid, asOf: now) == .vanished(uuid))
        var other = fixture.report()
        other.uuid = DomainUUID(bytes: [UInt8](repeating: 9, count: 16))
        #expect(fixture.table.examine(other, of: uuid, asOf: now) == .vanished(uuid), "its id is another's")
        let plan = try fixture.table.begin(.operation(.pause), on: uuid, at: 0)
        #expect(fixture.table.examine(nil, of: uuid, asOf: fixture.table.serial) == nil, "it is left to the operation")
        _ = fixture.table.finish(plan, .done)
    }

    @Test func aStrangerIsAdoptedAndNeverReaped() throws {
        var fixture = TableFixture()
        let report = fixture.report()
        #expect(fixture.table.examine([report], asOf: 0) == [.unknown(report)])
        fixture.table.adopt(report, name: "")
        #expect(fixture.table[fixture.uuid]?.name.rawValue == "Domain-7")
        #expect(fixture.table.examine([fixture.report(.crash)], asOf: 0).isEmpty)
        #expect(throws: Refusal.self) { try fixture.table.begin(.reap, on: fixture.uuid, at: 0) }
    }

    @Test func twoDomainsNeverShareAName() throws {
        var fixture = TableFixture()
        try fixture.live()
        var stranger = fixture.report()
        stranger.id = DomainID(8)!
        fixture.table.adopt(
            DomainReport(
                id: DomainID(8)!, uuid: DomainUUID(bytes: [UInt8](repeating: 9, count: 16)), memory: .zero,
                maximumMemory: .zero), name: "web")
        #expect(fixture.table.sorted.map(\.name.rawValue) == ["web", "Domain-8"])
    }
}

@Suite struct EventPatternTests {
    static let table: [(String, String, Bool)] = [
        ("*", "a", true), ("a.b", "a.b", true), ("a.b", "a.b.c", false), ("a.b.?", "a.b.c", true),
        ("a.b.?", "a.b", false), ("a.b.?", "a.b.c.d", false), ("a.b.*", "a.b", true), ("a.b.*", "a.b.c.d", true),
        ("a.b.*", "a.bc", false),
    ]

    @Test(arguments: table) func aPatternMatches(_ pattern: String, _ name: String, _ expected: Bool) {
        #expect(EventPattern(pattern).matches(name) == expected)
    }
}
