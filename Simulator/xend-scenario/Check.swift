import ArgumentParser
import ScenarioLanguage
import ScenarioRunner

/// `xend-scenario check`: whether files can be read, without running anything.
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Read scenario files and say what is wrong with them: file:line:column, what, what is allowed.")

    @OptionGroup var files: FileArguments

    @Option(
        help: ArgumentHelp(
            """
            Say also why each cannot run in full on one real machine that has so many MiB for domains, or that it fits; \
            first, where it counts on the ids of a machine's first domains.
            """,
            valueName: "mib"))
    var realMachine: Int?

    @Option(help: "With --real-machine: there are so many machines; of a story that needs several it is said how many.")
    var machines = 1

    @Flag(help: "Say also what each asks for while something goes wrong: OPERATION while FAULT, one a line.")
    var passages = false

    func run() throws {
        var problems = 0
        var scenarios = 0
        for file in try files.find() {
            do {
                let (read, errors) = ScenarioReader.read(try ScenarioFiles.read(file), file: file)
                for error in errors { Terminal.write("\(error)\n") }
                problems += errors.count
                scenarios += read.count
                if let realMachine, errors.isEmpty { tellFitness(of: read, file, freeMemory: realMachine) }
                if passages, errors.isEmpty { tellPassages(of: read, file) }
            } catch {
                Terminal.write("\(error)\n")
                problems += 1
            }
        }
        guard problems == 0 else { throw ExitCode.couldNotRun }
        Terminal.write("\(scenarios) scenario\(scenarios == 1 ? "" : "s") can be read\n")
    }

    private func tellFitness(of scenarios: [Scenario], _ file: String, freeMemory: Int) {
        for scenario in scenarios {
            let obstacle = scenario.obstacleOnRealMachine(freeMemory: freeMemory, machines: machines)
            let fits =
                scenario.machines > 1 ? "fits \(scenario.machines)" : scenario.countsOnFirstIDs ? "fits first" : "fits"
            Terminal.write("\(file): \(obstacle.map { "left out: \($0)" } ?? fits)\n")
        }
    }

    private func tellPassages(of scenarios: [Scenario], _ file: String) {
        for scenario in scenarios {
            for passage in scenario.passages {
                Terminal.write("\(file) \(scenario.name): \(passage.operation) while \(passage.fault)\n")
            }
        }
    }
}
