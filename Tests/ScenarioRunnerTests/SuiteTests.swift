// BEGIN example
import Exploration
import ScenarioLanguage
import ScenarioRunner
import Testing

/// A test that runs scenarios.
@Suite struct SuiteTests {
    @Test func `a scenario is run from text`() throws {
        let text = "(scenario hello (inject (hello world)) (expect (events (hello (hello world)))))"
        for scenario in try ScenarioReader.scenarios(in: Array(text.utf8), file: "hello.sxp") {
            let result = ScenarioSuite.run(scenario)
            #expect(result.failure == nil, "\(result.failure?.description ?? "")")
        }
    }
}
// END example
