import DomainLifecycle
import DomainManagement
import SimulatedHost
import SimulatedHypervisor
import Testing

@Suite struct EventHubTests {
    @Test("However many read over the network, the daemon's own readers get their events")
    func ownReaders() async throws {
        let bench = DaemonBench()
        let hub = EventHub(clock: bench.alpha.startIncarnation().host.clock)
        let all = [EventPattern("*")]
        let readers = (0..<EventHub.maximumReaders).compactMap { _ in hub.stream(since: nil, matching: all) }
        #expect(readers.count == EventHub.maximumReaders)
        // They read for as long as somebody has them.
        withExtendedLifetime(readers) { #expect(hub.stream(since: nil, matching: all) == nil) }
        var own = hub.ownStream(matching: all).makeAsyncIterator()
        hub.publish(Event("bell", "1"))
        #expect(await own.next()?.event.name == "bell")
    }

    @Test("A reader that has gone makes room for another")
    func room() {
        let bench = DaemonBench()
        let hub = EventHub(clock: bench.alpha.startIncarnation().host.clock)
        let all = [EventPattern("*")]
        var readers = (0..<EventHub.maximumReaders).compactMap { _ in hub.stream(since: nil, matching: all) }
        readers.removeLast()
        withExtendedLifetime(readers) { #expect(hub.stream(since: nil, matching: all) != nil) }
    }
}
