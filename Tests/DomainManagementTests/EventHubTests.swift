import DomainLifecycle
import SimulatedHost
import SimulatedHypervisor
import Synchronization
import Testing

@testable import DomainManagement

@Suite struct EventHubTests {
    private static func hub(on bench: DaemonBench) -> EventHub {
        let host = bench.alpha.startIncarnation().host
        return EventHub(clock: host.clock, tasks: host.tasks)
    }

    @Test("However many read over the network, the daemon's own readers get their events")
    func ownReaders() async throws {
        let bench = DaemonBench()
        let hub = Self.hub(on: bench)
        let all = [EventPattern("*")]
        let readers = (0..<EventHub.maximumReaders).compactMap { _ in hub.reader(since: nil, matching: all) }
        #expect(readers.count == EventHub.maximumReaders)
        // They read for as long as somebody has them.
        withExtendedLifetime(readers) { #expect(hub.reader(since: nil, matching: all) == nil) }
        let own = hub.ownReader(matching: all)
        hub.publish(Event("bell", "1"))
        #expect(await own.next()?.first?.event.name == "bell")
    }

    @Test("A reader that has gone makes room for another")
    func room() {
        let bench = DaemonBench()
        let hub = Self.hub(on: bench)
        let all = [EventPattern("*")]
        var readers = (0..<EventHub.maximumReaders).compactMap { _ in hub.reader(since: nil, matching: all) }
        readers.removeLast()
        withExtendedLifetime(readers) { #expect(hub.reader(since: nil, matching: all) != nil) }
    }

    @Test("What has come meanwhile is read at once, each reader in its own place, and only what matches")
    func reading() async throws {
        let hub = Self.hub(on: DaemonBench())
        hub.publish(Event("a.first", "1"))
        let everything = try #require(hub.reader(since: 0, matching: [EventPattern("*")]))
        let some = try #require(hub.reader(since: nil, matching: [EventPattern("b.*")]))
        #expect(await everything.next()?.map(\.event.name) == ["a.first"])
        async let later = some.next()
        for name in ["a.second", "b.first", "b.second"] { hub.publish(Event(name, "1")) }
        #expect(await everything.next()?.map(\.event.name) == ["a.second", "b.first", "b.second"])
        let rest = await later ?? []
        #expect(rest.first?.event.name == "b.first")
        if rest.count == 1 { #expect(await some.next()?.map(\.event.name) == ["b.second"]) }
    }

    @Test("A reader that has fallen behind by more than is kept is let go, and so is everybody at the end")
    func ends() async throws {
        let hub = Self.hub(on: DaemonBench())
        let all = [EventPattern("*")]
        let slow = try #require(hub.reader(since: nil, matching: all))
        for _ in 0...2 * EventHub.keptEvents { hub.publish(Event("bell", "1")) }
        #expect(await slow.next() == nil)
        let patient = try #require(hub.reader(since: nil, matching: all))
        async let nothing = patient.next()
        hub.finish()
        #expect(await nothing == nil)
    }

    @Test(
        "A reader that wants nothing sleeps through all that happens, and then has what comes from when it wants something"
    )
    func sleeping() async throws {
        let hub = Self.hub(on: DaemonBench())
        let all = [EventPattern("*")]
        let reader = hub.ownReader(matching: all)
        hub.publish(Event("before", "1"))
        reader.listen(to: [])
        async let events = reader.next()
        for _ in 0...2 * EventHub.keptEvents { hub.publish(Event("meanwhile", "1")) }
        reader.listen(to: all)
        hub.publish(Event("after", "1"))
        #expect(await events?.map(\.event.name) == ["after"])
    }

    @Test("A reader whose task is cancelled waits no more")
    func cancellation() async throws {
        let hub = Self.hub(on: DaemonBench())
        let reader = try #require(hub.reader(since: nil, matching: [EventPattern("*")]))
        let task = Task { await reader.next() }
        task.cancel()
        #expect(await task.value == nil)
    }

    /// A reader that is called takes down what it takes.
    private final class Called: Sendable {
        let reader: EventReader
        let taken = Mutex<[[String]]>([])
        let isOver = Mutex(false)

        init(_ reader: EventReader) { self.reader = reader }

        func goOn() {
            switch reader.take(orCall: { [weak self] in self?.goOn() }) {
            case .events(let events):
                taken.withLock { $0.append(events.map(\.event.name)) }
                goOn()
            case .nothing: break
            case .over: isOver.withLock { $0 = true }
            }
        }
    }

    @Test("Who is called is called once for all that happens within a moment, misses nothing, and hears of the end")
    func calls() throws {
        let bench = DaemonBench()
        let hub = Self.hub(on: bench)
        let all = Called(try #require(hub.reader(since: nil, matching: [EventPattern("*")])))
        let some = Called(try #require(hub.reader(since: nil, matching: [EventPattern("b.*")])))
        var gone: Called? = Called(try #require(hub.reader(since: nil, matching: [EventPattern("*")])))
        for called in [all, some, gone] { called?.goOn() }
        for name in ["a.first", "b.first", "a.second"] { hub.publish(Event(name, "1")) }
        #expect(all.taken.withLock { $0 } == [])
        gone = nil
        bench.world.executor.advance(by: EventHub.gathering)
        #expect(all.taken.withLock { $0 } == [["a.first", "b.first", "a.second"]])
        #expect(some.taken.withLock { $0 } == [["b.first"]])
        hub.publish(Event("a.third", "1"))
        bench.world.executor.advance(by: EventHub.gathering)
        hub.publish(Event("b.second", "1"))
        hub.finish()
        #expect(all.taken.withLock { $0.dropFirst() } == [["a.third"], ["b.second"]])
        #expect(some.taken.withLock { $0 } == [["b.first"], ["b.second"]])
        #expect(all.isOver.withLock { $0 } && some.isOver.withLock { $0 })
    }
}
