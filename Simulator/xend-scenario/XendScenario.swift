import ArgumentParser
import Glibc
import HostInterface
import ScenarioLanguage
import ScenarioRunner

/// Runs, checks and formats scenario files.
@main
struct XendScenario: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "xend-scenario",
        abstract: "Run scenarios against xend on a simulated machine, or against one that is running.",
        discussion: "Exit status: 0 all passed, 1 something failed, 2 it could not run.", version: XendVersion.current,
        subcommands: [Run.self, Why.self, SweepCommand.self, Explore.self, Check.self, Format.self, Lend.self])
}

/// Text for people. Standard output carries results, standard error what went wrong with the invocation.
enum Terminal {
    static var isInteractive: Bool { isatty(STDOUT_FILENO) == 1 && getenv("NO_COLOR") == nil }

    static func write(_ text: String) { StandardStream.output.write(text) }
    static func complain(_ text: String) { StandardStream.error.write("xend-scenario: \(text)\n") }

    /// A line that the next one replaces; only on a terminal.
    static func progress(_ text: String) { if isInteractive { write("\r\u{1B}[K\(text)") } }

    /// Writes a report.
    static func save(_ path: String, _ text: String) throws {
        do {
            try ScenarioFiles.write(path, Array(text.utf8))
        } catch {
            complain("\(error)")
            throw ExitCode.couldNotRun
        }
    }

    /// Refuses a directory that is not there before hours of work want to write into it.
    static func checkDirectory(_ path: String) throws {
        guard ScenarioFiles.isDirectory(path) else {
            complain("there is no directory \(path) to write files into")
            throw ExitCode.couldNotRun
        }
    }
}

extension ExitCode {
    /// It could not run.
    static let couldNotRun = ExitCode(2)
}

/// The files that a command was given.
struct FileArguments: ParsableArguments {
    @Argument(help: ArgumentHelp("Scenario files, or directories with *.sxp in them.", valueName: "file or directory"))
    var paths: [String]

    func find() throws -> [String] {
        do {
            return try ScenarioFiles.find(paths)
        } catch {
            Terminal.complain("\(error)")
            throw ExitCode.couldNotRun
        }
    }
}
