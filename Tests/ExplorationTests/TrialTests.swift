import DomainLifecycle
import SExpressions
import Testing

@testable import Exploration
@testable import ScenarioLanguage
@testable import ScenarioRunner
@testable import XendTesting

/// Sweeps, exploration, what they look at, and what they tell.
@Suite struct TrialTests {
    static func scenario(_ body: String) throws -> Scenario {
        try #require(try ScenarioReader.scenarios(in: Array("(scenario s\n\(body))".utf8), file: "s.sxp").first)
    }

    static let web = "(create (vm (name web) (memory 64) (image (linux (kernel /boot/k))) (device (vif))))"

    // MARK: Sweep

    @Test func `a sweep meets every kind of fault at every kind of point, and all is well`() throws {
        let sweep = Sweep(try Self.scenario("\(Self.web) (unpause web) (settle) (destroy web halt)"))
        let cases = try sweep.cases()
        var matrix = SweepMatrix(cases)
        // Every seventeenth, so that the test takes a second.
        sweep.run(cases.enumerated().filter { $0.offset % 17 == 0 }.map(\.element)) { matrix.add($0) }
        #expect(matrix.failures.isEmpty, "\(matrix.failures.map { "\($0.sweptCase) \($0.violations)" })")
        #expect(Set(matrix.rows.map(\.operation)).isSuperset(of: ["create", "unpause", "destroy"]))
        #expect(Set(matrix.rows.map(\.point)).isSuperset(of: ["hypercall", "xenstore", "disk", "script", "step"]))
        #expect(
            matrix.kinds == [
                "error", "delay", "stuck", "torn", "flipped", "short", "kill before", "kill after", "power before",
                "power after",
            ])
        #expect(matrix.table.split(separator: "\n").count == matrix.rows.count + 2)
    }

    @Test func `a recovery is killed at its own points only, and leaves nothing`() throws {
        let disk =
            "(create (vm (name web) (memory 64) (image (linux (kernel /boot/k))) (device (vbd (uname file:/srv/d) (dev sda1) (mode w)))))"
        let sweep = Sweep(try Self.scenario("(file /srv/d (size 1M)) \(disk) (settle)"))
        let kills = try sweep.cases().filter(Sweep.hasRecovery)
        let first = try #require(kills.first { $0.description.contains("backend/vbd/1/2049)") })
        let cases = sweep.recoveries(after: [first])
        #expect(cases.count > 50)
        #expect(Set(cases.map(\.kind)) == ["error", "torn", "kill before", "kill after"])
        #expect(cases.contains { $0.description.contains("journal) (nth 1) (kill-daemon after)") })
        #expect(cases.allSatisfy { $0.before == first.rule && $0.steps.count == 2 })
        // What was done before, and is not done again, is none of them.
        #expect(!cases.contains { $0.rule.pattern.detail == "bind" })
        var matrix = SweepMatrix(cases)
        sweep.run(cases.enumerated().filter { $0.offset % 5 == 0 }.map(\.element)) { matrix.add($0) }
        #expect(matrix.failures.isEmpty, "\(matrix.failures.map { "\($0.sweptCase) \($0.violations)" })")
        for sweptCase in cases.prefix(20) {
            #expect(throws: Never.self) { try Self.scenario("\(sweptCase.steps.joined(separator: " ")) (settle)") }
        }
    }

    @Test func `transfers are cancelled at their points`() throws {
        let sweep = Sweep(try Self.scenario("\(Self.web) (unpause web) (settle) (save web /tmp/web)"))
        let cancels = try sweep.cases().filter { $0.kind == "cancel" }
        #expect(!cancels.isEmpty && cancels.allSatisfy { $0.operation == "save" })
        let outcome = sweep.run(try #require(cancels.first))
        #expect(outcome.violations.isEmpty, "\(outcome.violations)")
    }

    @Test func `a case is a step of the language`() throws {
        for sweptCase in try Sweep(try Self.scenario("\(Self.web) (unpause web)")).cases() {
            #expect(throws: Never.self, "\(sweptCase)") { try Self.scenario("\(sweptCase) (settle)") }
        }
    }

    // MARK: Exploration

    @Test func `a seed makes one story, always the same, that can be read`() throws {
        for seed in 1..<40 as Range<UInt64> {
            let exploration = Exploration(hosts: seed % 2 == 0 ? 2 : 1, length: 20)
            #expect(exploration.story(seed) == exploration.story(seed))
            #expect(throws: Never.self) { try ScenarioReader.scenarios(in: exploration.story(seed), file: "x") }
        }
        #expect(Exploration().story(1) != Exploration().story(2))
        var doubled = Exploration(hosts: 2, length: 20)
        doubled.isDoubled = true
        for seed in 1..<5 as Range<UInt64> {
            let result = doubled.explore(seed)
            #expect(result.finding == nil, "\(result.finding?.violations ?? [])")
            #expect(result.trace.count > 20 && result.trace == Exploration(hosts: 2, length: 20).explore(seed).trace)
        }
    }

    @Test func `a story is shortened to what still shows it`() {
        let steps = (0..<20).map { "(advance \($0)s)" } + ["(parallel (pause a) (create (vm (name b) (memory 64))))"]
        let story = StoryText(name: "s", setup: ["(seed 1)", "(order seeded)"], steps: steps)
        let short = story.shrunk { shorter in
            let text = shorter.steps.joined()
            return text.contains("(advance 7s)") && text.contains("(create") && text.contains("(name b)")
        }
        #expect(
            short.steps == ["(advance 7s)", "(create (vm (name b)))"]
                || short.steps == ["(advance 7s)", "(parallel (create (vm (name b))))"])
        #expect(short.setup.isEmpty)
    }

    @Test func `steps may fail where that is tolerated, but not what must hold`() throws {
        let tolerated = try Self.scenario("(tolerate failures) (pause ghost) (settle)")
        #expect(ScenarioSuite.run(tolerated).failure == nil)
        // A domain that somebody else made and nobody can end is left over for xend's list to show; a kill in between is survived.
        let killed = try Self.scenario(
            "(tolerate failures) (fault (hypercall create) (kill-daemon)) \(Self.web) (heal) \(Self.web)")
        #expect(ScenarioSuite.run(killed).failure == nil)
    }

    @Test func `what waits for a check is told from what is not answered`() throws {
        let unmet = try #require(
            ScenarioSuite.run(try Self.scenario("\(Self.web) (when (domain web (memory 1)) (pause web))")).failure)
        #expect(unmet.kind == .unmet)
        #expect(unmet.reasons == ["for an hour this has not come true: (domain web (memory 1))"])
        let hung = ScenarioSuite.run(try Self.scenario("(fault (hypercall create) (hang)) \(Self.web)")).failure
        #expect(hung?.kind == .unanswered)
    }

    // MARK: Oracles

    @Test func `events out of order are seen`() {
        func event(_ number: UInt64, _ name: String, _ more: String...) -> NumberedEvent {
            let value = SExpression.list((["web", "1"] + more).map(SExpression.atom))
            return NumberedEvent(number: number, time: 0, event: Event("xend.domain.\(name)", value))
        }
        func problems(_ events: [NumberedEvent]) -> [String] {
            var order = EventOrder()
            return events.compactMap { order.take($0) }
        }
        #expect(
            problems([
                event(1, "create"), event(2, "unpause"), event(3, "exit", "reboot"), event(4, "destroy"),
                event(5, "died"),
                event(6, "restart", "begin"), event(7, "create"), event(8, "restart", "success"), event(9, "unpause"),
            ]).isEmpty)
        #expect(problems([event(1, "create"), event(1, "unpause")]).count == 1)
        #expect(problems([event(1, "create"), event(2, "died"), event(3, "unpause")]).count == 1)
        #expect(problems([event(1, "create"), event(2, "destroy"), event(3, "exit", "crash")]).count == 1)
        #expect(problems([event(1, "create"), event(2, "create")]).count == 1)
        #expect(problems([event(1, "create"), event(2, "restart", "begin")]).count == 1)
        #expect(
            problems([
                event(1, "create"), event(2, "died"), event(3, "restart", "begin"), event(4, "restart", "success"),
            ]).count == 1)
    }

    @Test func `answers that are not well formed are seen`() {
        func answer(_ status: Int, _ body: String) -> Answer {
            Answer(status: status, reason: "", headers: [("Content-Type", "application/sxp")], body: Array(body.utf8))
        }
        let request = WireRequest.get("/xend/domain")
        #expect(AnswerOracle.problem(answer(200, "(a b)"), to: request) == nil)
        #expect(AnswerOracle.problem(answer(404, "(xend.err 'no such')"), to: request) == nil)
        #expect(AnswerOracle.problem(answer(404, "(domain)"), to: request) != nil)
        #expect(AnswerOracle.problem(answer(200, "(a b"), to: request) != nil)
        #expect(AnswerOracle.problem(answer(200, "a b"), to: request) != nil)
        #expect(AnswerOracle.problem(answer(404, "(xend.err '')"), to: request) != nil)
    }

    // MARK: Why

    @Test func `why goes from the signal to the decision and the steps`() throws {
        var options = ScenarioSuite.Options()
        options.keepsChronicle = true
        let result = ScenarioSuite.run(
            try Self.scenario("\(Self.web) (unpause web) (settle) (guest web (shutdown reboot)) (settle)"),
            options: options)
        let explanation = try #require(result.chronicle.explanations(of: "web").first)
        let text = ExplanationText.text(explanation, complete: false)
        let words = [
            "create web for http", "(guest web (shutdown reboot))", "@releaseDomain", "has exited: reboot",
            "its exit action for reboot is restart", "announce died", "restart, ", "announce restart success",
            "restart is done",
        ]
        var from = 0
        for word in words {
            let place = text.utf8Range(of: word, from: from)
            #expect(place != nil, "\(word) in \(text)")
            from = place ?? from
        }
        #expect(result.chronicle.explanations(of: "nobody").isEmpty)
    }

    @Test func `marks count rare paths`() throws {
        var trial = Trial(
            try Self.scenario(
                "(tolerate failures) \(Self.web) (unpause web) (guest web (crash)) (settle) \(Self.web) \(Self.web)"))
        var marks = RareMarks()
        trial.onDeed = { marks.take($1) }
        #expect(trial.violations().isEmpty)
        #expect(marks.count("a crash that ends a domain") == 1)
        #expect(marks.count("a name that was taken") == 1)
        #expect(marks.never.contains("migrated"))
    }
}
