import HostInterface
import Simulation
import Synchronization
import Testing

@Suite("Timers and sleep")
struct TimerTests {
    let executor = SimulationExecutor()
    let log = Log()

    private func at(_ nanoseconds: Int64) -> Instant { Instant(nanoseconds: nanoseconds) }

    private func note(_ line: String, at time: Int64) -> TimerToken {
        executor.schedule(at: at(time)) { [log, executor] in log.note("\(line) at \(executor.now.nanoseconds)") }
    }

    @Test("Timers run by deadline, equal ones in the order of scheduling, and advancing includes the end")
    func order() {
        for (line, time) in [("a", 5), ("b", 3), ("c", 5), ("d", 9), ("e", 3), ("f", 10)] as [(String, Int64)] {
            _ = note(line, at: time)
        }
        #expect(executor.nextTimer == at(3))
        executor.runUntilIdle()
        #expect(log.all == [] && executor.now == at(0), "running alone moves no time")
        executor.advance(to: at(5))
        #expect(log.all == ["b at 3", "e at 3", "a at 5", "c at 5"])
        #expect(executor.now == at(5) && executor.nextTimer == at(9))
        executor.advance(by: .nanoseconds(4))
        #expect(log.all.last == "d at 9")
        executor.advance(to: at(7))
        #expect(executor.now == at(9), "time never goes back")
        executor.advance(to: at(100))
        #expect(log.all.last == "f at 10" && executor.now == at(100) && executor.nextTimer == nil)
    }

    @Test("What is scheduled in the past runs at once, after what is due already")
    func past() {
        executor.advance(to: at(10))
        _ = note("due", at: 10)
        _ = note("past", at: 1)
        executor.runUntilIdle()
        #expect(log.all == ["due at 10", "past at 10"])
    }

    @Test("Timers that set timers, and jobs that they start, are all part of an advance")
    func chains() {
        let executor = self.executor
        let log = self.log
        @Sendable func tick(_ number: Int64) {
            log.note("tick \(number) at \(executor.now.nanoseconds)")
            executor.spawn { log.note("job \(number) at \(executor.now.nanoseconds)") }
            if number < 4 { executor.schedule(at: at(number * 2)) { tick(number + 1) } }
        }
        executor.schedule(at: at(0)) { tick(1) }
        executor.advance(to: at(4))
        #expect(
            log.all == [
                "tick 1 at 0", "job 1 at 0", "tick 2 at 2", "job 2 at 2", "tick 3 at 4", "job 3 at 4",
            ])
    }

    @Test("A cancelled timer does not run, even if it was due together with the one that cancels it")
    func cancellation() {
        let executor = self.executor
        let doomed = Mutex<TimerToken?>(nil)
        executor.schedule(at: at(1)) { doomed.withLock { $0.map(executor.cancel) } }
        doomed.withLock { $0 = note("doomed", at: 1) }
        let early = note("early", at: 0)
        executor.cancel(early)
        executor.cancel(early)
        #expect(executor.nextTimer == at(1))
        executor.advance(to: at(2))
        #expect(log.all == [])
        let done = note("done", at: 3)
        executor.advance(to: at(3))
        executor.cancel(done)
        #expect(log.all == ["done at 3"])
    }

    @Test("Any schedule and cancellation by seed runs exactly what is left, sorted")
    func heap() {
        var random = SplitMix64(seed: 1)
        for _ in 0..<100 {
            let executor = SimulationExecutor()
            let log = Log()
            var expected: [(time: Int64, number: Int)] = []
            var tokens: [TimerToken] = []
            for number in 0..<200 {
                let time = Int64.random(in: 0..<50, using: &random)
                tokens.append(executor.schedule(at: at(time)) { log.note("\(time) \(number)") })
                expected.append((time, number))
                if Bool.random(using: &random) {
                    let victim = Int.random(in: 0...number, using: &random)
                    executor.cancel(tokens[victim])
                    expected.removeAll { $0.number == victim }
                }
                #expect(executor.nextTimer == expected.map(\.time).min().map(at))
            }
            executor.advance(to: at(50))
            #expect(log.all == expected.sorted { $0 < $1 }.map { "\($0.time) \($0.number)" })
        }
    }

    @Test("Tasks wake in the order of their deadlines")
    func sleep() {
        let executor = self.executor
        let log = self.log
        for time in [30, 10, 20, 10, 0] as [Int64] {
            executor.spawn {
                try? await executor.sleep(until: Instant(nanoseconds: time))
                log.note("\(time) at \(executor.now.nanoseconds)")
            }
        }
        executor.advance(to: at(20))
        #expect(log.all == ["0 at 0", "10 at 10", "10 at 10", "20 at 20"])
        executor.advance(to: at(30))
        #expect(log.all.last == "30 at 30")
    }

    @Test("A cancelled sleep throws at once, and one that is cancelled before it begins never waits")
    func cancelledSleep() {
        let executor = self.executor
        let log = self.log
        let sleeper = executor.spawn {
            for _ in 1...2 {
                do {
                    try await executor.sleep(until: Instant(nanoseconds: 1_000))
                    log.note("slept")
                } catch {
                    log.note("cancelled at \(executor.now.nanoseconds)")
                }
            }
        }
        executor.advance(to: at(10))
        sleeper.cancel()
        executor.runUntilIdle()
        #expect(log.all == ["cancelled at 10", "cancelled at 10"])
        #expect(executor.nextTimer == nil && executor.isIdle)
    }

    @Test("Running until a condition lets time jump, but not further than allowed or needed")
    func condition() {
        _ = note("a", at: 10)
        _ = note("b", at: 20)
        #expect(!executor.run(until: { log.all.count == 1 }, limit: at(9)))
        #expect(executor.now == at(0))
        #expect(executor.run(until: { log.all.count == 1 }, limit: at(10)))
        #expect(executor.now == at(10))
        #expect(!executor.run(until: { false }, limit: at(100)))
        #expect(executor.now == at(20), "after the last timer there is nothing to wait for")
    }

    @Test("A deadline ends work that takes longer, and leaves no timer behind")
    func deadline() {
        let clock = SimulationClock(executor: executor)
        let log = self.log
        for (name, work) in [("quick", 5), ("slow", 15)] as [(String, Int64)] {
            executor.spawn {
                do {
                    try await clock.withDeadline(Instant(nanoseconds: 10)) {
                        try await clock.sleep(until: Instant(nanoseconds: work))
                    }
                    log.note("\(name) done at \(clock.now.nanoseconds)")
                } catch {
                    log.note("\(name) \(type(of: error)) at \(clock.now.nanoseconds)")
                }
            }
        }
        executor.advance(to: at(12))
        #expect(log.all == ["quick done at 5", "slow DeadlineExceeded at 10"])
        #expect(executor.nextTimer == nil && executor.foreignJobs == 0)
    }
}

@Suite("Clock and chance")
struct ClockAndChanceTests {
    @Test("Calendar time starts where it is told, runs with virtual time and jumps for one host alone")
    func wallTime() {
        let executor = SimulationExecutor()
        let here = SimulationClock(executor: executor, start: WallTime(seconds: 1_000))
        let there = SimulationClock(executor: executor, start: WallTime(seconds: 1_000))
        executor.advance(by: .milliseconds(1_500))
        #expect(here.wallTime.seconds == 1_001.5 && here.now == Instant(nanoseconds: 1_500_000_000))
        here.jump(by: .seconds(-3_600))
        #expect(here.wallTime.seconds == -2_598.5 && here.now == there.now)
        #expect(there.wallTime.seconds == 1_001.5)
        here.jump(by: .seconds(7_200))
        #expect(here.wallTime.seconds == 4_601.5)
    }

    @Test("The numbers of a seed are the published ones")
    func vectors() {
        var generator = SplitMix64(seed: 1_234_567)
        #expect(
            (0..<3).map { _ in generator.next() } == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
            ])
    }

    @Test("A fork depends on seed and name, not on what was drawn before, and the stream on nothing but itself")
    func fork() {
        let one = SimulatedRandom(seed: 1)
        let network = one.fork("network").bytes(32)
        _ = one.next()
        #expect(one.fork("network").bytes(32) == network)
        #expect(one.fork("disk").bytes(32) != network)
        #expect(SimulatedRandom(seed: 2).fork("network").bytes(32) != network)
        #expect(SimulatedRandom(seed: 1).bytes(32) != network)
        #expect(one.fork("a").fork("b").seed != one.fork("b").fork("a").seed)
    }

    @Test("Numbers stay in their range and chances come out as often as they should")
    func distribution() {
        let random = SimulatedRandom(seed: 3)
        let numbers = (0..<1_000).map { _ in random.number(in: 3..<7) }
        #expect(Set(numbers) == [3, 4, 5, 6])
        let hits = (0..<10_000).count { _ in random.chance(0.25) }
        #expect((2_300...2_700).contains(hits))
        #expect(!(0..<100).contains { _ in random.chance(0) } && (0..<100).allSatisfy { _ in random.chance(1) })
    }
}
