import DomainLifecycle
import DomainModel
import SExpressions
import SimulatedHost
import SimulatedHypervisor
import Synchronization
import Testing

@testable import DomainManagement

@Suite struct TurnTests {
    @Test func whoeverWaitsForHisTurnIsOneOfFew() throws {
        let bench = DaemonBench()
        try bench.start()
        try bench.create()
        bench.alpha.faults.add(FaultRule(FaultPattern(.hypercall, "unpause"), .always, .hang))
        let manager = bench.manager
        let surplus = 5
        let refused = Box()
        // The one whose turn it is hangs.
        for _ in 0..<1 + DomainTurns.maximumWaiting + surplus {
            bench.world.spawn {
                do {
                    _ = try await manager.submit(.domain(DomainReference("web"), .unpause), for: Requester("test"))
                } catch {
                    refused.texts.withLock { $0.append("\(error)") }
                }
            }
        }
        bench.advance(.seconds(1))
        let texts = refused.texts.withLock { $0 }
        #expect(texts.count == surplus)
        #expect(texts.allSatisfy { $0.contains("\(DomainTurns.maximumWaiting)") }, "\(texts)")
        bench.alpha.faults.heal()
        bench.advance(.seconds(10))
        #expect(refused.texts.withLock { $0.count } == surplus, "who waited has had his turn")
    }

    private final class Box: Sendable { let texts = Mutex<[String]>([]) }
}
