import DomainModel
import HostInterface
import HypervisorInterface
import SimulatedHost
import SimulatedHypervisor
import Testing

/// The default guest, changed.
private func behaviour(_ change: (inout GuestBehaviour) -> Void) -> GuestBehaviour {
    var behaviour = GuestBehaviour()
    change(&behaviour)
    return behaviour
}

@Suite("Guests")
struct GuestTests {
    /// A running guest of that behaviour, and what to do with it.
    private func start(
        _ behaviour: GuestBehaviour, _ wish: Toolstack.Wish = Toolstack.Wish(),
        configure: (inout MachineConfiguration) -> Void = { _ in }
    ) throws -> (Bench, Toolstack, DomainID) {
        let bench = Bench(seed: 0, configure)
        bench.alpha.kernels.behaviours[wish.kernel] = behaviour
        let toolstack = Toolstack(bench.alpha.startIncarnation())
        let id = try bench.run {
            let id = try await toolstack.create(wish)
            try await toolstack.machine.hypervisor.unpause(id)
            return id
        }
        return (bench, toolstack, id)
    }

    @Test(
        "A guest does in time what its behaviour says",
        arguments: [
            (behaviour { $0.fates = [.exits(after: .seconds(5), .poweroff)] }, 5.9, nil, ShutdownReason.poweroff),
            (behaviour { $0.fates = [.crashes(after: .seconds(5))] }, 5.9, nil, .crash),
            (behaviour { $0.bootsIn = .seconds(30) }, 29.9, "poweroff", .poweroff),
            (behaviour { $0.shutsDownIn = .seconds(20) }, 20.9, "reboot", .reboot),
        ] as [(GuestBehaviour, Double, String?, ShutdownReason)])
    func inTime(
        _ behaviour: GuestBehaviour, _ notBefore: Double, _ word: String?, _ reason: ShutdownReason
    ) throws {
        let (bench, toolstack, id) = try start(behaviour)
        if let word {
            try bench.run { try await toolstack.machine.store.write("/local/domain/\(id)/control/shutdown", word) }
        }
        bench.advance(.seconds(notBefore))
        #expect(bench.alpha.machine.report(of: id)?.shutdownReason == nil)
        #expect(bench.alpha.machine.inspection.openWork.isEmpty == (word == nil))
        bench.advance(.seconds(2))
        #expect(bench.alpha.machine.report(of: id)?.shutdownReason == reason)
        #expect(bench.alpha.machine.inspection.openWork == [])
    }

    @Test(
        "Guests that do not want to, do not",
        arguments: [
            (behaviour { $0.ignoresShutdown = true }, "poweroff", "poweroff"),
            (behaviour { $0.refusesSuspend = true }, "suspend", ""),
            (behaviour { $0.fates = [.hangs(after: .zero)] }, "reboot", "reboot"), (GuestBehaviour(), "dance", "dance"),
        ] as [(GuestBehaviour, String, String)])
    func unwilling(_ behaviour: GuestBehaviour, _ word: String, _ left: String) throws {
        let (bench, toolstack, id) = try start(behaviour)
        bench.advance(.seconds(2))
        let node = "/local/domain/\(id)/control/shutdown"
        try bench.run { try await toolstack.machine.store.write(node, word) }
        bench.advance(.seconds(600))
        #expect(bench.alpha.machine.report(of: id)?.shutdownReason == nil)
        #expect(bench.alpha.machine.inspection.storeValue(node) == left)
    }

    @Test("Time stands still for a paused guest, and what it is told waits")
    func paused() throws {
        let (bench, toolstack, id) = try start(behaviour { $0.fates = [.crashes(after: .seconds(10))] })
        bench.advance(.seconds(5))
        try bench.run {
            try await toolstack.machine.hypervisor.pause(id)
            try await toolstack.machine.store.write("/local/domain/\(id)/control/shutdown", "poweroff")
        }
        bench.advance(.seconds(1000))
        var report = bench.alpha.machine.report(of: id)
        #expect(report?.isPaused == true && report?.shutdownReason == nil)
        try bench.run { try await toolstack.machine.hypervisor.unpause(id) }
        bench.advance(.seconds(1))
        report = bench.alpha.machine.report(of: id)
        #expect(report?.shutdownReason == .poweroff)
    }

    @Test(
        "Cpu time is shared by weight and limited by cap",
        arguments: [
            // percent used by two guests, weights, caps, expected seconds of cpu time in ten
            ([100, 100], [256, 256], [0, 0], [5.0, 5.0]), ([100, 100], [512, 256], [0, 0], [6.667, 3.333]),
            ([100, 100], [256, 256], [20, 0], [2.0, 8.0]), ([30, 100], [256, 256], [0, 0], [3.0, 7.0]),
        ])
    func cpuTime(_ percent: [Int], _ weights: [Int], _ caps: [Int], _ expected: [Double]) throws {
        let bench = Bench { $0.cpus = 1 }
        let toolstack = Toolstack(bench.alpha.startIncarnation())
        for (number, load) in percent.enumerated() {
            bench.alpha.kernels.behaviours["/boot/\(number)"] = behaviour {
                $0.bootsIn = .zero
                $0.cpuPercent = load
            }
        }
        let ids = try bench.run {
            var ids: [DomainID] = []
            for number in 0..<2 {
                var wish = Toolstack.Wish()
                wish.kernel = "/boot/\(number)"
                let id = try await toolstack.create(wish)
                try await toolstack.machine.hypervisor.setSchedulerParameters(
                    SchedulerParameters(weight: weights[number], cap: caps[number]), of: id)
                ids.append(id)
            }
            for id in ids { try await toolstack.machine.hypervisor.unpause(id) }
            return ids
        }
        let before = ids.map { bench.alpha.machine.report(of: $0)?.cpuTime ?? .zero }
        bench.advance(.seconds(10))
        for (number, id) in ids.enumerated() {
            let report = try #require(bench.alpha.machine.report(of: id))
            #expect(abs((report.cpuTime - before[number]).inSeconds - expected[number]) < 0.01)
        }
    }

    @Test("A balloon reaches its target in time, gives memory back, and cannot grow beyond the limit")
    func balloon() throws {
        let (bench, toolstack, id) = try start(behaviour { $0.balloonsIn = .seconds(3) })
        bench.advance(.seconds(2))
        let free = bench.alpha.machine.freeMemory
        let node = "/local/domain/\(id)/memory/target"
        try bench.run { try await toolstack.machine.store.write(node, "\(32 * 1024)") }
        bench.advance(.seconds(2))
        #expect(bench.alpha.machine.report(of: id)?.memory.mebibytes == 64)
        bench.advance(.seconds(2))
        #expect(bench.alpha.machine.report(of: id)?.memory.mebibytes == 32)
        #expect(bench.alpha.machine.freeMemory == free + MemorySize(mebibytes: 32))
        try bench.run { try await toolstack.machine.store.write(node, "\(256 * 1024)") }
        bench.advance(.seconds(10))
        #expect(bench.alpha.machine.report(of: id)?.memory.mebibytes == 64)
        #expect(bench.alpha.leaks() == [])
    }

    @Test("A hot-plugged disk connects, and goes when the toolstack closes it")
    func hotplug() throws {
        let (bench, toolstack, id) = try start(GuestBehaviour())
        bench.advance(.seconds(2))
        let states = try bench.run {
            var states: [String] = []
            try await toolstack.plug(.vbd, 2049, into: id, Toolstack.disk)
            try await toolstack.host.clock.sleep(for: .milliseconds(50))
            states.append(try await toolstack.states(.vbd, 2049, of: id))
            let back = "/local/domain/0/backend/vbd/\(id)/2049"
            try await toolstack.machine.store.write("\(back)/online", "0")
            try await toolstack.machine.store.write("\(back)/state", "5")
            try await toolstack.host.clock.sleep(for: .milliseconds(50))
            states.append(try await toolstack.states(.vbd, 2049, of: id))
            return states
        }
        #expect(states == ["4/4", "6/6"])
        #expect(bench.alpha.machine.backendDevices == [])
    }

    @Test(
        "What is not right with a device is said where Linux says it",
        arguments: [
            (DeviceType.vbd, ["mode": "w", "physical-device": "8:77"], "6 creating vbd structure"),
            (.vbd, ["mode": "w", "physical-device": "rubbish"], "22 reading physical-device"),
            (.vbd, ["physical-device": "8:1"], "2 reading mode"),
            (.vif, ["handle": "0"], "2 reading script"), (.vif, ["script": ""], "2 reading handle"),
        ])
    func brokenDevices(_ type: DeviceType, _ nodes: [String: String], _ error: String) throws {
        let (bench, toolstack, id) = try start(GuestBehaviour())
        try bench.run { try await toolstack.plug(type, 0, into: id, nodes.sorted { $0.key < $1.key }.map { ($0, $1) }) }
        bench.advance(.seconds(1))
        let place = "/local/domain/0/error/backend/\(type.rawValue)/\(id)/0/error"
        #expect(bench.alpha.machine.inspection.storeValue(place) == error)
    }

    @Test("A guest whose front-end never connects leaves the back-end waiting")
    func neverConnects() throws {
        let bench = Bench()
        bench.alpha.kernels.behaviours["/boot/vmlinuz"] = behaviour { $0.neverConnects = [.vbd] }
        let toolstack = Toolstack(bench.alpha.startIncarnation())
        let state = try bench.run {
            let id = try await toolstack.create()
            try await toolstack.plug(.vbd, 2049, into: id, Toolstack.disk)
            try await toolstack.machine.hypervisor.unpause(id)
            try await toolstack.host.clock.sleep(for: .seconds(100))
            return try await toolstack.states(.vbd, 2049, of: id)
        }
        #expect(state == "2/1")
        #expect(bench.alpha.machine.inspection.openWork == [])
    }
}

@Suite("Driver domains")
struct DriverDomainTests {
    @Test("A driver domain serves the disk and the card of another, and takes them with it when it ends")
    func serves() throws {
        let bench = Bench()
        let toolstack = Toolstack(bench.alpha.startIncarnation())
        let (driver, client) = try bench.run {
            let driver = try await toolstack.create()
            try await toolstack.machine.hypervisor.unpause(driver)
            try await toolstack.host.clock.sleep(for: .seconds(2))
            let client = try await toolstack.create()
            try await toolstack.plug(.vbd, 2049, into: client, [("mode", "w"), ("params", "/dev/x")], backend: driver)
            try await toolstack.plug(.vif, 0, into: client, [("handle", "0"), ("script", "")], backend: driver)
            try await toolstack.machine.hypervisor.unpause(client)
            try await toolstack.host.clock.sleep(for: .seconds(2))
            return (driver, client)
        }
        for type in [DeviceType.vbd, .vif] {
            let back = "/local/domain/\(driver)/backend/\(type.rawValue)/\(client)/\(type == .vbd ? 2049 : 0)"
            #expect(bench.alpha.machine.inspection.storeValue(back + "/state") == "4")
        }
        #expect(bench.alpha.machine.backendDevices == [])
        try bench.run { try await toolstack.machine.hypervisor.destroy(driver) }
        bench.advance(.seconds(1))
        #expect(bench.alpha.machine.report(of: driver) == nil)
        try bench.run { try await toolstack.machine.hypervisor.destroy(client) }
        bench.advance(.seconds(1))
        #expect(bench.alpha.machine.report(of: client) == nil)
    }
}
