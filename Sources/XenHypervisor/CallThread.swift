#if RealXen
    import CXen
    import Glibc
    import Synchronization

    /// A thread of its own for calls that block, with what they need (an open handle) made, used and closed on that thread.
    ///
    /// Calls run one after another in the order of `run`. The context never leaves the thread, so it need not be
    /// `Sendable`.
    final class CallThread<Context>: Sendable {
        private typealias Job = @Sendable (Context) -> Void

        /// What the thread and its users share; the thread keeps it alive.
        private final class Queue: Sendable {
            let jobs = Mutex<(waiting: [Job], isClosed: Bool)>(([], false))
            let wakeUp = Signal()

            /// The next jobs, or nil when there will be none any more. Waits, as `wait` does it.
            func next(_ wait: (Signal) -> Void) -> [Job]? {
                while true {
                    let (jobs, isClosed) = jobs.withLock { state in
                        defer { state.waiting = [] }
                        return (state.waiting, state.isClosed)
                    }
                    if !jobs.isEmpty { return jobs }
                    if isClosed { return nil }
                    wait(wakeUp)
                }
            }
        }

        private let queue = Queue()

        /// Starts the thread.
        /// - Parameters:
        ///   - open: runs on it before the first call; each call sees its result.
        ///   - wait: how the thread waits for calls. It may do other things, and returns when the signal has come.
        init(
            name: String, open: @escaping @Sendable () -> Context,
            waiting wait: @escaping @Sendable (Context, Signal) -> Void = { _, signal in signal.wait() }
        ) {
            let queue = queue
            startThread(named: name) {
                let context = open()
                while let jobs = queue.next({ wait(context, $0) }) {
                    for job in jobs { job(context) }
                }
            }
        }

        deinit { close() }

        /// Lets the thread end, and what it holds with it, after the calls that wait. Idempotent.
        func close() {
            queue.jobs.withLock { $0.isClosed = true }
            queue.wakeUp.signal()
        }

        /// Runs `body` on the thread.
        /// - Precondition: not closed.
        func run<Value: Sendable, Failure: Error>(
            _ body: @escaping @Sendable (Context) throws(Failure) -> Value
        ) async throws(Failure) -> Value {
            let result: Result<Value, Failure> = await withCheckedContinuation { continuation in
                let isOpen = enqueue { context in
                    continuation.resume(returning: Result { () throws(Failure) in try body(context) })
                }
                precondition(isOpen, "a call to a machine that has been closed")
                queue.wakeUp.signal()
            }
            return try result.get()
        }

        /// Runs `body` on the thread some time; nobody waits for it. Nothing happens when the thread is closed.
        func submit(_ body: @escaping @Sendable (Context) -> Void) {
            guard enqueue(body) else { return }
            queue.wakeUp.signal()
        }

        private func enqueue(_ body: @escaping @Sendable (Context) -> Void) -> Bool {
            queue.jobs.withLock { state in
                if !state.isClosed { state.waiting.append(body) }
                return !state.isClosed
            }
        }
    }

    /// Runs `body` on a new thread, for one long call.
    func onNewThread<Value: Sendable, Failure: Error>(
        named name: String, _ body: @escaping @Sendable () throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let result: Result<Value, Failure> = await withCheckedContinuation { continuation in
            startThread(named: name) {
                continuation.resume(returning: Result { () throws(Failure) in try body() })
            }
        }
        return try result.get()
    }

    /// Starts a detached thread with all signals blocked: they are the main thread's, and a broken pipe shall be an errno.
    func startThread(named name: String, _ body: @escaping @Sendable () -> Void) {
        final class Start {
            let name: String
            let body: @Sendable () -> Void
            init(name: String, body: @escaping @Sendable () -> Void) {
                self.name = name
                self.body = body
            }
        }
        var all = sigset_t()
        var before = sigset_t()
        sigfillset(&all)
        // The new thread inherits the mask of the one that makes it.
        pthread_sigmask(SIG_SETMASK, &all, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, CInt(PTHREAD_CREATE_DETACHED))
        defer { pthread_attr_destroy(&attributes) }
        let start = Unmanaged.passRetained(Start(name: name, body: body))
        var thread = pthread_t()
        let error = pthread_create(
            &thread, &attributes,
            { argument in
                guard let argument else { return nil }
                let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
                cxen_name_thread(start.name)
                start.body()
                return nil
            }, start.toOpaque())
        precondition(error == 0, "cannot start a thread: errno \(error)")
    }
#endif
