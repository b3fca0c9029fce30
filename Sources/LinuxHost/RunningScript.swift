import CLinux
import Glibc
import HostInterface
import NIOPosix
import Synchronization
import SystemPackage

/// A script that has been started, with a thread of its own that reads what it prints, watches its deadline and ends
/// it when asked to.
///
/// What is read beyond the limit is thrown away, so that a talkative script is never held up. Its end counts, not the
/// end of its output: a process it leaves in the background keeps the pipe open.
final class RunningScript: Sendable {
    let process: ScriptProcess
    private let child: GatedProcess
    private let output: Pipe
    private let errorOutput: Pipe
    /// Readable when the script has ended (pidfd).
    private let ended: FileDescriptor
    /// A byte asks for the script's end.
    private let order: Pipe
    private let orderOpen = Mutex(true)
    private let clock = LinuxClock()
    private let threads = NIOThreadPool(numberOfThreads: 1)

    /// Makes the script's process. It does nothing before `letRun`, so that a note of it can be made first.
    ///
    /// - Parameter extra: what the process gets as descriptor 3.
    init(realPath: String, arguments: [String], extra: FileDescriptor? = nil) throws(Errno) {
        let pipes = try Pipe.make(3)
        (output, errorOutput, order) = (pipes[0], pipes[1], pipes[2])
        do {
            let program = ChildProcess(
                path: realPath, arguments: arguments, standardOutput: output.writing,
                standardError: errorOutput.writing, extra: extra)
            child = try program.fork()
            ended = try RunningScript.watch(child)
            // It cannot have been reaped yet, so /proc knows it.
            process = ScriptProcess(pid: child.pid, startTime: ProcessStatus(pid: child.pid)?.startTime ?? 0)
        } catch {
            for pipe in pipes { pipe.close() }
            throw error
        }
        try? output.writing.close()
        try? errorOutput.writing.close()
        threads.start()
    }

    deinit { threads.shutdownGracefully { _ in } }

    /// Lets the script run and waits for its end. Once.
    /// - Throws: the errno of exec.
    func letRun(until deadline: Instant, grace: Duration) async throws(Errno) -> (ScriptResult, wasCancelled: Bool) {
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Outcome, Never>) in
                threads.submit { [self] _ in
                    continuation.resume(returning: Result { () throws(Errno) in try supervise(until: deadline, grace) })
                }
            }
        } onCancel: {
            orderEnd()
        }
        return try result.get()
    }

    private typealias Outcome = Result<(ScriptResult, wasCancelled: Bool), Errno>

    private func orderEnd() {
        orderOpen.withLock { if $0 { _ = try? order.writing.writeAll([0]) } }
    }

    private static func watch(_ child: GatedProcess) throws(Errno) -> FileDescriptor {
        do {
            return FileDescriptor(rawValue: try check { clinux_pidfd_open(child.pid) })
        } catch {
            child.dismiss()
            throw error
        }
    }

    private func supervise(
        until deadline: Instant, _ grace: Duration
    ) throws(Errno) -> (ScriptResult, wasCancelled: Bool) {
        defer {
            orderOpen.withLock { $0 = false }
            for end in [output.reading, errorOutput.reading, ended, order.reading, order.writing] { try? end.close() }
        }
        try child.letThrough()
        var supervision = ScriptSupervision(group: process.pid, deadline: deadline, grace: grace, clock: clock)
        supervision.run(output: output.reading, errorOutput: errorOutput.reading, ended: ended, order: order.reading)
        // One that even KILL does not end, stuck in the kernel, is left behind, and its zombie with it.
        let ending = supervision.hasEnded ? reap() : .timedOut
        let result = ScriptResult(
            ending: supervision.cause == .deadline ? .timedOut : ending,
            output: String(decoding: supervision.output, as: UTF8.self),
            errorOutput: String(decoding: supervision.errorOutput, as: UTF8.self))
        return (result, supervision.cause == .order)
    }

    private func reap() -> ScriptResult.Ending {
        var status: CInt = 0
        guard (try? check { waitpid(process.pid, &status, 0) }) != nil else { return .signalled(SIGKILL) }
        // The macros WIFEXITED and WTERMSIG of sys/wait.h.
        let signal = status & 0x7f
        return signal == 0 ? .exited(status >> 8 & 0xff) : .signalled(signal)
    }
}
