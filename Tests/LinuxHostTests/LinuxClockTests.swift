import HostInterface
import LinuxHost
import Testing

@Suite("Clock, chance and tasks of a Linux host") struct LinuxClockTests {
    let clock = LinuxClock()

    /// With Swift's timers, and with an event loop's.
    static let clocks = [LinuxClock(), LinuxClock(on: LoopExecutor())]

    @Test("sleep ends at its deadline, not before", arguments: clocks) func sleeping(_ clock: LinuxClock) async throws {
        let deadline = clock.now + .milliseconds(5)
        try await clock.sleep(until: deadline)
        #expect(clock.now >= deadline)
        try await clock.sleep(until: deadline)
    }

    @Test("a cancelled sleep throws, whenever that is", arguments: clocks, [0, 1, 5])
    func cancelled(_ clock: LinuxClock, _ milliseconds: Int64) async throws {
        let sleeping = LinuxTasks().spawn {
            await #expect(throws: CancellationError.self) { try await clock.sleep(for: .seconds(3600)) }
        }
        try await clock.sleep(for: .milliseconds(milliseconds))
        sleeping.cancel()
        await sleeping.value
    }

    @Test("many sleep at once, and each wakes once", arguments: clocks) func many(_ clock: LinuxClock) async {
        let woken = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<200 {
                group.addTask { (try? await clock.sleep(for: .microseconds(number % 50 * 100))) != nil }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(woken == 200)
    }

    @Test("calendar time is this century's") func wallTime() {
        #expect(clock.wallTime.seconds > 1_700_000_000)
    }

    @Test("chance does not repeat itself") func chance() {
        let random = LinuxRandom()
        #expect(Set((0..<64).map { _ in random.next() }).count == 64)
        #expect(random.bytes(13).count == 13)
    }
}
