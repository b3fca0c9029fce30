import HostInterface
import Synchronization
import Testing

@testable import Simulation

/// Real time that stands still, goes faster and jumps.
@Suite struct PaceTests {
    private func executor() -> SimulationExecutor {
        let executor = SimulationExecutor(mode: .real)
        executor.drive {}
        return executor
    }

    @Test("Time that stands still does not move, and what is due later does not come") func still() {
        let executor = executor()
        executor.setPace(0)
        let now = executor.now
        executor.schedule(at: now + .microseconds(1)) { Issue.record("it has come") }
        // As long as a machine needs for this, and longer.
        for _ in 0..<10_000 where executor.now != now { Issue.record("time moves") }
        let next = executor.runDue()
        #expect(next == now + .microseconds(1))
        #expect(next.map(executor.delay) == .some(nil))
        #expect(executor.delay(until: now) == .zero)
        _ = Unmanaged.passRetained(executor)
    }

    @Test("A hundred times as fast a moment comes a hundred times as soon; time never goes back") func faster() {
        let executor = executor()
        executor.setPace(0)
        let changes = executor.clockChanges
        let start = executor.now
        executor.setPace(100)
        #expect(executor.clockChanges == changes + 1)
        let delay = executor.delay(until: start + .seconds(6000)) ?? .zero
        #expect(delay <= .seconds(60) && delay > .seconds(50))
        let later = executor.now
        #expect(later >= start)
        executor.setPace(1)
        #expect(executor.now >= later)
        executor.setPace(1)
        #expect(executor.clockChanges == changes + 2)
        let rest = executor.delay(until: executor.now + .seconds(60)) ?? .zero
        #expect(rest <= .seconds(60) && rest > .seconds(59))
        _ = Unmanaged.passRetained(executor)
    }

    @Test("A jump lets everything happen that lies in it, each at its time, and ends where it should") func jump() {
        let executor = executor()
        executor.setPace(0)
        let start = executor.now
        let seen = Mutex<[Duration]>([])
        for seconds in [30, 10, 20, 90] {
            executor.schedule(at: start + .seconds(seconds)) { [unowned executor] in
                seen.withLock { $0.append(executor.now - start) }
                // What follows from it lies in the jump, too.
                if seconds == 10 {
                    executor.schedule(at: executor.now + .seconds(5)) {
                        seen.withLock { $0.append(executor.now - start) }
                    }
                }
            }
        }
        executor.spawn {
            await executor.passTime(until: start + .seconds(60))
            seen.withLock { $0.append(executor.now - start) }
        }
        let next = executor.runDue()
        #expect(seen.withLock { $0 } == [.seconds(10), .seconds(15), .seconds(20), .seconds(30), .seconds(60)])
        #expect(next == start + .seconds(90) && executor.now == start + .seconds(60))
        _ = Unmanaged.passRetained(executor)
    }
}
