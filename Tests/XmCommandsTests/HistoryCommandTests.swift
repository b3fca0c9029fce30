// xm why, xm events.

import Testing
import XendClient

@testable import XmCommands

@Suite struct HistoryCommandTests {
    private static let history = """
        (history (entry (number 1) (life 5) (time 1100000000.5) (kind signal) (text 'xend starts'))
         (entry (number 7) (life 5) (time 1100000001) (kind request) (domain web) (who 'http root') (text 'reboot web'))
         (entry (number 8) (cause 7) (life 5) (time 1100000002) (kind decision) (domain web) (text 'end and build'))
         (entry (number 9) (cause 8) (life 5) (time 1100000003) (kind step) (domain web) (text 'destroy domain'))
         (entry (number 10) (cause 8) (life 5) (time 1100000004) (kind step) (domain web) (text 'build') (failure 'no\\x1b[2J memory'))
         (entry (number 7) (cause 99) (life 6) (time 1100000100) (kind later-kind) (domain web) (text 'something'))
         (entry (number 8) (cause 7) (life 6) (time 1100000101) (kind end) (domain web) (text 'failed'))
         (span (domain web) (state running) (start 5)))
        """

    private static func why(_ arguments: String...) async -> Outcome {
        await run(["why"] + arguments, daemon: FakeDaemon(["GET /xend/domain/web/history": history]))
    }

    @Test("why tells each entry below what led to it, in its own life of xend, and no steps that went well")
    func story() async {
        let outcome = await Self.why("web")
        #expect(outcome.status == 0 && outcome.requests == ["GET /xend/domain/web/history"])
        #expect(
            outcome.output == """
                2004-11-09 11:33:20  signal   xend starts
                2004-11-09 11:33:21  asked    reboot web (http root)
                2004-11-09 11:33:22    decided  end and build
                2004-11-09 11:33:24      did      build: no?[2J memory
                2004-11-09 11:35:00  later-kind something
                2004-11-09 11:35:01    so       failed

                """, "\(outcome.output)")
    }

    @Test("With --all every step is told") func all() async {
        let outcome = await Self.why("-a", "web")
        #expect(outcome.output.contains("      did      destroy domain\n"))
        #expect(outcome.output.split(separator: "\n").count == 7)
    }

    @Test("Who is unknown, and what is no history, is an error") func errors() async {
        var outcome = await run(["why", "nobody"])
        #expect(outcome.status == 1 && outcome.errors.hasPrefix("Error: "), "\(outcome.errors)")
        outcome = await run(["why", "web"], daemon: FakeDaemon(["GET /xend/domain/web/history": "(domain (id 1))"]))
        #expect(outcome.errors == "Error: xend tells no history\n")
        outcome = await run(["why", "web"], daemon: FakeDaemon(["GET /xend/domain/web/history": "(history)"]))
        #expect(outcome.status == 0 && outcome.output == "")
        outcome = await run(["why", "a", "b"])
        #expect(outcome.status == 1 && outcome.requests.isEmpty)
    }

    private static func page(_ newest: Int, _ numbers: [Int]) -> String {
        let events = numbers.map {
            "(event (number \($0)) (time 110000000\($0)) (name xend.domain.create) (value (web \($0))))"
        }
        return "(events (newest \(newest)) (missed 0) \(events.joined(separator: " ")))"
    }

    @Test("events prints time, name and value of each that fits") func events() async {
        let daemon = FakeDaemon(["GET /xend/event/": Self.page(2, [1, 2])])
        let outcome = await run(["events", "xend.domain.*", "xend.virq"], daemon: daemon)
        #expect(outcome.status == 0)
        #expect(
            outcome.requests == ["GET /xend/event/?since=0&pattern=xend.domain.%2A&pattern=xend.virq"],
            "\(outcome.requests)")
        #expect(
            outcome.output == """
                2004-11-09 11:33:21  xend.domain.create       (web 1)
                2004-11-09 11:33:22  xend.domain.create       (web 2)

                """, "\(outcome.output)")
        #expect(
            await run(["events"], daemon: FakeDaemon(["GET /xend/event/": "(1 2)"])).errors
                == "Error: xend tells no events\n")
    }

    @Test("events -f goes on where it was, and after another life of xend from its beginning") func follow() async {
        let daemon = FakeDaemon()
        for text in [Self.page(5, [4, 5]), Self.page(6, [6]), Self.page(1, []), Self.page(1, [1])] {
            daemon.answer("GET /xend/event/", text)
        }
        daemon.answer("GET /xend/event/", XendResponse(status: 500, reason: "gone", headers: [], body: []))
        let host = FakeHost()
        let outcome = await run(["events", "-f"], daemon: daemon, host: host)
        #expect(outcome.status == 1 && host.pauses == 4)
        let since = outcome.requests.compactMap { $0.firstMatch(of: #/since=(\d+)/#).map { String($0.1) } }
        #expect(since == ["0", "5", "6", "0", "1"], "\(since)")
        #expect(
            outcome.output.split(separator: "\n").map { $0.suffix(8) } == [
                " (web 4)", " (web 5)", " (web 6)", " (web 1)",
            ])
    }
}
