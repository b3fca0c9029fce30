import Glibc
import HostInterface

/// State behind a lock, with the possibility to wait for a change of it.
///
/// The standard library's `Mutex` has no condition variable, which real time needs: the loop sleeps until the next
/// timer or until another thread brings a job.
///
/// `@unchecked Sendable`: `state` is touched only between lock and unlock, the two pthread objects are made for being
/// shared, and both live at fixed addresses until nobody refers to the monitor any more.
final class Monitor<State>: @unchecked Sendable {
    /// Never touched twice at a time: the lock sees to it.
    @exclusivity(unchecked) private var state: State
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init(_ state: State) {
        self.state = state
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        // So that a change of the calendar time does not disturb a wait.
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(changed, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(mutex)
        changed.deallocate()
        mutex.deallocate()
    }

    func withLock<Result>(_ body: (inout State) -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body(&state)
    }

    /// Wakes the thread that waits.
    func signal() {
        pthread_cond_signal(changed)
    }

    /// Returns when `signal` is called or the deadline is reached on the machine's clock, or now and then for no
    /// reason; at once if `isReady` already. Both questions are asked under the lock, so no signal can be missed.
    func wait(until deadline: (State) -> Instant?, unless isReady: (State) -> Bool) {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        guard !isReady(state) else { return }
        guard let deadline = deadline(state) else {
            pthread_cond_wait(changed, mutex)
            return
        }
        var time = timespec()
        time.tv_sec = Int(deadline.nanoseconds / 1_000_000_000)
        time.tv_nsec = Int(deadline.nanoseconds % 1_000_000_000)
        pthread_cond_timedwait(changed, mutex, &time)
    }
}

/// The real machine's monotonic clock.
enum MachineClock {
    static var now: Instant {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }
}
