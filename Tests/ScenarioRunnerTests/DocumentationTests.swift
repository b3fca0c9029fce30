import Testing

@testable import Exploration
@testable import ScenarioLanguage
@testable import ScenarioRunner

/// What is written for users of the language does what it says: ManualTests sees whether it can be read.
@Suite struct DocumentationTests {
    @Test func `every example in the manual passes as it is printed`() throws {
        for example in try ManualTests.examples() {
            let text = example.contains("(scenario ") ? example : "(scenario example\n\(example)\n(settle))"
            for scenario in try ScenarioReader.scenarios(in: Array(text.utf8), file: "README.md") {
                let failure = ScenarioSuite.run(scenario).failure
                #expect(failure == nil, "\(failure?.description ?? "")\n\(example)")
            }
        }
    }

    @Test func `the manual page of the language has every form`() throws {
        let path = "\(ManualTests.root)/Simulator/xend-scenario/man/xend-scenario.5"
        let page = String(decoding: try ScenarioFiles.read(path), as: UTF8.self)
        for (place, forms) in Vocabulary.all + [("selector", Vocabulary.selectors)] {
            for form in forms {
                #expect(page.contains("(\(form.name) ") || page.contains("(\(form.name))"), "\(place) \(form.name)")
            }
        }
    }
}
