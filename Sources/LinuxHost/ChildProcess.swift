import CLinux
import Glibc
import SystemPackage

/// A program to be started with nothing of ours but what is named here: `/` as its directory, /dev/null as its input,
/// all signals as they are by default, no other descriptor.
struct ChildProcess: Sendable {
    /// Where the programs of a system are. The daemon's own environment reaches no child.
    static let environment = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"]

    enum Apart { case processGroup, session }

    /// Real path.
    var path: String
    /// Without the program's own name.
    var arguments: [String]
    var environment = ChildProcess.environment
    var apart = Apart.processGroup
    var standardOutput: FileDescriptor
    var standardError: FileDescriptor
    /// A descriptor the child gets as number 3.
    var extra: FileDescriptor?

    /// Makes the process, which waits at its gate: it can be noted down before it does anything.
    func fork() throws(Errno) -> GatedProcess {
        let pipes = try Pipe.make(2)
        let (gate, status) = (pipes[0], pipes[1])
        let result = withCStrings([path] + arguments) { argv in
            withCStrings(environment) { envp in
                withCStrings([path]) { path in
                    var child = clinux_child(
                        path: path[0], arguments: argv, environment: envp, output: standardOutput.rawValue,
                        error: standardError.rawValue, extra: extra?.rawValue ?? -1, gate: gate.reading.rawValue,
                        status: status.writing.rawValue, session: apart == .session ? 1 : 0)
                    let pid = clinux_fork(&child)
                    return (pid: pid, error: Errno(rawValue: errno))
                }
            }
        }
        try? gate.reading.close()
        try? status.writing.close()
        guard result.pid > 0 else {
            try? gate.writing.close()
            try? status.reading.close()
            throw result.error
        }
        return GatedProcess(pid: result.pid, gate: gate.writing, status: status.reading)
    }
}

/// A process that waits at its gate. Unless it is let through it ends without having done anything, also when we die.
struct GatedProcess: Sendable {
    let pid: pid_t
    fileprivate let gate: FileDescriptor
    fileprivate let status: FileDescriptor

    /// Lets it become its program, and returns when it has. Once; or `dismiss`.
    /// - Throws: the errno of exec: `noSuchFileOrDirectory`, `permissionDenied` … The process has ended then.
    func letThrough() throws(Errno) {
        defer { try? status.close() }
        // It may have been killed meanwhile; SIGPIPE is for programs that do not look at errors.
        signal(SIGPIPE, SIG_IGN)
        _ = try? gate.writeAll([1])
        try? gate.close()
        var reason: CInt = 0
        let count = try? withUnsafeMutableBytes(of: &reason) { try status.read(into: $0) }
        guard count == MemoryLayout<CInt>.size else { return }
        reap()
        throw Errno(rawValue: reason)
    }

    /// Sends it away.
    func dismiss() {
        try? gate.close()
        try? status.close()
        reap()
    }

    private func reap() {
        var status: CInt = 0
        _ = try? check { waitpid(pid, &status, 0) }
    }
}

/// Calls `body` with a null-terminated array of C strings.
private func withCStrings<Value>(
    _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Value
) -> Value {
    var pointers = strings.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    return pointers.withUnsafeMutableBufferPointer { buffer in
        guard let base = buffer.baseAddress else { preconditionFailure("the array has its terminator at least") }
        return body(UnsafePointer(base))
    }
}
