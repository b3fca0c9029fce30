import SExpressions
import Testing

@testable import ScenarioLanguage
@testable import ScenarioRunner

/// What may be new in an answer, and what may not.
@Suite struct NewFieldsTests {
    static let recorded = """
        $ (create web)
        > POST /xend/domain op=create
        < 201 created
          Location: http://_/xend/domain/web
          (domain
              (id id1)
              (name web)
              (state running)
              (uuid uuid1)
              (devices (vif (idx 0) (mac mac1)))
              (config (vm (name web) (memory 64)))
          )
        * (xend.domain.create (web id1))
        $ (list)
        > GET /xend/domain
        < 200 OK
          (Domain-0 web)
        """

    /// What is changed in the text, and where something new is found; nil = the two differ.
    static let rows: [(old: String, new: String, places: [String]?)] = [
        ("(state running)\n", "(state running)\n      (weight 256)\n", ["/domain/weight in (create web)"]),
        ("(mac mac1)", "(mac mac1) (rate 5)", ["/domain/devices/vif/rate in (create web)"]),
        (
            "(idx 0)", "(zone 1) (idx 0) (x)",
            ["/domain/devices/vif/zone in (create web)", "/domain/devices/vif/x in (create web)"]
        ),
        ("(id id1)\n", "", nil),
        ("(id id1)", "(id id2)", nil),
        ("(id id1)", "(id id1 1)", nil),
        ("(id id1)", "(id id1 (more))", nil),
        ("(id id1)", "(id id1) web", nil),
        ("(id id1)\n", "(id id1)\n (id id1)\n", nil),
        ("(id id1)\n      (name web)", "(name web)\n      (id id1)", nil),
        ("(mac mac1))", "(mac mac1)) (vbd (idx 0))", nil),
        ("(mac mac1))", "(mac mac1)) (vif (idx 1) (mac mac2))", nil),
        ("(memory 64)", "(memory 64) (cpu 1)", nil),
        ("(vif (idx 0) (mac mac1))", "", nil),
        ("(Domain-0 web)", "(Domain-0 web db)", nil),
        ("(Domain-0 web)", "(Domain-0 web (state r))", nil),
        ("* (xend.domain.create (web id1))", "* (xend.domain.create (web id1 (why me)))", nil),
        ("* (xend.domain.create", "* (xend.virq 4)\n* (xend.domain.create", nil),
        ("< 201 created", "< 200 created", nil),
        ("Location: http://_/xend/domain/web\n", "Location: http://_/xend/domain/web\n  Warning: 199 x\n", nil),
    ]

    @Test(arguments: rows) func `a record may say more, and nothing else may differ`(
        _ row: (old: String, new: String, places: [String]?)
    ) {
        let seen = Self.recorded.replacing(row.old, with: row.new)
        #expect(seen != Self.recorded)
        let new = NewFields(in: seen, notIn: Self.recorded)
        let difference = TranscriptFile.difference(expected: Self.recorded, seen: new.remainder)
        if let places = row.places {
            #expect(difference == nil)
            #expect(new.places == places)
        } else {
            #expect(difference != nil)
        }
        var result = ScenarioResult(name: "s", place: ScenarioPlace(file: "s.sxp"), outcome: .passed)
        result.transcript = seen
        result.compare(withRecorded: Self.recorded, file: "s.expected", isStrict: false)
        #expect((result.failure == nil) == (row.places != nil))
        result.outcome = .passed
        result.compare(withRecorded: Self.recorded, file: "s.expected", isStrict: true)
        #expect(result.failure != nil)
        for place in row.places ?? [] {
            #expect(result.failure?.reasons.contains("new: \(place)") == true)
        }
    }

    /// In each transcript that is recorded, each record of each answer.
    @Test func `one field more fails no recorded transcript, one less fails each`() throws {
        var count = 0
        for file in try ScenarioFiles.find([ManualTests.root + "/Scenarios"]) {
            for (_, recorded) in TranscriptFile.read(beside: file) where recorded.contains("(name ") {
                let lines = recorded.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
                let more = lines.map { $0 == "      (memory 64)" ? $0 + "\n      (novelty (a b))" : $0 }
                guard more != lines, !recorded.contains("(domain (") else { continue }
                count += 1
                let new = NewFields(in: more.joined(separator: "\n"), notIn: recorded)
                #expect(new.places.allSatisfy { $0.contains("/domain/novelty in ") } && !new.places.isEmpty, "\(file)")
                #expect(TranscriptFile.difference(expected: recorded, seen: new.remainder) == nil, "\(file)")
                let fewer = lines.filter { $0 != "      (memory 64)" }.joined(separator: "\n")
                let rest = NewFields(in: fewer, notIn: recorded).remainder
                #expect(TranscriptFile.difference(expected: recorded, seen: rest) != nil, "\(file)")
            }
        }
        #expect(count > 100)
    }
}
