import DomainLifecycle
import DomainModel
import Testing

/// Manual L4–L6 and the table of reference/domain.md §5.
@Suite struct RestartTests {
    /// Exit reason, what the API asked for before → end, keep or restart under onreboot, always, never.
    static let table: [(ShutdownReason, ShutdownRequest?, [RestartPolicy.Decision])] = [
        (.reboot, nil, [.restart, .restart, .end]),
        (.poweroff, nil, [.end, .restart, .end]),
        (.crash, nil, [.end, .restart, .end]),
        (.other(4), nil, [.end, .restart, .end]),
        (.reboot, .reboot, [.restart, .restart, .restart]),
        (.poweroff, .poweroff, [.end, .restart, .end]),
        (.poweroff, .halt, [.end, .end, .end]),
        (.reboot, .halt, [.end, .end, .end]),
        (.crash, .reboot, [.end, .restart, .end]),
        (.suspend, nil, [.keep, .keep, .keep]),
        (.suspend, .reboot, [.keep, .keep, .keep]),
    ]

    @Test(arguments: table) func theModeDecides(
        _ reason: ShutdownReason, _ requested: ShutdownRequest?, _ expected: [RestartPolicy.Decision]
    ) {
        let decisions = RestartMode.allCases.map { mode in
            RestartPolicy().decide(
                reason, actions: ExitActions(mode), requested: requested, restartTime: nil, now: 100)
        }
        #expect(RestartMode.allCases == [.onreboot, .always, .never])
        #expect(decisions == expected)
    }

    /// Minimum, seconds since the last restart → whether a restart is allowed.
    static let times: [(Double, Double, Bool)] = [
        (20, 0, false), (20, 19.9, false), (20, 20, true), (20, 100, true), (0, 0, true), (20, -5, true),
    ]

    @Test(arguments: times) func aRestartWithinTheMinimumTimeFails(_ minimum: Double, _ since: Double, _ allowed: Bool)
    {
        let decision = RestartPolicy(minimumRestartSeconds: minimum).decide(
            .reboot, actions: ExitActions(.onreboot), requested: nil, restartTime: 1000, now: 1000 + since)
        #expect(decision == (allowed ? .restart : .tooSoon))
    }

    @Test func anApiRebootWithinTheMinimumTimeIsRefusedAndChangesNothing() throws {
        var fixture = TableFixture()
        try fixture.bring(to: .pending)
        let build = try fixture.table.begin(.rebuild, on: fixture.uuid, at: fixture.now)
        fixture.table.note(.created(fixture.id), of: fixture.uuid)
        _ = fixture.table.finish(build, .done)
        let before = fixture.table.sorted
        for operation in [DomainOperation.shutdown(.reboot), .destroy(.reboot)] {
            let refusal = #expect(throws: Refusal.self) {
                try fixture.table.begin(.operation(operation), on: fixture.uuid, at: fixture.now + 5)
            }
            #expect(
                refusal?.description == "cannot reboot domain 7 \"web\": it was restarted less than 20 seconds ago; "
                    + "try again in 15 s")
            #expect(fixture.table.sorted == before)
        }
        #expect(throws: Never.self) {
            try fixture.table.begin(.operation(.shutdown(.reboot)), on: fixture.uuid, at: fixture.now + 20)
        }
    }

    @Test func aGuestThatRebootsTooSoonIsGone() throws {
        var fixture = TableFixture()
        try fixture.bring(to: .pending)
        let build = try fixture.table.begin(.rebuild, on: fixture.uuid, at: fixture.now)
        _ = fixture.table.finish(build, .done)
        fixture.now += 3
        let end = try fixture.reap(.reboot)
        #expect(end.steps.contains(.announce(.restart(.fail))) && end.steps.contains(.closeConsole))
        #expect(fixture.table.finish(end, .done) == .none)
        #expect(fixture.table.sorted.isEmpty)
    }

    @Test func aLifeThatCannotBeBuiltIsTriedAgainAndThenLeftToAnOperator() throws {
        var fixture = TableFixture()
        try fixture.bring(to: .blocked)
        #expect(fixture.table[fixture.uuid]?.stage == .restarting(.blocked))
        #expect(fixture.table[fixture.uuid]?.held == ["no memory"])
        let again = try fixture.table.begin(.operation(.unpause), on: fixture.uuid, at: fixture.now)
        #expect(again.ticket.name == "restart")
        _ = fixture.table.finish(again, .done)
        #expect(fixture.table[fixture.uuid]?.stage == .live)
    }

    @Test func whatIsLeftOfALifeSaysNothingOfTheNext() throws {
        for place in [TableFixture.Place.pending, .booting, .blocked] {
            var fixture = TableFixture()
            try fixture.bring(to: place)
            var remains = fixture.report()
            (remains.isDying, remains.memory) = (true, .zero)
            fixture.table.note(.reported(remains), of: fixture.uuid)
            fixture.table.refresh([remains], asOf: fixture.table.serial)
            _ = fixture.table.examine([remains], asOf: fixture.table.serial)
            #expect(fixture.table.reports[fixture.uuid] == nil, "\(place)")
            fixture.table.note(.reported(fixture.report()), of: fixture.uuid)
            #expect(fixture.table.reports[fixture.uuid] != nil, "\(place)")
        }
    }

    @Test func theTimeOfTheRestartMoves() throws {
        var fixture = TableFixture()
        try fixture.bring(to: .pending)
        fixture.now = 2000
        let build = try fixture.table.begin(.rebuild, on: fixture.uuid, at: fixture.now)
        _ = fixture.table.finish(build, .done)
        let record = try #require(fixture.table[fixture.uuid])
        #expect(record.restartTime == 2000 && record.startTime == 1000 && record.id == fixture.id)
    }
}
