import Glibc
import HostInterface
import SystemPackage

/// Runs scripts as processes: own group, never a shell, a fixed environment, nothing inherited.
public final class LinuxScripts: ScriptRunner {
    /// How long a script may tidy up after TERM, and how long the kernel may take after KILL.
    public static let grace = Duration.seconds(5)

    private let root: HostRoot
    private let grace: Duration
    private let clock = LinuxClock()
    private let pool = BlockingPool()

    public init(root: HostRoot = HostRoot(), grace: Duration = LinuxScripts.grace) {
        self.root = root
        self.grace = grace
    }

    public func run(
        _ call: ScriptCall, started: @escaping @Sendable (ScriptProcess) async -> Void
    ) async throws(ScriptError) -> ScriptResult {
        if Task.isCancelled { throw ScriptError(path: call.path, reason: .cancelled) }
        let script = try await start(call)
        await started(script.process)
        do throws(Errno) {
            let (result, wasCancelled) = try await script.letRun(until: clock.now + call.timeout, grace: grace)
            if !wasCancelled { return result }
        } catch {
            throw scriptError(call, error)
        }
        throw ScriptError(path: call.path, reason: .cancelled)
    }

    public func canRun(_ path: String) async -> Bool {
        let path = root.file(path)
        return await pool.run {
            var status = stat()
            return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
        }
    }

    public func isRunning(_ process: ScriptProcess) async -> Bool {
        guard let status = ProcessStatus(pid: process.pid) else { return false }
        return status.startTime == process.startTime && !status.isZombie
    }

    public func terminate(_ process: ScriptProcess) async {
        // Apart from the caller's cancellation: it must not go on beside a script that is still running.
        await LinuxTasks().spawn { [self] in
            guard await isRunning(process) else { return }
            kill(-process.pid, SIGTERM)
            kill(-process.pid, SIGCONT)
            await waitUntilGone(process, atMost: grace)
            // Also those of its group that have outlived it: nobody else can have taken the group's number meanwhile.
            kill(-process.pid, SIGKILL)
            await waitUntilGone(process, atMost: grace)
        }.value
    }

    /// It may be no child of ours, so nothing tells us: we look.
    private func waitUntilGone(_ process: ScriptProcess, atMost limit: Duration) async {
        let deadline = clock.now + limit
        while await isRunning(process), clock.now < deadline {
            try? await clock.sleep(for: .milliseconds(10))
        }
    }

    private func start(_ call: ScriptCall) async throws(ScriptError) -> RunningScript {
        guard call.path.hasPrefix("/"), !([call.path] + call.arguments).contains(where: { $0.utf8.contains(0) }) else {
            let text = "its path must be absolute, and neither it nor an argument may contain a NUL byte"
            throw ScriptError(path: call.path, reason: .system(text))
        }
        let path = root.file(call.path)
        do throws(Errno) {
            return try await pool.run { () throws(Errno) in
                // The usual reasons, before a process is made.
                try check { access(path, X_OK) }
                return try RunningScript(realPath: path, arguments: call.arguments)
            }
        } catch {
            throw scriptError(call, error)
        }
    }

    private func scriptError(_ call: ScriptCall, _ error: Errno) -> ScriptError {
        ScriptError(path: call.path, reason: ScriptError.Reason(exec: error, realPath: root.file(call.path)))
    }
}

extension ScriptError.Reason {
    /// What an errno of exec means for a script.
    init(exec error: Errno, realPath: String) {
        switch error {
        case .noSuchFileOrDirectory where access(realPath, F_OK) == 0:
            self = .system("the interpreter its first line names does not exist")
        case .noSuchFileOrDirectory, .notDirectory: self = .notFound
        case .permissionDenied: self = .notExecutable
        case .execFormatError: self = .system("it neither is a program nor begins with #!")
        default: self = .system(error.description)
        }
    }
}
