import DomainLifecycle
import DomainModel
import HostInterface
import Simulation
import Synchronization
import Testing

@testable import DomainManagement

/// What is remembered of the domains, for how long, and through another life of the daemon.
@Suite struct HistoryTests {
    /// Lines in memory, with what somebody else has written into the file.
    private final class Lines: LogSink {
        private let kept = Mutex<[String]>([])
        func append(_ line: any LogEntry) { kept.withLock { $0.append(line.formatted(ahead: .zero)) } }
        func newest(limit: Int) async -> [UInt8] { Array((all.joined(separator: "\n") + "\n").utf8.suffix(limit)) }
        var all: [String] { kept.withLock { $0 } }
        func add(_ text: String) { kept.withLock { $0.append(text) } }
    }

    private static let web = DomainUUID(bytes: [UInt8](repeating: 1, count: 16))

    private let executor = SimulationExecutor()
    private let lines = Lines()
    private var clock: SimulationClock { SimulationClock(executor: executor) }

    private func deed(
        _ number: UInt64, _ kind: DeedKind, _ text: String, domain: String? = "web", cause: UInt64? = nil,
        failure: String? = nil,
        clock: SimulationClock
    ) -> Deed {
        Deed(
            number: number, cause: cause, time: clock.now, kind: kind, domain: domain, date: clock.wallTime, who: nil,
            failure: failure,
            matter: .words(text))
    }

    @Test("Of one domain it is told what led to it, though that was the node's; of another nothing") func causes() async
    {
        let clock = clock
        let history = History(clock: clock, sink: nil)
        history.note(deed(1, .signal, "xend starts", domain: nil, clock: clock))
        history.note(deed(2, .finding, "it is not there", domain: nil, cause: 1, clock: clock))
        history.note(deed(3, .decision, "restart", cause: 2, clock: clock))
        history.note(deed(4, .request, "pause", domain: "db", clock: clock))
        let answer = await history.answer(to: HistoryQuery(domain: "web"))
        #expect(answer.entries.map(\.number) == [1, 2, 3])
        #expect(await history.answer(to: HistoryQuery(kinds: ["request"])).entries.map(\.number) == [4])
        #expect(await history.answer(to: HistoryQuery()).entries.count == 4)
    }

    @Test("So many entries of a domain are kept, and of what is old what went wrong longest") func bounded() async {
        let clock = clock
        var limits = History.Limits()
        limits.entries = 40
        let history = History(clock: clock, sink: nil, limits: limits)
        for number in 1...5_000 {
            history.note(
                deed(UInt64(number), .step, "step", failure: number == 17 ? "no room" : nil, clock: clock))
        }
        let entries = await history.answer(to: HistoryQuery(domain: "web")).entries
        #expect(entries.count <= 60 && entries.count >= 20)
        #expect(entries.first?.failure == "no room" && entries.last?.number == 5_000)
        for number in 1...5_000 { history.note(deed(UInt64(5_000 + number), .signal, "x", domain: nil, clock: clock)) }
        #expect(await history.answer(to: HistoryQuery()).entries.count <= 140)
    }

    @Test("States follow each other without a gap, with the transfer that is under way; a new name takes them along")
    func spans() async {
        let clock = clock
        let history = History(clock: clock, sink: lines)
        history.see(Self.web, "web", .making)
        executor.advance(by: .seconds(2))
        history.see(Self.web, "web", .running)
        history.see(Self.web, "web", .running)
        executor.advance(by: .seconds(3))
        history.see(Self.web, .copying)
        executor.advance(by: .seconds(4))
        history.see(Self.web, nil)
        history.see(Self.web, "new", .running)
        executor.advance(by: .seconds(5))
        // Set back: no state ends before it has begun.
        clock.jump(by: .seconds(-60))
        history.see(Self.web, "new", .paused)
        history.lose(Self.web)
        let start = clock.wallTime.seconds - 14 + 60
        #expect(lines.all.count == 5)
        let spans = await history.answer(to: HistoryQuery()).spans
        #expect(spans.map(\.state) == [.making, .running, .copying, .running, .paused])
        #expect(spans.map { $0.start - start }.prefix(4) == [0, 2, 5, 9])
        #expect(spans.map { ($0.end ?? 0) - start }.prefix(3) == [2, 5, 9])
        #expect(spans.allSatisfy { $0.end.map { end in end >= spans[0].start - 60 } == true })
        #expect(zip(spans, spans.dropFirst()).prefix(3).allSatisfy { $0.end == $1.start })
        #expect(spans[3].end == spans[3].start)
        #expect(await history.answer(to: HistoryQuery(domain: "new")).spans.count == 5)
        #expect(await history.answer(to: HistoryQuery(domain: "web")).spans.isEmpty)
    }

    @Test("One that has ended is remembered for a day, and only so many are; one that lives again stays") func ended()
        async
    {
        let clock = clock
        var limits = History.Limits()
        limits.ended = 10
        let history = History(clock: clock, sink: nil, limits: limits)
        for number in 0..<30 {
            let uuid = DomainUUID(bytes: [UInt8](repeating: UInt8(number + 40), count: 16))
            history.see(uuid, "d\(number)", .running)
            history.lose(uuid)
        }
        #expect(await history.answer(to: HistoryQuery()).spans.map(\.domain).sorted() == (20..<30).map { "d\($0)" })
        let again = DomainUUID(bytes: [UInt8](repeating: 99, count: 16))
        history.see(again, "d25", .running)
        executor.advance(by: .seconds(25 * 3600))
        history.see(Self.web, "web", .running)
        history.lose(Self.web)
        #expect(Set(await history.answer(to: HistoryQuery()).spans.map(\.domain)) == ["d25", "web"])
    }

    @Test(
        "Another life reads back what mattered, without steps that went well and without what is damaged",
        arguments: [0, 4_900_000, 5_100_000] as [Int64]
    ) func restart(fraction: Int64) async {
        // What is written is rounded, up or down.
        executor.advance(by: .nanoseconds(fraction))
        let clock = clock
        do {
            let history = History(clock: clock, sink: lines)
            history.note(deed(1, .request, "reboot (a \"word\")", clock: clock))
            history.note(deed(2, .decision, "end and build", cause: 1, clock: clock))
            history.note(deed(3, .step, "destroy", cause: 2, clock: clock))
            history.note(deed(4, .step, "build", cause: 2, failure: "no memory", clock: clock))
            history.note(deed(5, .end, "failed", cause: 2, clock: clock))
            history.see(Self.web, "web", .running)
            executor.advance(by: .seconds(10))
            history.see(Self.web, "web", .paused)
        }
        for text in [
            "(entry (number", "(entry (number x) (time 1) (kind k) (text t))", "\u{FF}\u{0}",
            "(span (domain web) (state no-such) (start 1))", "",
        ] {
            lines.add(text)
        }
        executor.advance(by: .seconds(5))
        let later = History(clock: clock, sink: lines)
        executor.advance(by: .nanoseconds(5_000_000_000 - fraction))
        later.note(deed(1, .request, "pause", clock: clock))
        later.see(Self.web, "web", .running)
        let answer = await later.answer(to: HistoryQuery(domain: "web"))
        #expect(answer.entries.map(\.number) == [1, 4, 5, 1])
        #expect(answer.entries.map(\.kind) == ["request", "step", "end", "request"])
        #expect(answer.entries.first?.text == "reboot (a \"word\")" && answer.entries[1].failure == "no memory")
        #expect(Set(answer.entries.map(\.life)).count == 2)
        // That it was paused nobody has seen the end of: the file has what was over.
        #expect(answer.spans.map(\.state) == [.running, .running])
        #expect(answer.spans.map { $0.end != nil } == [true, false])
        // What it writes itself is not told twice.
        #expect(await later.answer(to: HistoryQuery(domain: "web")).entries.count == 4)
        #expect(
            await later.answer(to: HistoryQuery(since: clock.wallTime.seconds - 1)).entries.map(\.text) == ["pause"])
    }

    @Test("Of what an earlier life wrote so many bytes are read") func earlier() async {
        let clock = clock
        var limits = History.Limits()
        limits.earlier = 500
        let first = History(clock: clock, sink: lines)
        for number in 1...100 { first.note(deed(UInt64(number), .request, "pause", clock: clock)) }
        executor.advance(by: .seconds(1))
        let later = History(clock: clock, sink: lines, limits: limits)
        let entries = await later.answer(to: HistoryQuery()).entries
        #expect(entries.last?.number == 100 && (1...8).contains(entries.count), "\(entries.count)")
    }
}
