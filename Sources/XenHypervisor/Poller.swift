#if RealXen
    import CXen
    import Glibc
    import Synchronization

    /// Waits for descriptors to become ready, all of them on one thread (epoll).
    final class Poller: Sendable {
        enum Direction { case reading, writing }

        private typealias Waiter = (id: UInt64, continuation: CheckedContinuation<Bool, Never>)
        private struct State {
            var waiters: [Int32: Waiter] = [:]
            var nextID: UInt64 = 1
        }

        private let epoll: Int32
        private let stop: Int32
        private let state = Mutex(State())

        init() {
            epoll = epoll_create1(CInt(EPOLL_CLOEXEC))
            stop = eventfd(0, CInt(EFD_CLOEXEC))
            precondition(epoll >= 0 && stop >= 0, "no file descriptor left for epoll: errno \(errno)")
            var event = epoll_event()
            event.events = EPOLLIN.rawValue
            event.data.u64 = 0
            epoll_ctl(epoll, EPOLL_CTL_ADD, stop, &event)
        }

        /// Starts the thread. It ends with `close`.
        func start() {
            startThread(named: "poller") { [self] in
                while serve() {}
                Glibc.close(epoll)
                Glibc.close(stop)
            }
        }

        func close() {
            var one: UInt64 = 1
            _ = write(stop, &one, MemoryLayout<UInt64>.size)
        }

        /// Returns when the descriptor is ready (true) or when `forget` was called (false). Cancellation does not end it.
        /// - Precondition: nobody else waits for the same descriptor.
        func wait(for descriptor: Int32, _ direction: Direction) async -> Bool {
            await withCheckedContinuation { add(descriptor, direction, $0) }
        }

        /// As `wait`; returns false also when the task is cancelled.
        func waitUnlessCancelled(for descriptor: Int32, _ direction: Direction) async -> Bool {
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    add(descriptor, direction, continuation)
                    // The handler may have run before there was anything to forget.
                    if Task.isCancelled { forget(descriptor) }
                }
            } onCancel: {
                forget(descriptor)
            }
        }

        /// Ends the wait for the descriptor, if there is one; to be called before it is closed.
        func forget(_ descriptor: Int32) {
            let waiter = state.withLock { $0.waiters.removeValue(forKey: descriptor) }
            guard let waiter else { return }
            epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, nil)
            waiter.continuation.resume(returning: false)
        }

        private func add(_ descriptor: Int32, _ direction: Direction, _ continuation: CheckedContinuation<Bool, Never>)
        {
            let failed = state.withLock { state in
                precondition(state.waiters[descriptor] == nil, "two wait for the same descriptor")
                var event = epoll_event()
                event.events = EPOLLONESHOT.rawValue | (direction == .reading ? EPOLLIN.rawValue : EPOLLOUT.rawValue)
                // Which wait it is, not only which descriptor: numbers are used again.
                event.data.u64 = state.nextID
                guard epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) == 0 else { return true }
                state.waiters[descriptor] = (state.nextID, continuation)
                state.nextID += 1
                return false
            }
            // A descriptor that cannot be waited for (a plain file) is always ready.
            if failed { continuation.resume(returning: true) }
        }

        /// Serves what is ready; false after `close`.
        private func serve() -> Bool {
            var events = [epoll_event](repeating: epoll_event(), count: 64)
            let count = epoll_wait(epoll, &events, CInt(events.count), -1)
            guard count > 0 else { return true }
            for event in events.prefix(Int(count)) {
                let id = event.data.u64
                if id == 0 { return false }
                let waiter = state.withLock { state -> (Int32, Waiter)? in
                    guard let (descriptor, waiter) = state.waiters.first(where: { $0.value.id == id }) else {
                        return nil
                    }
                    state.waiters[descriptor] = nil
                    epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, nil)
                    return (descriptor, waiter)
                }
                waiter?.1.continuation.resume(returning: true)
            }
            return true
        }
    }
#endif
