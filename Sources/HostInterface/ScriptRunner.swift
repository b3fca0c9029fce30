/// Runs the host's scripts: network, vif-bridge, block-file and their like. Never through a shell.
public protocol ScriptRunner: Sendable {
    /// Runs a script in a process group of its own and waits for it; `started` is told the process as soon as it exists, and
    /// may make a durable note of it before the script is let run on.
    ///
    /// A script that outlives `call.timeout`, or whose caller is cancelled, is ended with its whole group.
    func run(
        _ call: ScriptCall, started: @escaping @Sendable (ScriptProcess) async -> Void
    ) async throws(ScriptError) -> ScriptResult

    /// Whether there is a program at this path that may be run.
    func canRun(_ path: String) async -> Bool
    /// Whether a process noted earlier (by a previous daemon) is still there: same pid and same start time.
    func isRunning(_ process: ScriptProcess) async -> Bool
    /// Ends a process noted earlier with its whole group and waits until it is gone.
    func terminate(_ process: ScriptProcess) async
}

extension ScriptRunner {
    /// Runs a script of which nobody keeps a note.
    ///
    /// - Throws: when it could not be started; how it ended is in the result.
    public func run(_ call: ScriptCall) async throws(ScriptError) -> ScriptResult {
        try await run(call, started: { _ in })
    }
}

/// One call of a script.
public struct ScriptCall: Hashable, Sendable {
    /// Absolute path.
    public var path: String
    /// One argument each, never interpreted.
    public var arguments: [String]
    /// Then it is ended, with all that it has started.
    public var timeout: Duration

    public init(path: String, arguments: [String], timeout: Duration = .seconds(30)) {
        self.path = path
        self.arguments = arguments
        self.timeout = timeout
    }
}

/// A running script, recognisable after a restart of the daemon.
public struct ScriptProcess: Hashable, Sendable {
    /// Used again by Linux for other processes; with the start time it is this one.
    public var pid: Int32
    /// The kernel's start time of the process (clock ticks since boot), against reuse of the pid.
    public var startTime: UInt64

    public init(pid: Int32, startTime: UInt64) {
        self.pid = pid
        self.startTime = startTime
    }
}

/// How a script ended.
public struct ScriptResult: Hashable, Sendable {
    /// How a script ended.
    public enum Ending: Hashable, Sendable {
        /// With this status; 0 is success.
        case exited(Int32)
        /// By this signal.
        case signalled(Int32)
        /// It ran for longer than it may, and was ended.
        case timedOut
    }
    /// How it ended.
    public var ending: Ending
    /// Standard output, at most `ScriptResult.outputLimit` bytes.
    public var output: String
    /// Standard error, at most `ScriptResult.outputLimit` bytes.
    public var errorOutput: String

    /// A script that prints without end must not fill the daemon.
    public static let outputLimit = 16 * 1024

    public init(ending: Ending, output: String = "", errorOutput: String = "") {
        self.ending = ending
        self.output = output
        self.errorOutput = errorOutput
    }

    /// It did what it was asked.
    public var succeeded: Bool { ending == .exited(0) }
}

/// Why a script could not be run at all.
public struct ScriptError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kept it from being started.
    public enum Reason: Hashable, Sendable {
        /// `fenced`: the daemon has been killed (simulation only). `cancelled`: the task that called was.
        case notFound, notExecutable, fenced, cancelled
        /// Anything else, in the system's words.
        case system(String)
    }
    /// Of the script.
    public var path: String
    /// Why not.
    public var reason: Reason

    public init(path: String, reason: Reason) {
        self.path = path
        self.reason = reason
    }

    public var description: String {
        switch reason {
        case .notFound: "script \(path) does not exist"
        case .notExecutable: "script \(path) is not executable"
        case .fenced: "script \(path): the daemon has been killed"
        case .cancelled: "script \(path) was cancelled"
        case .system(let text): "script \(path) cannot be run: \(text)"
        }
    }
}
