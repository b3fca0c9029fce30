#if RealXen
    import HypervisorInterface
    import Synchronization

    /// What the library asks during a save, on its own thread, which waits for the answer.
    enum SaveQuestion: Sendable {
        /// Whether the guest has suspended.
        case suspend(Answer<Bool>)
        /// Whether there may be another round.
        case round(SaveProgress, Answer<Bool>)
    }

    /// An answer that a blocked thread waits for. Given once.
    final class Answer<Value: Sendable>: Sendable {
        private let value = Mutex<Value?>(nil)
        private let given = Signal()

        func give(_ answer: Value) {
            value.withLock { $0 = answer }
            given.signal()
        }

        /// Blocks the thread.
        func wait() -> Value {
            while true {
                if let answer = value.withLock({ $0 }) { return answer }
                given.wait()
            }
        }
    }
#endif
