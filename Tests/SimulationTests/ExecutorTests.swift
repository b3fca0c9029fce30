import Glibc
import HostInterface
import Simulation
import Synchronization
import Testing

@Suite("Execution")
struct ExecutorTests {
    private func transcript(_ order: ExecutionOrder) -> [String] {
        let world = World(order: order)
        world.start()
        world.executor.advance(by: .seconds(1))
        #expect(world.executor.foreignJobs == 0)
        #expect(world.executor.isIdle && world.executor.nextTimer == nil)
        return world.log.all + ["jobs \(world.executor.jobsRun)"]
    }

    @Test("The same order gives the same run a hundred times", arguments: [.fifo, .seeded(7)] as [ExecutionOrder])
    func repeatable(_ order: ExecutionOrder) {
        let first = transcript(order)
        #expect(first.count > 30)
        for _ in 1..<100 { #expect(transcript(order) == first) }
    }

    @Test("Different seeds give different runs in which the same things happen")
    func seeds() {
        let runs = (0..<50).map { transcript(.seeded($0)) }
        #expect(Set(runs).count == 50)
        let numbered = { (line: String) in line.hasPrefix("number") }
        #expect(runs.allSatisfy { $0.filter(numbered) == (1...5).map { "number \($0)" } })
        #expect(Set(runs.map(\.count)).count == 1)
    }

    @Test("First in, first out: tasks take turns")
    func fifo() {
        let executor = SimulationExecutor()
        let log = Log()
        for name in ["a", "b"] {
            executor.spawn {
                log.note("\(name)1")
                await Task.yield()
                log.note("\(name)2")
            }
        }
        #expect(log.all == [], "nothing runs before it is told to")
        executor.schedule(at: executor.now) { log.note("timer") }
        executor.runReady()
        #expect(log.all == ["a1", "b1", "a2", "b2"], "jobs alone")
        #expect(!executor.isIdle)
        executor.runUntilIdle()
        #expect(log.all.last == "timer")
        #expect(executor.isIdle)
    }

    @Test("An actor may have the simulation as its own executor")
    func isolation() {
        actor Resident {
            let executor: SimulationExecutor
            nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
            var visits = 0

            init(_ executor: SimulationExecutor) { self.executor = executor }

            func visit(_ log: Log) async {
                visits += 1
                // A timer's action runs on the executor too, so it may look into the actor.
                executor.schedule(at: executor.now) {
                    self.assumeIsolated { log.note("timer, \($0.visits)") }
                }
                await Task.yield()
                log.note("visited \(visits)")
            }
        }
        let executor = SimulationExecutor()
        let log = Log()
        let resident = Resident(executor)
        executor.spawn { await resident.visit(log) }
        executor.runUntilIdle()
        #expect(log.all == ["visited 1", "timer, 1"])
        #expect(executor.foreignJobs == 0)
    }

    @Test("A job from another thread is run and counted")
    func foreign() {
        let executor = SimulationExecutor()
        let log = Log()
        let waiting = Mutex<CheckedContinuation<Void, Never>?>(nil)
        executor.spawn {
            await withCheckedContinuation { continuation in waiting.withLock { $0 = continuation } }
            log.note("resumed")
        }
        executor.runUntilIdle()
        #expect(executor.foreignJobs == 0)
        onAnotherThread { waiting.withLock { $0.take() }?.resume() }
        executor.runUntilIdle()
        #expect(log.all == ["resumed"])
        #expect(executor.foreignJobs == 1)
    }
}

@Suite("The loop that goes on until it is stopped")
struct ForeverTests {
    @Test("In real time it serves timers and other threads, and stops when woken to be asked")
    func real() {
        let executor = SimulationExecutor(mode: .real)
        let log = Log()
        let isStopped = Mutex(false)
        let (visitors, door) = AsyncStream.makeStream(of: String.self)
        let start = executor.now
        executor.spawn {
            try? await executor.sleep(until: start + .milliseconds(2))
            log.note("timer")
            for await visitor in visitors { log.note(visitor) }
            isStopped.withLock { $0 = true }
        }
        let visit: @Sendable () -> Void = {
            door.yield("visitor")
            door.finish()
            executor.wake()
        }
        onAnotherThread(visit, before: { executor.runForever(until: { isStopped.withLock { $0 } }) })
        #expect(log.all == ["timer", "visitor"])
        #expect(executor.now >= start + .milliseconds(2))
    }

    @Test("In virtual time the clock stands still, except when a task lets time pass")
    func virtual() {
        let executor = SimulationExecutor()
        let log = Log()
        let isStopped = Mutex(false)
        executor.spawn {
            try? await executor.sleep(until: Instant(nanoseconds: 1_000))
            log.note("slept until \(executor.now.nanoseconds)")
            await Task.yield()
            log.note("and more")
        }
        executor.spawn {
            log.note("at \(executor.now.nanoseconds)")
            await executor.passTime(until: Instant(nanoseconds: 999))
            log.note("passed to \(executor.now.nanoseconds)")
            await executor.passTime(until: Instant(nanoseconds: 1_000))
            log.note("passed to \(executor.now.nanoseconds)")
            isStopped.withLock { $0 = true }
        }
        executor.runForever { isStopped.withLock { $0 } }
        #expect(log.all == ["at 0", "passed to 999", "slept until 1000", "and more", "passed to 1000"])
    }
}

/// Runs `body` on a thread of its own; `meanwhile` runs on the calling thread, and then the thread is joined.
func onAnotherThread(_ body: @escaping @Sendable () -> Void, before meanwhile: () -> Void = {}) {
    final class Work: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var thread = pthread_t()
    let work = Unmanaged.passRetained(Work(body))
    let result = pthread_create(
        &thread, nil,
        { context in
            context.map { Unmanaged<Work>.fromOpaque($0).takeRetainedValue().body() }
            return nil
        }, work.toOpaque())
    precondition(result == 0, "no thread")
    meanwhile()
    pthread_join(thread, nil)
}
