import ArgumentParser
import ScenarioRunner

/// `xend-scenario check`: whether files can be read, without running anything.
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Read scenario files and say what is wrong with them: file:line:column, what, what is allowed.")

    @OptionGroup var files: FileArguments

    func run() throws {
        var problems = 0
        var scenarios = 0
        for file in try files.find() {
            do {
                scenarios += try ScenarioReader.scenarios(in: try ScenarioFiles.read(file), file: file).count
            } catch {
                Terminal.write("\(error)\n")
                problems += 1
            }
        }
        guard problems == 0 else { throw ExitCode.couldNotRun }
        Terminal.write("\(scenarios) scenario\(scenarios == 1 ? "" : "s") can be read\n")
    }
}
