import Glibc
import HostInterface
import Synchronization
import SystemPackage

/// What asks a daemon to end: SIGTERM, SIGINT, and SIGHUP; the latter can ask for something else where no terminal can have gone.
///
/// The signals have handlers, for a mask alone does not keep them: the main thread of a program with an asynchronous `main` waits in
/// sigsuspend(2) with an empty one. A handler may do next to nothing; it wakes a thread, which does the rest. That thread is also
/// the one that takes the signals as a rule: in others they would interrupt what is being waited for.
public enum StopSignals {
    private static let numbers = [SIGTERM, SIGINT, SIGHUP]
    /// What the handler writes: that the end is asked for, or something else.
    fileprivate static let end: UInt8 = 1
    fileprivate static let hangup: UInt8 = 2

    /// Calls `body` once, on a thread of its own, when the first of the signals comes. A second one ends the process as it
    /// would without handlers. To be called once, before other threads are made.
    ///
    /// - Parameters:
    ///   - limit: how long the process may take to end after the first; then it ends as it is, and says so.
    ///   - hangup: what each SIGHUP asks for instead, in a process without a terminal; nil: the end, as the others do.
    ///   - body: begins the end, and returns.
    /// - Throws: when the process cannot have a thread or a pipe more; it can do nothing then.
    public static func whenFirst(
        limit: Duration, hangup: (@Sendable () -> Void)? = nil, _ body: @escaping @Sendable () -> Void
    ) throws {
        let pipe = try Pipe()
        let hangup = hasTerminal ? nil : hangup
        hangupEnds.store(hangup == nil, ordering: .sequentiallyConsistent)
        // Whatever the handler uses has been used before: nothing is made when it runs.
        alarm.store(pipe.writing.rawValue, ordering: .sequentiallyConsistent)
        hasCome.store(false, ordering: .sequentiallyConsistent)
        signal(SIGPIPE, SIG_IGN)
        var watched = sigset_t()
        sigemptyset(&watched)
        for number in numbers where try handle(number) { sigaddset(&watched, number) }
        pthread_sigmask(SIG_BLOCK, &watched, nil)
        let watch = Unmanaged.passRetained(
            Watch(alarm: pipe.reading, signals: watched, limit: limit, hangup: hangup, body: body))
        var thread = pthread_t()
        let result = pthread_create(
            &thread, nil,
            { argument in
                if let argument { Unmanaged<Watch>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            }, watch.toOpaque())
        guard result == 0 else {
            watch.release()
            throw Errno(rawValue: result)
        }
        pthread_detach(thread)
    }

    /// Whether one has started the process that can go.
    private static var hasTerminal: Bool {
        let terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard terminal >= 0 else { return false }
        close(terminal)
        return true
    }

    /// - Returns: whether the signal is taken. Who starts a program with nohup(1) wants it to outlive the terminal.
    private static func handle(_ number: CInt) throws(Errno) -> Bool {
        var action = sigaction()
        if number == SIGHUP {
            try check { sigaction(number, nil, &action) }
            if unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == ignored { return false }
        }
        action = sigaction()
        action.__sigaction_handler.sa_handler = { StopSignals.take($0) }
        action.sa_flags = SA_RESTART
        try check { sigaction(number, &action, nil) }
        return true
    }

    /// SIG_IGN, which is no function that could be compared.
    private static let ignored = 1

    /// The handler: whatever thread it runs on has to find everything as it was.
    private static func take(_ number: CInt) {
        let before = errno
        if number == SIGHUP, !hangupEnds.load(ordering: .sequentiallyConsistent) {
            var byte = hangup
            write(alarm.load(ordering: .sequentiallyConsistent), &byte, 1)
        } else if hasCome.exchange(true, ordering: .sequentiallyConsistent) {
            // Comes when this handler returns.
            signal(number, SIG_DFL)
            raise(number)
        } else {
            var byte = end
            write(alarm.load(ordering: .sequentiallyConsistent), &byte, 1)
        }
        errno = before
    }
}

/// Where the handler writes.
private let alarm = Atomic<CInt>(-1)
/// Whether one has come.
private let hasCome = Atomic(false)
/// Whether SIGHUP is one of them.
private let hangupEnds = Atomic(true)

/// The thread that waits for the first signal, and watches over the end.
private final class Watch: Sendable {
    private let alarm: FileDescriptor
    private let signals: sigset_t
    private let limit: Duration
    private let hangup: (@Sendable () -> Void)?
    private let body: @Sendable () -> Void

    init(
        alarm: FileDescriptor, signals: sigset_t, limit: Duration, hangup: (@Sendable () -> Void)?,
        body: @escaping @Sendable () -> Void
    ) {
        self.hangup = hangup
        self.alarm = alarm
        self.signals = signals
        self.limit = limit
        self.body = body
    }

    func run() {
        var signals = signals
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        while true {
            guard let byte = try? Blocking.chunk(alarm, 1).first else { return }
            if byte == StopSignals.end { break }
            hangup?()
        }
        body()
        let clock = LinuxClock()
        let end = clock.now + limit
        while clock.now < end { usleep(20_000) }
        let words = "what was in progress has not ended in time: the process ends as it is\n"
        _ = try? FileDescriptor.standardError.writeAll(words.utf8)
        _exit(EXIT_FAILURE)
    }
}
