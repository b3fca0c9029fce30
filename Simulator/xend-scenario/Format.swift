import ArgumentParser
import ScenarioLanguage
import ScenarioRunner

/// `xend-scenario format`: lays files out in one way.
struct Format: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lay scenario files out in one way, in place. Comments stay; what a file means does not change.")

    @OptionGroup var files: FileArguments

    @Flag(help: "Change nothing; exit with 1 if a file is not laid out so.")
    var check = false

    func run() throws {
        var changed = 0
        for file in try files.find() {
            do {
                let bytes = try ScenarioFiles.read(file)
                let formatted = try ScenarioFormatter.format(bytes, file: file)
                guard formatted != bytes else { continue }
                changed += 1
                Terminal.write("\(file)\n")
                if !check { try ScenarioFiles.write(file, formatted) }
            } catch {
                Terminal.complain("\(error)")
                throw ExitCode.couldNotRun
            }
        }
        if check, changed > 0 { throw ExitCode(1) }
    }
}
