import DomainLifecycle
import DomainManagement
import DomainModel
import Foundation
import HostInterface
import SExpressions
import SimulatedHost
import SimulatedHypervisor
import Synchronization
import Testing

/// Every way through create, reboot and destroy with something going wrong at each point in turn.
///
/// All points take minutes without optimisation: here every 17th is tried, each kind of fault beginning with another one, and all
/// of them with `XEND_SWEEP=all`. CI sweeps whole scenarios with `xend-scenario sweep`.
@Suite struct SweepTests {
    private static let stride = ProcessInfo.processInfo.environment["XEND_SWEEP"] == "all" ? 1 : 17
    private static let kinds = ["error", "kill before", "kill after", "power loss"]

    /// Create, run, reboot, destroy; errors of operations are expected.
    static func story(_ bench: DaemonBench) {
        _ = try? bench.create(DaemonBench.devices)
        _ = try? bench.perform(.unpause)
        bench.advance(.seconds(4))
        _ = try? bench.perform(.shutdown(.reboot))
        bench.advance(.seconds(30))
        _ = try? bench.perform(.createDevice(DeviceConfig(SExpression.parseFirst("(vif (mac aa:00:00:00:00:09))"))))
        _ = try? bench.perform(.destroyDevice(.vif, index: 1))
        _ = try? bench.perform(.destroy(.halt))
        bench.advance(.seconds(30))
    }

    /// What has to be true whatever happened: what is there can be destroyed, and then nothing is left.
    static func settle(_ bench: DaemonBench, free: MemorySize, _ what: String) throws {
        bench.alpha.faults.heal()
        if !bench.alpha.isOn { bench.alpha.powerOn() }
        if bench.alpha.incarnation == nil { try bench.start() }
        bench.advance(.seconds(120))
        for domain in try bench.domains() where domain.id != .zero {
            #expect(throws: Never.self, "\(what)") { try bench.perform(.destroy(.halt), on: domain.name) }
        }
        bench.advance(.seconds(30))
        #expect(try bench.domains().map(\.name) == ["Domain-0"], "\(what)")
        #expect(bench.alpha.leaks() == [], "\(what)")
        #expect(bench.alpha.machine.freeMemory == free, "\(what)")
        // The name and the devices are free again.
        #expect(throws: Never.self, "\(what)") { try bench.create(DaemonBench.devices) }
    }

    @Test func aFailureAtEveryStepLeavesNothing() throws {
        var number = 0
        var wasReached = true
        while wasReached {
            number += 1
            let bench = DaemonBench()
            let free = bench.alpha.machine.freeMemory
            let passed = Mutex(0)
            let isTold = Mutex(false)
            let target = number
            try bench.start { settings in
                settings.checkpoint = { name in
                    let step = name()
                    let count = passed.withLock { count in
                        count += 1
                        return count
                    }
                    if count == target, isTold.withLock({ !$0 }) { throw OperationError(.failed, "failure at \(step)") }
                }
            }
            Self.story(bench)
            isTold.withLock { $0 = true }
            wasReached = passed.withLock { $0 >= target }
            try Self.settle(bench, free: free, "failure at step \(number)")
        }
        #expect(number > 40)
    }

    static func points() throws -> [FaultPoint] {
        let bench = DaemonBench()
        try bench.start()
        bench.alpha.faults.startRecording()
        story(bench)
        return bench.alpha.faults.recording
    }

    @Test(arguments: kinds)
    func aFaultAtEveryPointLeavesNothing(_ kind: String) throws {
        let points = try Self.points()
        #expect(points.count > 100)
        var passages: [FaultPoint: Int] = [:]
        for (index, point) in points.enumerated() {
            passages[point, default: 0] += 1
            guard index % Self.stride == (Self.kinds.firstIndex(of: kind) ?? 0) % Self.stride else { continue }
            let action: FaultAction =
                switch kind {
                case "error": .error("EIO")
                case "kill before": .killDaemon(after: false)
                case "kill after": .killDaemon(after: true)
                default: .powerLoss(after: false)
                }
            let what = "\(kind) at \(point), passage \(passages[point] ?? 0)"
            let bench = DaemonBench()
            let free = bench.alpha.machine.freeMemory
            try bench.start()
            bench.alpha.faults.add(FaultRule(FaultPattern(exactly: point), .nth(passages[point] ?? 1), action))
            Self.story(bench)
            try Self.settle(bench, free: free, what)
        }
    }
}
