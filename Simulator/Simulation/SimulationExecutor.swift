import Glibc
import HostInterface
import Synchronization

/// Runs everything of a simulated world on one thread, in an order that depends on nothing but the program and a seed.
///
/// The world is every task started with `spawn`, and what those call, start as child tasks or wait for. It runs only
/// while its driver is inside one of the functions named `run…` or `advance…`; these are called from one thread and
/// not from within the world. In virtual time nothing else moves the clock.
///
/// What escapes: `Task {}`, `Task.detached`, `Task.sleep`, Dispatch, other threads. A job that comes back from there is
/// run too, but counted in `foreignJobs`, which a deterministic test expects to be zero.
///
/// Keep the executor alive until all its tasks have ended: Swift refers to executors without owning them.
public final class SimulationExecutor: SerialExecutor, TaskExecutor {
    /// What time is.
    public enum Mode: Hashable, Sendable {
        /// A number. It moves when the driver says so.
        case virtual
        /// The machine's monotonic clock, from zero at the executor's creation; it may be told to go faster, to stand still or to jump.
        case real
    }

    struct State {
        let mode: Mode
        var ready: ReadyList
        var timers = TimerQueue()
        /// Virtual time; in real time, what it was when the machine's clock showed `since`.
        var now = Instant(nanoseconds: 0)
        /// In real time alone: see `now`.
        var since: Instant
        /// How many seconds of the world pass in one of the machine's, in real time.
        var pace = 1.0
        /// How often the way from the machine's time to the world's has become another one.
        var clockChanges = 0
        /// The driver's thread, see `foreignJobs`.
        var home = pthread_self()
        var isRunning = false
        var jobsRun = 0
        var foreignJobs = 0
        /// Jobs and rounds of timers run since virtual time last moved.
        var stepsAtInstant = 0
        /// See `passTime(until:)`.
        var passages: [(end: Instant, waiter: CheckedContinuation<Void, Never>)] = []
        /// A job is being run.
        var isInJob = false
        /// `wake()` was called since the loop last went round.
        var isWoken = false
        /// See `drive(waking:)`: nil where the executor has a thread of its own.
        var wakeDriver: (@Sendable () -> Void)?
        /// It has been woken and has not come yet.
        var isDriverWoken = false
    }

    /// Where time comes from.
    public let mode: Mode
    let monitor: Monitor<State>
    /// What `now` needs most often, without the lock: of virtual time what it is, of real time what the machine's clock has to be put
    /// forward by; `uneven` where that is not all.
    let shown: Atomic<Int64>
    static let uneven = Int64.min
    /// What all tasks of the world begin in. Set when the executor is made and never again.
    private nonisolated(unsafe) var world: World?

    /// An executor at time zero, with nothing to do.
    public init(mode: Mode = .virtual, order: ExecutionOrder = .fifo) {
        self.mode = mode
        let state = State(mode: mode, ready: ReadyList(order: order), since: MachineClock.now)
        monitor = Monitor(state)
        shown = Atomic(state.shown)
        world = World(asUnownedSerialExecutor())
    }

    // MARK: What it knows

    /// The world's time.
    public var now: Instant {
        let shown = shown.load(ordering: .relaxed)
        guard shown != Self.uneven else { return monitor.withLock { $0.present } }
        switch mode {
        case .virtual: return Instant(nanoseconds: shown)
        case .real: return Instant(nanoseconds: MachineClock.now.nanoseconds + shown)
        }
    }

    /// When the next timer is due; nil if none is set.
    public var nextTimer: Instant? {
        monitor.withLock { $0.timers.earliest }
    }

    /// Whether nothing can happen unless time moves or someone from outside does something.
    public var isIdle: Bool {
        monitor.withLock { state in
            state.ready.isEmpty && (state.timers.earliest.map { $0 > state.present } ?? true)
        }
    }

    /// How many jobs have been run: two runs that differ in it were not the same.
    public var jobsRun: Int {
        monitor.withLock { $0.jobsRun }
    }

    /// How many jobs came from a thread other than the driver's, which is the one that last called a `run…` or
    /// `advance…`, and before that the one that made the executor.
    public var foreignJobs: Int {
        monitor.withLock { $0.foreignJobs }
    }

    // MARK: As Swift's executor

    /// Puts a job on the ready list. One that comes from another thread is counted in ``foreignJobs``.
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let (isForeign, wakeDriver) = monitor.withLock { state in
            let isForeign = pthread_self() != state.home
            if isForeign { state.foreignJobs += 1 }
            if !isForeign, state.isInJob, !Self.isInTask { state.ready.goOn(job) } else { state.ready.append(job) }
            return (isForeign, state.wakeUp(isHome: !isForeign))
        }
        wakeDriver?()
        if isForeign { monitor.signal() }
    }

    /// Whoever makes something ready is a task or a timer. In the middle of a job nobody is: the runtime has put the task down that is
    /// to go on elsewhere.
    private static var isInTask: Bool {
        withUnsafeCurrentTask { task in
            // Compared with nil it would be copied, with its priority.
            switch task {
            case .some: true
            case .none: false
            }
        }
    }

    /// Stops the program when it runs on another thread than the one that drives the executor.
    public func checkIsolated() {
        precondition(
            monitor.withLock { $0.isRunning && $0.home == pthread_self() }, "not on the simulation's executor")
    }
}

extension SimulationExecutor.State {
    /// The world's time.
    var present: Instant {
        switch mode {
        case .virtual: now
        case .real: now + passed(until: MachineClock.now)
        }
    }

    /// See `SimulationExecutor.shown`.
    var shown: Int64 {
        switch mode {
        case .virtual: now.nanoseconds
        case .real: pace == 1 ? now.nanoseconds - since.nanoseconds : SimulationExecutor.uneven
        }
    }
}

extension SimulationExecutor: TaskSpawner {
    /// Starts a task that belongs to the world.
    @discardableResult
    public func spawn(_ body: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
        Task(executorPreference: self) { [world] in await world?.run(body) }
    }

    /// The executor itself: between actors of one world a task goes without a job.
    public func serialExecutor() -> any SerialExecutor { self }
}

/// The isolation in which tasks of a world begin. It has the executor of the world's actors: where a task begins in none, each way to an
/// actor and back is two jobs.
actor World {
    nonisolated let unownedExecutor: UnownedSerialExecutor

    init(_ executor: UnownedSerialExecutor) { unownedExecutor = executor }

    func run(_ body: @Sendable () async -> Void) async { await body() }
}
