import ArgumentParser
import Glibc
import HostInterface
import LinuxHost

/// The program: what the original's command line did, in its words (reference/lifecycle-and-events.md §7), and the options of
/// today around it.
@main
struct XendProgram: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "xend",
        abstract: "The control daemon of a machine that runs Xen.",
        discussion: "It serves HTTP on port 8000. Configuration: /etc/xen/xend-config.sxp, or $XEND_CONFIG.",
        version: XendVersion.current,
        subcommands: [
            Start.self, TraceStart.self, Run.self, Stop.self, Restart.self, Status.self, Reload.self, CheckConfig.self,
            StopDomains.self, DowngradeDatabase.self, TokenCommands.self, Login.self,
            CheckPassword.self,
        ])

    static func main() async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        let isQuestion = arguments.contains { ["-h", "--help", "help"].contains($0) }
        if !isQuestion {
            guard geteuid() == 0 else {
                Terminal.complain(banner("Xend must be run as root."))
                Glibc.exit(1)
            }
            guard let word = arguments.first else {
                Terminal.say("usage: xend {start|stop|restart}")
                Glibc.exit(1)
            }
            guard word.hasPrefix("-") || isCommand(word) else {
                Terminal.say("not an option: \(word)")
                Glibc.exit(1)
            }
        }
        do {
            var command = try parseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            end(error)
        }
    }

    private static func isCommand(_ word: String) -> Bool {
        configuration.subcommands.contains { $0.configuration.commandName == word }
    }

    private static func banner(_ text: String) -> String {
        let line = String(repeating: "*", count: 70)
        return "\(line)\n*** \(text)\n\(line)"
    }

    /// A usage error is 1 here as every other: 3 and 4 had meanings of their own.
    private static func end(_ error: any Error) -> Never {
        let code = exitCode(for: error)
        let text = fullMessage(for: error)
        if code == .success {
            Terminal.say(text)
        } else if !text.isEmpty {
            Terminal.complain(text)
        }
        Glibc.exit(code == .validationFailure ? 1 : code.rawValue)
    }
}

/// Text on the two standard outputs.
enum Terminal {
    static func say(_ text: String) { StandardStream.output.write(text + "\n") }
    static func complain(_ text: String) { StandardStream.error.write(text + "\n") }
}
