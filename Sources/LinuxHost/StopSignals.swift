import Glibc

/// What asks a daemon to end: SIGTERM, SIGINT, and SIGHUP, which the original's `stop` sent. A thread of its own waits for
/// them, since what a handler may do is too little.
public struct StopSignals: Sendable {
    private static func set() -> sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for number in [SIGTERM, SIGINT, SIGHUP] { sigaddset(&set, number) }
        return set
    }

    /// Keeps the signals from ending the process. To be called before any thread is made: all of them inherit it.
    public init() {
        var set = StopSignals.set()
        pthread_sigmask(SIG_BLOCK, &set, nil)
        signal(SIGPIPE, SIG_IGN)
    }

    /// Returns when the first of them comes; a second one ends the process as it always would. Once.
    public func first() async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let box = Unmanaged.passRetained(Box(continuation))
            var thread = pthread_t()
            let result = pthread_create(
                &thread, nil,
                { argument in
                    var set = StopSignals.set()
                    var number: CInt = 0
                    sigwait(&set, &number)
                    pthread_sigmask(SIG_UNBLOCK, &set, nil)
                    if let argument { Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().continuation.resume() }
                    return nil
                }, box.toOpaque())
            precondition(result == 0, "a daemon that cannot make one thread can do nothing")
            pthread_detach(thread)
        }
    }

    private final class Box {
        let continuation: CheckedContinuation<Void, Never>
        init(_ continuation: CheckedContinuation<Void, Never>) { self.continuation = continuation }
    }
}
