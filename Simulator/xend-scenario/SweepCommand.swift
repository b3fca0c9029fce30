import ArgumentParser
import Exploration
import ScenarioLanguage
import ScenarioRunner

/// `xend-scenario sweep`: one fault at every point that a scenario passes, or two.
struct SweepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep",
        abstract: "Run scenarios again with a single fault of each kind at every point they pass.",
        discussion: """
            Steps may fail then, but what must hold must hold all the while, and afterwards xend must come back, everything must \
            settle, xend and Xen must agree, nothing may be left over and every domain must be possible to destroy. What goes \
            wrong is printed with the fault as a step; with --out, a scenario file is written that shows it.
            """)

    @OptionGroup var files: FileArguments

    @Flag(
        help: ArgumentHelp(
            "After each fault that ends the daemon, a second one at every point that the next passes in its recovery."))
    var recovery = false

    @Option(help: ArgumentHelp("Only every Nth case; with --recovery, of both faults.", valueName: "n"))
    var every = 1

    @Option(help: ArgumentHelp("Write JUnit XML.", valueName: "file"))
    var junit: String?

    @Option(help: ArgumentHelp("Write one page with the matrices.", valueName: "file"))
    var html: String?

    @Option(
        help: ArgumentHelp(
            "Write a scenario file, as short as possible, for the first of each kind of what goes wrong.",
            valueName: "dir"))
    var out: String?

    @Option(help: ArgumentHelp("Failures that are printed in full.", valueName: "n"))
    var show = 20

    func validate() throws {
        guard every >= 1 else { throw ValidationError("--every must be at least 1") }
        guard show >= 0 else { throw ValidationError("--show must be at least 0") }
    }

    func run() throws {
        if let out { try Terminal.checkDirectory(out) }
        var results: [SweepResult] = []
        var summary = RunSummary()
        for file in try files.find() {
            do {
                for scenario in try ScenarioReader.scenarios(in: try ScenarioFiles.read(file), file: file)
                where !scenario.setup.needs.contains(.xen) {
                    results.append(sweep(scenario))
                }
            } catch let error as ScenarioError {
                Terminal.write("refused  \(error)\n")
                summary.refusals.append(error)
            } catch {
                Terminal.complain("\(error)")
                throw ExitCode.couldNotRun
            }
        }
        summary.results = results.flatMap(\.cells)
        try junit.map { try Terminal.save($0, JUnitReport.xml(summary)) }
        try html.map { try Terminal.save($0, SweepPage.page(results)) }
        tellTotal(results)
        guard summary.exitStatus == 0 else { throw ExitCode(summary.exitStatus) }
    }

    private func sweep(_ scenario: Scenario) -> SweepResult {
        let clock = ContinuousClock()
        let start = clock.now
        let sweep = Sweep(scenario)
        let cases: [Sweep.Case]
        do {
            cases = try find(sweep)
        } catch {
            Terminal.write("FAILED   \(scenario.name) does not pass without faults\n    \(error)\n")
            return SweepResult(scenario, obstacle: error)
        }
        var matrix = SweepMatrix(cases)
        sweep.run(cases) { outcome in
            matrix.add(outcome)
            Terminal.progress("\(scenario.name) \(matrix.cases)/\(cases.count)")
            guard !outcome.violations.isEmpty, matrix.failures.count <= show else { return }
            Terminal.progress("")
            Terminal.write(
                "    \(outcome.sweptCase)\n" + outcome.violations.prefix(3).map { "        \($0)\n" }.joined())
        }
        Terminal.progress("")
        var result = SweepResult(scenario, matrix: matrix, realTime: clock.now - start)
        tell(result)
        if let out { write(&result, sweep, to: out) }
        return result
    }

    private func find(_ sweep: Sweep) throws(StepFailure) -> [Sweep.Case] {
        let cases = try sweep.cases().filter { !recovery || Sweep.hasRecovery($0) }
        let some = cases.enumerated().filter { $0.offset % every == 0 }.map(\.element)
        return recovery ? sweep.recoveries(after: some, every: every) : some
    }

    private func tell(_ result: SweepResult) {
        let rate = Int(Double(result.matrix.cases) / max(0.001, result.realTime / .seconds(1)))
        Terminal.write(
            """
            \(result.hasPassed ? "ok      " : "FAILED  ") \(result.scenario.name): \(result.matrix.cases) faults, \
            \(result.matrix.failures.count) leave something wrong (\(rate) a second)
            \(result.matrix.table)
            """)
    }

    private func tellTotal(_ results: [SweepResult]) {
        guard results.count > 1 else { return }
        let failures = results.reduce(0) { $0 + $1.matrix.failures.count }
        Terminal.write(
            "\(results.count) scenarios, \(results.reduce(0) { $0 + $1.matrix.cases }) faults, \(failures) leave something wrong\n"
        )
    }

    /// One file for each operation and oracle: the others are very likely the same.
    private func write(_ result: inout SweepResult, _ sweep: Sweep, to directory: String) {
        var told: Set<String> = []
        for outcome in result.matrix.failures {
            guard
                told.insert("\(outcome.sweptCase.operation) \(outcome.violations.first?.oracle.rawValue ?? "")")
                    .inserted
            else { continue }
            let name = "sweep-\(result.scenario.name)-\(told.count)"
            let path = "\(directory)/\(name).sxp"
            do {
                try ScenarioFiles.write(path, sweep.file(for: outcome, named: name))
                result.files[outcome.sweptCase.description] = path
                Terminal.write("    \(path)\n")
            } catch {
                Terminal.complain("\(error)")
            }
        }
    }
}
