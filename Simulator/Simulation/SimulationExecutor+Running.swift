import Glibc
import HostInterface

/// How a driver makes the world run. None of these may be called from within the world.
extension SimulationExecutor {
    /// How many jobs and rounds of timers may run without virtual time moving. A world that needs more goes round in
    /// circles and would otherwise hang the test it is in. Fifty thousand requests at one instant need about three
    /// million.
    static let livelockLimit = 50_000_000

    /// Runs jobs until none is ready. Timers wait, even those that are due.
    public func runReady() {
        driving {
            while runJob() {}
        }
    }

    /// Runs everything that can happen without time moving: until no job is ready and no timer is due.
    public func runUntilIdle() {
        driving { settle() }
    }

    /// Lets virtual time move by `duration`; everything happens that is due up to then, and at then.
    public func advance(by duration: Duration) {
        advance(to: now + duration)
    }

    /// Lets virtual time move to `end`; everything happens that is due up to then, and at then.
    public func advance(to end: Instant) {
        driving { pass(to: end) }
    }

    /// Runs until `condition` holds, letting virtual time jump from timer to timer, but not beyond `limit`.
    ///
    /// The condition is looked at whenever nothing is left to do at the present time. Returns whether it holds; time
    /// has then moved no further than it had to.
    public func run(until condition: () -> Bool, limit: Instant) -> Bool {
        driving {
            settle()
            while !condition() {
                guard let next = nextTimer, next <= limit else { return false }
                pass(to: next)
            }
            return true
        }
    }

    /// Runs until `stop` returns true; it is asked whenever nothing is left to do. Between times the thread sleeps.
    ///
    /// In real time the next timer, a job from another thread and `wake()` end that sleep. In virtual time only the
    /// latter two do: time stands still, except where a task of the world calls `passTime(until:)`.
    public func runForever(until stop: () -> Bool) {
        driving {
            while true {
                settle()
                if passOnce() { continue }
                if stop() { return }
                waitForWork()
            }
        }
    }

    /// Makes `runForever` ask its `stop` again. May be called from any thread.
    public func wake() {
        let wakeDriver = monitor.withLock { state in
            state.isWoken = true
            return state.wakeUp(isHome: pthread_self() == state.home)
        }
        wakeDriver?()
        monitor.signal()
    }

    /// Called by a task of a world that is in `runForever`, or driven by another loop: lets time move to `end` at once and returns
    /// when all that happens up to then has happened.
    public func passTime(until end: Instant) async {
        await withCheckedContinuation { waiter in
            let wakeDriver = monitor.withLock { state in
                state.passages.append((end, waiter))
                return state.wakeUp(isHome: pthread_self() == state.home)
            }
            wakeDriver?()
            monitor.signal()
        }
    }
}

// MARK: - The loop

extension SimulationExecutor {
    /// Makes the calling thread the driver's while `body` runs.
    func driving<Result>(_ body: () -> Result) -> Result {
        monitor.withLock { state in
            precondition(!state.isRunning, "a world cannot be driven from within itself, or by two threads")
            state.isRunning = true
            state.home = pthread_self()
        }
        defer { monitor.withLock { $0.isRunning = false } }
        return body()
    }

    /// Lets time jump as far as somebody waits for; false when nobody does.
    func passOnce() -> Bool {
        guard let passage = monitor.withLock({ $0.passages.isEmpty ? nil : $0.passages.removeFirst() }) else {
            return false
        }
        pass(to: passage.end)
        passage.waiter.resume()
        return true
    }

    private func pass(to end: Instant) {
        settle()
        while let next = nextTimer, next <= end {
            setTime(next)
            settle()
        }
        setTime(end)
    }

    /// Time never goes back.
    private func setTime(_ time: Instant) {
        monitor.withLock { state in
            guard time > state.present else { return }
            state.now = time
            state.stepsAtInstant = 0
            if mode == .real { state.begin(at: MachineClock.now) }
            show(state)
        }
    }

    /// What there is to be done at the present time.
    private enum Due {
        case job(UnownedJob)
        /// Timers: what is due at this time and was scheduled before.
        case timers(Instant, before: UInt64)
        case nothing
    }

    /// Runs what can be done at the present time.
    func settle() {
        while true {
            switch nextDue(withTimers: true) {
            case .job(let job): run(job)
            case .timers(let time, before: let end): runTimers(due: time, before: end)
            case .nothing: return
            }
        }
    }

    /// Runs one job, if one is ready.
    private func runJob() -> Bool {
        guard case .job(let job) = nextDue(withTimers: false) else { return false }
        run(job)
        return true
    }

    private func nextDue(withTimers: Bool) -> Due {
        monitor.withLock { state in
            if let job = state.ready.next() {
                // Between two jobs nothing else happens on this thread.
                state.isInJob = true
                state.jobsRun += 1
                countStep(&state)
                return .job(job)
            }
            state.isInJob = false
            guard withTimers, let earliest = state.timers.earliest else { return .nothing }
            let time = state.present
            return earliest <= time ? .timers(time, before: state.timers.end) : .nothing
        }
    }

    /// For tasks on the executor's actors and others alike: then none of them leaves it on its way to another.
    private func run(_ job: UnownedJob) {
        job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
    }

    /// Runs the actions of the timers that are due now, all of them before any job they make ready: tasks that wake at
    /// the same time are then ready together, and a seeded order can mix them.
    private func runTimers(due time: Instant, before end: UInt64) {
        while let action = monitor.withLock({ $0.timers.takeDue(at: time, before: end) }) { action() }
        monitor.withLock { countStep(&$0) }
    }

    private func countStep(_ state: inout State) {
        state.stepsAtInstant += 1
        precondition(
            mode == .real || state.stepsAtInstant <= Self.livelockLimit,
            "livelock: \(Self.livelockLimit) steps without time moving, at \(state.now)")
    }

    private func waitForWork() {
        monitor.wait { state in
            switch mode {
            case .virtual: nil
            case .real: state.timers.earliest.flatMap(state.machineTime)
            }
        } unless: { state in
            !state.ready.isEmpty || !state.passages.isEmpty || state.isWoken
        }
        monitor.withLock { $0.isWoken = false }
    }
}
