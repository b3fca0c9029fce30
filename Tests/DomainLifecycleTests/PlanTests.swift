import DomainLifecycle
import DomainModel
import SExpressions
import Testing

/// Plans as text: what is done, in which order, and how it is taken back.
@Suite struct PlanTests {
    static let devices = """
        (device (vif (mac aa:00:00:00:00:01))) (device (vbd (uname phy:sda8) (dev sda1) (mode w))) (maxmem 128) (cpu 1)
        """

    @Test func creation() throws {
        var fixture = TableFixture()
        let plan = try fixture.table.begin(create: TableFixture.config(Self.devices), uuid: fixture.uuid, at: 1000)
        #expect(
            plan.description == """
                create (undoable)
                + check image /boot/vmlinuz
                + create pv domain, id any, vcpus 1
                  - destroy domain
                + limit memory to 64 MB
                + open console on port 9600 + id
                  - close console
                + build /boot/vmlinuz in 64 MB
                + introduce to xenstore
                  - withdraw from xenstore
                + join console
                  - leave console
                + pin to cpu 1
                + attach vif 0
                  - detach vif 0 by force
                + attach vbd 0
                  - detach vbd 0 by force
                + limit memory to 128 MB
                + remember
                + announce create
                """)
    }

    @Test func destruction() throws {
        var fixture = TableFixture()
        try fixture.live(Self.devices)
        let plan = try fixture.table.begin(.operation(.destroy(.halt)), on: fixture.uuid, at: fixture.now)
        #expect(
            plan.description == """
                destroy (forward)
                + announce destroy
                + pause
                + detach vbd 0 by force
                + detach vif 0 by force
                + release what is left
                + close console
                + withdraw from xenstore
                + destroy domain
                + wait until gone
                + forget
                + announce died
                """)
    }

    @Test func aGuestThatRebootsIsEndedAndBuiltAgainWithTheSameId() throws {
        var fixture = TableFixture()
        try fixture.live(Self.devices)
        let end = try fixture.reap(.reboot)
        #expect(
            end.description == """
                reboot (forward)
                + announce exit reboot
                + announce restart schedule
                + announce destroy
                + detach vbd 0 by force
                + detach vif 0 by force
                + release what is left
                + leave console
                + withdraw from xenstore
                + destroy domain
                + wait until gone
                + remember
                + announce died
                """)
        for case .detach(let slot, _) in end.steps { fixture.table.note(.detached(slot), of: fixture.uuid) }
        #expect(fixture.table.finish(end, .done) == .rebuild)
        let build = try fixture.table.begin(.rebuild, on: fixture.uuid, at: fixture.now)
        let lines = build.description.split(separator: "\n").map(String.init)
        #expect(
            lines.prefix(4) == [
                "restart (undoable)", "+ announce restart begin",
                "+ check image /boot/vmlinuz", "+ create pv domain, id 7, vcpus 1",
            ])
        #expect(
            lines.contains("+ keep console on port 9607") && lines.suffix(4).first == "+ unpause"
                && lines.last == "+ announce unpause")
    }

    @Test func attachingADevice() throws {
        var fixture = TableFixture()
        try fixture.live()
        let vif = try DeviceConfig(SExpression.parseFirst("(vif (mac aa:00:00:00:00:01))"))
        let plan = try fixture.table.begin(.operation(.createDevice(vif)), on: fixture.uuid, at: fixture.now)
        #expect(plan.description == "device_create (undoable)\n+ attach vif 0\n  - detach vif 0 by force\n+ remember")
    }

    @Test func aFailedCreationLeavesNothing() throws {
        var fixture = TableFixture()
        let plan = try fixture.table.begin(create: TableFixture.config(Self.devices), uuid: fixture.uuid, at: 1000)
        fixture.table.note(.created(fixture.id), of: fixture.uuid)
        #expect(fixture.table.finish(plan, .undone(reason: "x")) == .none)
        #expect(fixture.table.sorted.isEmpty)
        _ = try fixture.table.begin(create: TableFixture.config(), uuid: fixture.uuid, at: 1000)
    }

    @Test func anIndexIsUsedUpEvenByAFailedAttempt() throws {
        var fixture = TableFixture()
        try fixture.live()
        let vif = try DeviceConfig(SExpression.parseFirst("(vif (mac aa:00:00:00:00:01))"))
        let first = try fixture.table.begin(.operation(.createDevice(vif)), on: fixture.uuid, at: fixture.now)
        _ = fixture.table.finish(first, .undone(reason: "x"))
        let second = try fixture.table.begin(.operation(.createDevice(vif)), on: fixture.uuid, at: fixture.now)
        #expect(second.description.contains("attach vif 1"))
    }

    @Test func whatCannotBeReleasedIsHeldAndTriedAgain() throws {
        var fixture = TableFixture()
        try fixture.live(Self.devices)
        let plan = try fixture.table.begin(.operation(.destroy(.halt)), on: fixture.uuid, at: fixture.now)
        #expect(fixture.table.finish(plan, .incomplete(held: ["vbd-7-2049"])) == .retry)
        #expect(fixture.table[fixture.uuid]?.held == ["vbd-7-2049"])
        let again = try fixture.table.begin(.clear, on: fixture.uuid, at: fixture.now)
        #expect(again.steps.contains(.destroyDomain) && !again.steps.contains(.announce(.destroy)))
        #expect(fixture.table.finish(again, .done) == .none)
        #expect(fixture.table.sorted.isEmpty)
    }

    @Test func twoVbdsWithTheSameNumberAreRefused() throws {
        var fixture = TableFixture()
        let config = try TableFixture.config(
            "(device (vbd (uname phy:sda8) (dev sda1))) (device (vbd (uname phy:sda9) (dev 0x801)))")
        #expect(throws: Refusal.self) { try fixture.table.begin(create: config, uuid: fixture.uuid, at: 1000) }
        #expect(fixture.table.sorted.isEmpty)
    }
}
