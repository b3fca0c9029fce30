import HostInterface
import LinuxHost
import Testing

@Suite("Clock, chance and tasks of a Linux host") struct LinuxClockTests {
    let clock = LinuxClock()

    @Test("sleep ends at its deadline, not before") func sleeping() async throws {
        let deadline = clock.now + .milliseconds(5)
        try await clock.sleep(until: deadline)
        #expect(clock.now >= deadline)
        try await clock.sleep(until: deadline)
    }

    @Test("a cancelled sleep throws") func cancelled() async {
        let sleeping = LinuxTasks().spawn {
            await #expect(throws: CancellationError.self) { try await clock.sleep(for: .seconds(3600)) }
        }
        sleeping.cancel()
        await sleeping.value
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
