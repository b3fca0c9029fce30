import ArgumentParser
import ScenarioRunner

/// `xend-scenario sweep`: one fault at every point that a scenario passes.
struct SweepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep",
        abstract: "Run scenarios again with a single fault of each kind at every point they pass.",
        discussion: """
            Steps may fail then, but afterwards xend must come back, everything must settle, xend and Xen must agree, nothing \
            may be left over and every domain must be possible to destroy. What goes wrong is printed with the fault as a \
            step, to be put first into the scenario.
            """)

    @OptionGroup var files: FileArguments

    @Option(help: ArgumentHelp("Only every Nth case.", valueName: "n"))
    var every = 1

    @Option(help: ArgumentHelp("Write JUnit XML.", valueName: "file"))
    var junit: String?

    @Option(help: ArgumentHelp("Failures that are printed in full.", valueName: "n"))
    var show = 20

    func validate() throws {
        guard every >= 1 else { throw ValidationError("--every must be at least 1") }
    }

    func run() throws {
        var summary = RunSummary()
        let clock = ContinuousClock()
        for file in try files.find() {
            do {
                for scenario in try ScenarioReader.scenarios(in: try ScenarioFiles.read(file), file: file)
                where !scenario.setup.needs.contains(.xen) {
                    summary.results.append(sweep(scenario, clock))
                }
            } catch let error as ScenarioError {
                Terminal.write("refused  \(error)\n")
                summary.refusals.append(error)
            } catch {
                Terminal.complain("\(error)")
                throw ExitCode.couldNotRun
            }
        }
        if let junit { try? ScenarioFiles.write(junit, Array(JUnitReport.xml(summary).utf8)) }
        guard summary.exitStatus == 0 else { throw ExitCode(summary.exitStatus) }
    }

    private func sweep(_ scenario: Scenario, _ clock: ContinuousClock) -> ScenarioResult {
        let start = clock.now
        let sweep = Sweep(scenario)
        var result = ScenarioResult(name: scenario.name, place: scenario.place, outcome: .passed)
        var matrix = SweepMatrix()
        do {
            let cases = try sweep.cases()
            for (index, sweptCase) in cases.enumerated() where index % every == 0 {
                if Terminal.isInteractive { Terminal.write("\r\u{1B}[K\(scenario.name) \(index)/\(cases.count)") }
                let outcome = sweep.run(sweptCase)
                matrix.add(outcome)
                if !outcome.violations.isEmpty, matrix.failures.count <= show {
                    if Terminal.isInteractive { Terminal.write("\r\u{1B}[K") }
                    Terminal.write("    \(sweptCase)\n" + outcome.violations.prefix(3).map { "        \($0)\n" }.joined())
                }
            }
        } catch {
            result.outcome = .failed(error)
            Terminal.write("FAILED   \(scenario.name) does not pass without faults\n    \(error)\n")
            return result
        }
        if Terminal.isInteractive { Terminal.write("\r\u{1B}[K") }
        result.realTime = clock.now - start
        result.steps = matrix.cases
        if let first = matrix.failures.first {
            result.outcome = .failed(
                StepFailure(
                    place: scenario.place, form: first.sweptCase.description,
                    reasons: first.violations + ["\(matrix.failures.count) of \(matrix.cases) faults leave something wrong"]))
        }
        let verdict = matrix.failures.isEmpty ? "ok      " : "FAILED  "
        Terminal.write("\(verdict) \(scenario.name): \(matrix.cases) faults, \(matrix.failures.count) leave something wrong\n")
        Terminal.write(matrix.table)
        return result
    }
}
