import CLinux
import Glibc
import SystemPackage

/// A program to be started by posix_spawn: with nothing of ours but what is named here.
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

    /// Starts the program in `/`, with /dev/null as its input, all signals as they are by default, no other descriptor open.
    /// It exists, and has been exec'ed, when this returns.
    /// - Throws: the errno of exec: `noSuchFileOrDirectory`, `permissionDenied`, `noExec` …
    func spawn() throws(Errno) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, standardOutput.rawValue, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, standardError.rawValue, STDERR_FILENO)
        if let extra { posix_spawn_file_actions_adddup2(&actions, extra.rawValue, 3) }
        posix_spawn_file_actions_addclosefrom_np(&actions, extra == nil ? 3 : 4)
        posix_spawn_file_actions_addchdir_np(&actions, "/")

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        setSignals(&attributes)

        var pid: pid_t = 0
        let error = withCStrings([path] + arguments) { argv in
            withCStrings(environment) { posix_spawn(&pid, path, &actions, &attributes, argv, $0) }
        }
        guard error == 0 else { throw Errno(rawValue: error) }
        return pid
    }

    private func setSignals(_ attributes: inout posix_spawnattr_t) {
        var all = sigset_t()
        var none = sigset_t()
        sigfillset(&all)
        sigemptyset(&none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setsigmask(&attributes, &none)
        var flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
        switch apart {
        case .processGroup: flags |= POSIX_SPAWN_SETPGROUP
        case .session: flags |= Int32(clinux_spawn_setsid)
        }
        posix_spawnattr_setflags(&attributes, Int16(flags))
    }
}

/// Calls `body` with a null-terminated array of C strings.
private func withCStrings<Value>(
    _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Value
) -> Value {
    var pointers = strings.map { strdup($0) } + [nil]
    defer { pointers.forEach { free($0) } }
    return pointers.withUnsafeMutableBufferPointer { buffer in
        guard let base = buffer.baseAddress else { preconditionFailure("the array has its terminator at least") }
        return body(UnsafePointer(base))
    }
}
