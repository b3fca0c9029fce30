import ArgumentParser
import Exploration
import ScenarioLanguage
import ScenarioRunner

/// `xend-scenario why`: what led to how a domain ended up.
struct Why: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Tell why a domain is as it is at the end of a scenario: what was asked, seen, decided and done, with times.",
        discussion: """
            What is told is what the daemon itself says of each of its deeds: what it was done for. Of the last thing that \
            happened every step is shown, of what was before only what failed; --all shows all.
            """)

    @Argument(help: ArgumentHelp("The scenario.", valueName: "file"))
    var file: String

    @Argument(help: ArgumentHelp("The domain's name.", valueName: "domain"))
    var domain: String

    @Option(help: ArgumentHelp("Which of several scenarios in the file.", valueName: "name"))
    var scenario: String?

    @Flag(help: "Every step of everything.")
    var all = false

    func run() throws {
        let scenarios: [Scenario]
        do {
            scenarios = try ScenarioReader.scenarios(in: try ScenarioFiles.read(file), file: file)
                .filter { scenario == nil || $0.name == scenario }
        } catch {
            Terminal.complain("\(error)")
            throw ExitCode.couldNotRun
        }
        var options = ScenarioSuite.Options()
        options.keepsChronicle = true
        var isTold = false
        for scenario in scenarios {
            let result = ScenarioSuite.run(scenario, options: options)
            let explanations = result.chronicle.explanations(of: domain)
            isTold = isTold || !explanations.isEmpty
            for explanation in explanations { Terminal.write(ExplanationText.text(explanation, complete: all) + "\n") }
            if explanations.isEmpty { tellWhoElse(result) }
            if let failure = result.failure { Terminal.write("The scenario fails:\n\(failure)\n") }
        }
        guard isTold else { throw ExitCode(1) }
    }

    private func tellWhoElse(_ result: ScenarioResult) {
        let names = result.chronicle.domains.map { "\($0.name) on \($0.host)" }
        Terminal.complain(
            "\(result.name): xend did nothing to a domain \(domain); it did to: \(names.isEmpty ? "none" : names.joined(separator: ", "))"
        )
    }
}
