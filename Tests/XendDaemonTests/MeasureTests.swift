import Testing

@testable import XendTesting

/// What is measured of the simulated machine is what it did, to the figure.
@Suite struct MeasureTests {
    private static func world(_ more: String = "(xend-measures yes)") throws -> ScenarioWorld {
        let world = ScenarioWorld(seed: 3)
        world.addHost(try HostSetup("(host alpha (cpus 4) (config \(more)))"))
        try world.perform("(kernel /boot/busy (boots-in 1s) (uses-cpu 50))")
        try world.perform("(daemon start)")
        let device = "(device (vif (mac aa:00:00:00:00:01))) (device (vbd (uname phy:sda1) (dev sda1) (mode w)))"
        let config = "(vm (name web) (memory 64) (image (linux (kernel /boot/busy))) \(device))"
        _ = try world.request("POST", "/xend/domain", form: [("op", "create"), ("config", config)], to: "alpha")
        _ = try world.request("POST", "/xend/domain/web", form: [("op", "unpause")], to: "alpha")
        return world
    }

    private static func measures(_ world: ScenarioWorld, _ of: String = "domain/web") throws -> [String: [String]] {
        let answer = try world.request("GET", "/xend/\(of)/measures", to: "alpha")
        let value = try SExpression.parseFirst(answer.text)
        #expect(value.name == "measures", "\(answer.text.prefix(200))")
        return Dictionary(value.children().map { ($0.name ?? "", $0.children().map(\.description)) }) { first, _ in
            first
        }
    }

    @Test("Cpu, memory, vifs and vbds of a running domain, of a paused one, and of the node") func figures() throws {
        let world = try Self.world()
        world.advance(by: .seconds(65))
        var seen = try Self.measures(world)
        // 50 % of one cpu; a device moves so much by itself, and as much again for each per cent.
        #expect(seen["cpu"]?.suffix(3) == ["50.0", "50.0", "50.0"])
        #expect(seen["memory"]?.suffix(3) == ["64.0", "64.0", "64.0"])
        #expect(seen["vif_received"]?.suffix(3) == ["10200.0", "10200.0", "10200.0"])
        #expect(seen["vif_sent"]?.suffix(3) == ["5100.0", "5100.0", "5100.0"])
        #expect(seen["vbd_read"]?.suffix(3) == ["204.0", "204.0", "204.0"])
        #expect(seen["vbd_written"]?.suffix(3) == ["102.0", "102.0", "102.0"])
        #expect(seen["cpu"]?.count == 360 && seen["cpu"]?.prefix(300).allSatisfy { $0 == "-" } == true)
        #expect(try Self.measures(world, "node")["memory"]?.last == "192.0")
        _ = try world.request("POST", "/xend/domain/web", form: [("op", "pause")], to: "alpha")
        world.advance(by: .seconds(30))
        seen = try Self.measures(world)
        #expect(seen["cpu"]?.last == "0.0" && seen["vif_sent"]?.last == "0.0" && seen["vbd_read"]?.last == "0.0")
        let metrics = try world.request("GET", "/metrics", to: "alpha").text
        for name in [
            "xend_domain_vif_received_bytes_total", "xend_domain_vif_sent_bytes_total", "xend_domain_vbd_reads_total",
            "xend_domain_vbd_writes_total",
        ] { #expect(metrics.contains("\(name){id=\"1\",name=\"web\"}"), "\(name)") }
        #expect(metrics.contains("xend_measures_bytes 23328\n"))
    }

    @Test("While xend was down there is a gap, and where the calendar jumps") func gaps() throws {
        let world = try Self.world()
        world.advance(by: .seconds(65))
        try world.perform("(clock (forward 100s))")
        world.advance(by: .seconds(25))
        let jumped = try #require(try Self.measures(world)["cpu"])
        #expect(jumped.suffix(2).allSatisfy { $0 == "50.0" })
        #expect(jumped.suffix(16).count { $0 == "-" } == 10, "\(jumped.suffix(16))")
        try world.perform("(daemon restart)")
        world.advance(by: .seconds(35))
        let restarted = try #require(try Self.measures(world)["cpu"])
        #expect(restarted.suffix(2) == ["50.0", "50.0"])
        #expect(restarted.dropLast(3).allSatisfy { $0 == "-" })
    }

    @Test("Off on a simulated machine unless asked for: nothing is looked at, and it is said what helps") func off()
        throws
    {
        let world = try Self.world("")
        let host = try #require(world.hosts.first)
        #expect(host.state == .up)
        let answer = try world.request("GET", "/xend/domain/web/measures", to: "alpha").text
        #expect(answer.contains("(xend-measures yes)"), "\(answer)")
        #expect(!(try world.request("GET", "/metrics", to: "alpha").text.contains("vif_sent")))
    }

    @Test("One look for all domains every ten seconds, however many; none where nobody asks for it") func flat() throws
    {
        let with = try Self.looks(Self.world())
        let without = try Self.looks(Self.world("(xend-measures no)"))
        #expect(with - without == 10, "\(with) looks, and \(without) without measures")
    }

    /// How often all domains are asked for in a hundred seconds.
    private static func looks(_ world: ScenarioWorld) throws -> Int {
        for number in 0..<20 {
            let config = "(vm (name d\(number)) (memory 16) (image (linux (kernel /boot/busy))))"
            _ = try world.request("POST", "/xend/domain", form: [("op", "create"), ("config", config)], to: "alpha")
        }
        world.advance(by: .seconds(30))
        let host = try #require(world.hosts.first).host
        host.faults.startRecording()
        world.advance(by: .seconds(100))
        host.faults.stopRecording()
        let calls = host.faults.recording.filter { $0.kind == .hypercall }.map(\.name)
        #expect(calls.allSatisfy { $0 == "getinfolist" })
        return calls.count
    }
}
