import Glibc
import HostInterface
import SystemPackage

/// `xend start`, `stop` and `status`, seen from outside the daemon.
public struct DaemonProcess: Sendable {
    /// What `xend start` came to.
    public enum StartOutcome: Hashable, Sendable {
        /// Both are a success to who asked.
        case started, alreadyRunning
        /// It has not said that it is ready, nor ended.
        case stillStarting
        /// It ended before it was ready, with this reason.
        case failed(String)
    }

    /// What `xend stop` came to; `stillRunning` after the 30 s that it waits (manual, decision 9).
    public enum StopOutcome: Hashable, Sendable { case stopped, notRunning, stillRunning }

    /// What the daemon prints beside its log: the reason of a crash, mostly.
    public static let debugLog = "/var/log/xend-debug.log"

    /// Where the daemon's process id stands.
    public let pidFile: PidFile
    private let root: HostRoot
    private let clock = LinuxClock()

    /// - Parameter root: in front of every path, for tests.
    public init(root: HostRoot = HostRoot()) {
        self.root = root
        pidFile = PidFile(root: root)
    }

    /// Whether the process of the pid file is there and is a xend.
    public var isRunning: Bool { pidFile.runningProcess() != nil }

    /// Starts the daemon in a session of its own, unless it runs, and waits until it is ready.
    ///
    /// The program is executed anew, in a process without the threads of this one.
    /// - Parameters:
    ///   - program: real path; by default the program that is running.
    ///   - arguments: those that make it the daemon, in the foreground.
    public func start(
        program: String? = nil, arguments: [String], timeout: Duration = .seconds(60)
    ) async -> StartOutcome {
        if isRunning { return .alreadyRunning }
        do {
            let said = try Pipe()
            defer { try? said.reading.close() }
            do {
                defer { try? said.writing.close() }
                try spawn(program ?? DaemonProcess.ownPath(), arguments, said.writing)
            }
            let deadline = clock.now + timeout
            return await BlockingPool().run { Readiness.await(said.reading, until: deadline) }
        } catch {
            return .failed("cannot start xend: \(error)")
        }
    }

    /// Asks the daemon to end (SIGTERM) and waits until it has.
    /// - Parameter timeout: manual, decision 9.
    public func stop(timeout: Duration = .seconds(30)) async -> StopOutcome {
        guard let process = pidFile.runningProcess() else { return .notRunning }
        kill(process.pid, SIGTERM)
        let deadline = clock.now + timeout
        while await LinuxScripts().isRunning(process) {
            guard clock.now < deadline else { return .stillRunning }
            try? await clock.sleep(for: .milliseconds(20))
        }
        // Removes the file of one that was killed before it could.
        _ = pidFile.runningProcess()
        return .stopped
    }

    private func spawn(_ program: String, _ arguments: [String], _ ready: FileDescriptor) throws {
        let path = root.file(DaemonProcess.debugLog)
        try Blocking.makeDirectory(FilePath(path).removingLastComponent().string)
        let log = try Blocking.open(path, .writeOnly, [.create, .append])
        defer { try? log.close() }
        var environment = ChildProcess.environment + ["\(Readiness.variable)=3"]
        // Where the configuration is may be said by the environment (reference/lifecycle-and-events.md §10).
        if let config = getenv("XEND_CONFIG") { environment.append("XEND_CONFIG=\(String(cString: config))") }
        let child = ChildProcess(
            path: program, arguments: arguments, environment: environment, apart: .session, standardOutput: log,
            standardError: log, extra: ready)
        try child.fork().letThrough()
    }

    static func ownPath() throws(Errno) -> String {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = try check { readlink("/proc/self/exe", &buffer, buffer.count) }
        return String(decoding: buffer.prefix(count), as: UTF8.self)
    }
}
