import ArgumentParser
import LinuxHost

extension ExitCode {
    /// `status`: it does not run.
    static let notRunning = ExitCode(3)
    /// The daemon cannot start with its configuration (EX_CONFIG of sysexits.h): to try again changes nothing.
    static let configuration = ExitCode(78)
}

/// Starting in the background: the program is executed anew as the daemon, and says when it is ready.
struct Launcher {
    var isTracing = false

    func start() async throws {
        let arguments = ["start", "--foreground"] + (isTracing ? ["--trace"] : [])
        switch await DaemonProcess().start(arguments: arguments) {
        // The original's `start` was silent about a daemon that ran already, and successful.
        case .started, .alreadyRunning: return
        case .stillStarting:
            Terminal.complain("xend: still starting after 60 s; see \(DaemonProcess.debugLog) and its log")
        case .failed(let reason): Terminal.complain("xend: \(reason)")
        }
        throw ExitCode.failure
    }

    func stop() async throws {
        guard await DaemonProcess().stop() == .stillRunning else { return }
        Terminal.complain("xend: still ending after 30 s: operations are in progress; see its log")
        throw ExitCode.failure
    }
}

struct Start: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start", abstract: "Start the daemon, unless it runs, and wait until it answers requests.")

    @Flag(name: .long, help: "Stay here instead of going into the background, as systemd likes it.")
    var foreground = false

    @Flag(name: .long, help: "Begin with tracing on.")
    var trace = false

    func run() async throws {
        if foreground {
            try await Foreground(isTracing: trace).run()
        } else {
            try await Launcher(isTracing: trace).start()
        }
    }
}

struct TraceStart: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace_start", abstract: "Start the daemon with tracing on.")

    func run() async throws { try await Launcher(isTracing: true).start() }
}

struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Be the daemon, in the foreground: start --foreground.")

    @Flag(name: .long, help: "Begin with tracing on.")
    var trace = false

    func run() async throws { try await Foreground(isTracing: trace).run() }
}

struct Stop: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop", abstract: "Ask the daemon to end and wait for it. Domains run on.")

    func run() async throws { try await Launcher().stop() }
}

struct Restart: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "restart", abstract: "Stop, then start.")

    func run() async throws {
        try await Launcher().stop()
        try await Launcher().start()
    }
}

struct Reload: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload",
        abstract: "Have the daemon read its configuration again, and say what does not count before its next start.")

    func run() async throws {
        let reply = try await RunningDaemon().perform(.nodeReload())
        let changed = reply.child("changed")?.children().map(\.description) ?? []
        Terminal.say(
            changed.isEmpty
                ? "nothing has changed that can; certificates and tokens were read again"
                : "changed: \(changed.joined(separator: ", "))")
        for key in reply.child("later")?.children() ?? [] {
            Terminal.complain("xend: \(key) is another now, which counts from the next start on")
        }
    }
}

struct DowngradeDatabase: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "downgrade-database",
        abstract: "Write the database back in the format of the xend before; the daemon must not run.")

    func run() async throws { try await Foreground().downgradeDatabase() }
}

struct CheckConfig: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-config",
        abstract: "Read a configuration file and say what is wrong with it; nothing is started or changed.")

    @Argument(help: "The file; without it, the one that the daemon reads.")
    var file: String?

    func run() async throws {
        let path = file ?? Foreground().configurationPath
        do {
            let configuration = try await Foreground().configuration(path, mayBeAbsent: file == nil)
            for warning in configuration.warnings { Terminal.complain("xend: \(warning)") }
            Terminal.say("\(path): xend can start with it")
        } catch {
            Terminal.complain("xend: \(error)")
            throw ExitCode.failure
        }
    }
}

struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Tell by the exit status whether the daemon runs: 0, or 3.")

    func run() async throws {
        guard DaemonProcess().isRunning else { throw ExitCode.notRunning }
    }
}

/// What the daemon runs to ask PAM: whatever a module of it does, it does to this process.
struct CheckPassword: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-password", abstract: "Ask PAM, for the daemon.", shouldDisplay: false)

    func run() throws { throw ExitCode(PasswordCheck.run()) }
}
