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

    @Test func whoIsOnItsWayOutIsNoNewcomer() throws {
        var fixture = TableFixture()
        var dying = fixture.report()
        dying.isDying = true
        #expect(fixture.table.examine([dying], asOf: fixture.table.serial).isEmpty)
        #expect(fixture.table.examine(fixture.changes([dying]), asOf: fixture.table.serial).isEmpty)
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

    @Test func aLookThatGoesOnFromAnotherFindsWhatOneAtEverythingFinds() throws {
        var fixture = TableFixture()
        try fixture.live()
        let now = fixture.table.serial
        #expect(fixture.table.examine(fixture.changes(), asOf: now).isEmpty, "who is not named is as it was")
        let exited = fixture.changes([fixture.report(.reboot)])
        #expect(fixture.table.examine(exited, asOf: now) == [.exited(fixture.uuid, .reboot)])
        #expect(fixture.table.unsettled == [fixture.id], "the exit is not dealt with yet")
        #expect(fixture.table.examine(exited, asOf: now) == [.exited(fixture.uuid, .reboot)])
        let gone = fixture.changes(gone: [fixture.id])
        #expect(fixture.table.examine(gone, asOf: now) == [.vanished(fixture.uuid)])
        var other = fixture.report()
        other.uuid = DomainUUID(bytes: [UInt8](repeating: 9, count: 16))
        #expect(
            fixture.table.examine(fixture.changes([other]), asOf: now) == [.unknown(other), .vanished(fixture.uuid)],
            "its number is another's")
        #expect(fixture.table.examine(fixture.changes([fixture.report()]), asOf: now).isEmpty)
        #expect(fixture.table.unsettled.isEmpty)
    }

    @Test func theNextLookTellsOfWhomItIsNotClearYet() throws {
        for place in TableFixture.Place.allCases {
            var fixture = TableFixture()
            try fixture.bring(to: place)
            let isSettled = [.live, .exited, .foreign].contains(place)
            if place == .creating { fixture.table.note(.created(fixture.id), of: fixture.uuid) }
            _ = fixture.table.examine(fixture.changes([fixture.report()]), asOf: fixture.table.serial)
            #expect(fixture.table.unsettled.isEmpty == isSettled || place == .zero, "\(place)")
            var dying = fixture.report()
            dying.isDying = true
            _ = fixture.table.examine(fixture.changes([dying]), asOf: fixture.table.serial)
            #expect(fixture.table.unsettled == [fixture.id] || place == .zero, "\(place), dying")
            _ = fixture.table.examine(fixture.changes(gone: [fixture.id]), asOf: .max)
            fixture.table.remove(fixture.uuid)
            _ = fixture.table.examine(fixture.changes(gone: [fixture.id]), asOf: .max)
            #expect(fixture.table.unsettled.isEmpty, "\(place), gone")
        }
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

    @Test func twoLooksAtEverythingAreComparedIntoWhatHasChanged() {
        let fixture = TableFixture()
        func report(_ id: Int, _ change: (inout DomainReport) -> Void = { _ in }) -> DomainReport {
            var report = fixture.report()
            report.id = DomainID(id)!
            change(&report)
            return report
        }
        let first = DomainChanges(since: nil, until: [1, 2, 3, 5].map { report($0) }, besides: [])
        #expect(first.isComplete && first.reports.count == 4)
        let now = [
            report(2) { $0.cpuTime = .seconds(1) }, report(3) { $0.isDying = true }, report(4),
            report(5) { $0.isBlocked = true },
        ]
        let second = DomainChanges(since: first.look, until: now, besides: [DomainID(5)!, DomainID(9)!])
        #expect(!second.isComplete)
        #expect(second.reports == [now[1], now[2], now[3]])
        #expect(second.gone == [DomainID(1)!, DomainID(9)!])
        let third = DomainChanges(since: second.look, until: [], besides: [])
        #expect(third.gone.count == 4 && third.reports.isEmpty)
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
