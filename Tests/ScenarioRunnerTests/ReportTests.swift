import SExpressions
import Testing

@testable import ScenarioLanguage
@testable import ScenarioRunner

/// Normalisation and reports.
@Suite struct ReportTests {
    @Test func `what is chosen freely gets a name, what differs by nature is hidden`() throws {
        let scenario = try #require(
            try ScenarioReader.scenarios(
                in: Array("(scenario s (inject aa:00:00:00:00:01) (settle))".utf8), file: "s.sxp"
            ).first)
        var normaliser = Normaliser(scenario)
        normaliser.turn(to: "alpha")
        let rows = [
            (
                "(domain (id 7) (name web) (state r-----) (cpu_time 1.5))",
                "(domain (id id1) (name web) (state running) (cpu_time _))"
            ),
            ("(xend.domain.create (web 7))", "(xend.domain.create (web id1))"),
            ("(xend.console.create (3 7 9607))", "(xend.console.create (channel1 id1 port1))"),
            (
                "(console (status listening) (id 3) (domain 7) (local_port 0) (console_port 9607))",
                "(console (status listening) (id channel1) (domain id1) (local_port 0) (console_port port1))"
            ),
            (
                "(vif (idx 0) (mac aa:00:00:00:00:01) (evtchn 21 22))",
                "(vif (idx 0) (mac aa:00:00:00:00:01) (evtchn evtchn1 evtchn2))"
            ),
            ("(vif (mac aa:00:00:51:07:0e))", "(vif (mac mac1))"),
            ("(vbd (uname file:/a) (node /dev/loop3))", "(vbd (uname file:/a) (node loop1))"),
            ("(node (host h) (memory 4096))", "(node (host _) (memory _))"),
            (
                "(domain (id 0) (name Domain-0) (memory 128) (devices))",
                "(domain (id 0) (name Domain-0) (memory _) (devices))"
            ),
        ]
        for (value, expected) in rows {
            #expect(normaliser.normalise(try SExpression.parseFirst(value)).description == expected)
        }
        #expect(normaliser.location("http://localhost:8000/xend/domain/7") == "http://_/xend/domain/id1")
        #expect(normaliser.text("cannot pause domain 7 \"web\"") == "cannot pause domain id1 \"web\"")
        // Ids of another host are its own, wherever they are told.
        #expect(normaliser.location("http://beta:8000/xend/domain/7") == "http://_/xend/domain/id2")
        let moved = "(migrate (id 1) (src (host alpha) (domain 7)) (dst (host beta) (domain 7)))"
        #expect(
            normaliser.normalise(try SExpression.parseFirst(moved)).description
                == "(migrate (id 1) (src (host alpha) (domain id1)) (dst (host beta) (domain id2)))")
        normaliser.turn(to: "beta")
        #expect(normaliser.text("cannot pause domain 7 \"web\"") == "cannot pause domain id2 \"web\"")
    }

    static var summary: RunSummary {
        let place = ScenarioPlace(file: "a.sxp")
        var passed = ScenarioResult(name: "good", place: place, outcome: .passed)
        passed.chart.event("xend.domain.create", domain: "web", detail: nil, host: "alpha", at: 1)
        passed.chart.event("xend.domain.unpause", domain: "web", detail: nil, host: "alpha", at: 2)
        passed.chart.mark(.init(kind: .fault, host: "alpha", start: 3, end: 3, text: "<&>"))
        let failure = StepFailure(
            place: place, form: "(expect (text \"<b>\"))", reasons: ["expected \"<b>\", saw \u{1}&"])
        let failed = ScenarioResult(name: "bad", place: place, outcome: .failed(failure))
        let skipped = ScenarioResult(name: "other", place: place, outcome: .skipped("needs xen"))
        var summary = RunSummary()
        summary.results = [passed, failed, skipped]
        summary.refusals = [ScenarioError(ScenarioPlace(file: "b.sxp"), "nothing here")]
        return summary
    }

    @Test func `the XML counts what happened and escapes what was seen`() {
        let xml = JUnitReport.xml(Self.summary)
        #expect(xml.contains("<testsuites tests=\"4\" failures=\"1\" errors=\"1\" skipped=\"1\""))
        #expect(xml.contains("<testcase name=\"good\" classname=\"a.sxp\""))
        #expect(xml.contains("&lt;b&gt;"))
        #expect(!xml.contains("\u{1}"))
        #expect(xml.contains("message=\"b.sxp:1:1: nothing here\""))
    }

    @Test func `the page is one file that escapes what was seen`() {
        let page = HTMLReport.page(Self.summary, title: "run <1>")
        #expect(page.contains("<title>run &lt;1&gt;</title>"))
        #expect(page.contains("<svg"))
        #expect(page.contains("&lt;&amp;&gt;"))
        #expect(!page.contains("<b>\", saw"))
        #expect(!page.contains("src=") && !page.contains("href="))
    }

    @Test func `the exit status says passed, failed or could not run`() {
        #expect(Self.summary.exitStatus == 1)
        var summary = RunSummary()
        #expect(summary.exitStatus == 2)
        summary.results = [Self.summary.results[2]]
        #expect(summary.exitStatus == 2)
        summary.results.append(Self.summary.results[0])
        #expect(summary.exitStatus == 0)
        summary.refusals = Self.summary.refusals
        #expect(summary.exitStatus == 2)
    }

    @Test func `colours and moving lines are for terminals only`() {
        for isTerminal in [false, true] {
            var output = ""
            withUnsafeMutablePointer(to: &output) { pointer in
                var report = TerminalReport(total: 3, isTerminal: isTerminal) { pointer.pointee += $0 }
                for result in Self.summary.results {
                    report.begin(result.name)
                    report.end(result)
                }
                report.finish(Self.summary, realTime: .seconds(2))
            }
            #expect(output.contains("\u{1B}") == isTerminal)
            #expect(output.contains("a.sxp:1: (expect (text \"<b>\"))"))
        }
    }
}
