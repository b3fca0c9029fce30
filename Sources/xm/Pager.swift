import Glibc

/// The program that shows long texts page by page: `PAGER`, or `less`. It is run as it is called, by no shell.
struct Pager {
    private let words: [String]

    /// - Parameter variable: of the environment; blank and `cat`: there is none.
    init(_ variable: String?) {
        words = (variable ?? "less").split(whereSeparator: \.isWhitespace).map(String.init)
    }

    /// Shows a text and waits until the user has seen enough.
    ///
    /// - Returns: false: there is no such program, and nothing has been shown.
    func show(_ text: String) -> Bool {
        guard let program = words.first, words != ["cat"] else { return false }
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { return false }
        // Else it would itself keep open what it waits for the end of.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        // It is left before all has been written, and interrupted where we are not.
        let old = [SIGPIPE, SIGINT].map { ($0, signal($0, SIG_IGN)) }
        defer { for (number, handler) in old { _ = signal(number, handler) } }
        guard let child = start(program, reading: ends[0]) else {
            for end in ends { close(end) }
            return false
        }
        close(ends[0])
        write(Array(text.utf8), to: ends[1])
        close(ends[1])
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        // 127: it could not be run.
        return status != 127 << 8
    }

    private func start(_ program: String, reading input: Int32) -> pid_t? {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        var usual = sigset_t()
        sigemptyset(&usual)
        for number in [SIGPIPE, SIGINT] { sigaddset(&usual, number) }
        posix_spawnattr_setsigdefault(&attributes, &usual)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
        // Ends by itself where all fits on the screen, as others use it.
        setenv("LESS", "FRX", 0)
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var child: pid_t = 0
        return posix_spawnp(&child, program, &actions, &attributes, &arguments, environ) == 0 ? child : nil
    }

    private func write(_ bytes: [UInt8], to descriptor: Int32) {
        var bytes = bytes[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                bytes = bytes.dropFirst(count)
            } else if errno != EINTR {
                return
            }
        }
    }
}
