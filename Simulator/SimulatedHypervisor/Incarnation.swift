import HostInterface
import Simulation

/// One life of a daemon on a simulated host: every handle to the machine and the host that the daemon gets belongs to
/// one.
///
/// At the kill the incarnation is *fenced*: whatever waits is woken, and each further call throws and has no effect,
/// so that an undo written in `defer` cannot tidy up after a kill -9.
///
/// `@unchecked Sendable`: daemon tasks hold it, but all of it is only touched on the thread of the simulation's
/// executor.
public final class Incarnation: @unchecked Sendable {
    /// Counts the daemon's lives on this host, from 1.
    public let number: Int
    /// Whether this life is over.
    @exclusivity(unchecked) public private(set) var isFenced = false

    /// What a fault does to the daemon or the host.
    package struct Hooks {
        package var killDaemon: () -> Void
        package var losePower: () -> Void

        func put(anEndTo end: FaultEnd) {
            switch end {
            case .daemon: killDaemon()
            case .power: losePower()
            }
        }

        package init(killDaemon: @escaping () -> Void = {}, losePower: @escaping () -> Void = {}) {
            self.killDaemon = killDaemon
            self.losePower = losePower
        }
    }
    /// Why a call does not get through.
    package enum Obstacle: Error {
        case fenced, cancelled
        /// A fault made it fail with this errno.
        case errno(String)
    }
    package enum Wake { case elapsed, signalled, fenced, cancelled }

    private let timeline: Timeline
    private let spawner: any TaskSpawner
    private let faults: FaultPlan
    private let hooks: Hooks
    private var sleepers: [UInt64: Sleeper] = [:]
    private var lastRites: [UInt64: () -> Void] = [:]
    private var nextNumber: UInt64 = 0

    private struct Sleeper {
        var continuation: UnsafeContinuation<Wake, Never>
        var timer: TimerToken?
    }

    package init(number: Int, timeline: Timeline, faults: FaultPlan, hooks: Hooks) {
        self.number = number
        self.timeline = timeline
        self.faults = faults
        self.hooks = hooks
        spawner = timeline.spawner
    }

    // MARK: The end of a life

    /// Ends this life: fences, wakes what waits, closes what the outside sees as closed.
    package func fence() {
        guard !isFenced else { return }
        isFenced = true
        let rites = lastRites.sorted { $0.key < $1.key }
        lastRites = [:]
        for (_, rite) in rites { rite() }
        for number in sleepers.keys.sorted() { wake(number, .fenced) }
    }

    /// Runs `rite` when this life ends; returns a number to take it back with.
    package func atEnd(_ rite: @escaping () -> Void) -> UInt64 {
        nextNumber += 1
        lastRites[nextNumber] = rite
        return nextNumber
    }

    package func forgetAtEnd(_ number: UInt64) { lastRites[number] = nil }

    // MARK: Passing a point

    /// Whether a call that takes so long gets through as if there were no point here: at once, with nothing that could happen to it
    /// and nobody who counts. Most calls of most runs do, and then cost a comparison.
    package func isOpen(takes latency: Duration) -> Bool { !isFenced && faults.isQuiet && latency == .zero }

    /// Lets a call through to the machine: refuses when fenced, meets the faults that are due, takes its time.
    /// - Returns: a fault that the caller itself must act out: `drop`, `torn`, `stuck`, `cutAfter`, or a kill *after*
    ///   the call.
    package func pass(
        _ kind: FaultPoint.Kind, _ name: @autoclosure () -> String, _ detail: @autoclosure () -> String = "",
        takes latency: Duration = .zero, cancellable: Bool = false
    ) async throws(Obstacle) -> FaultAction? {
        if isFenced { throw .fenced }
        let action = faults.pass(kind, name(), detail())
        guard action != nil || latency > .zero else { return nil }
        if let end = action.end, !end.isAfter {
            hooks.put(anEndTo: end.of)
            throw .fenced
        }
        if action == .hang { try await hang(cancellable: cancellable) }
        try await rest(latency + (action.delay ?? .zero), cancellable: cancellable)
        if let errno = action.errno { throw .errno(errno) }
        return action == .hang || action.delay != nil ? nil : action
    }

    /// Acts out a kill that comes when the call has been done; the caller then never learns of its success.
    package func finish(_ action: FaultAction?) throws(Obstacle) {
        guard let end = action.end else { return }
        hooks.put(anEndTo: end.of)
        throw .fenced
    }

    /// Waits that long.
    package func rest(_ duration: Duration, cancellable: Bool) async throws(Obstacle) {
        guard duration > .zero else { return }
        try check(await park(until: timeline.now + duration, cancellable: cancellable))
    }

    private func hang(cancellable: Bool) async throws(Obstacle) {
        var ticket = 0
        let wake = await park(until: nil, cancellable: cancellable) { [faults] signal in ticket = faults.hang(signal) }
        faults.forget(hanging: ticket)
        try check(wake)
    }

    private func check(_ wake: Wake) throws(Obstacle) {
        switch wake {
        case .elapsed, .signalled: return
        case .fenced: throw .fenced
        case .cancelled: throw .cancelled
        }
    }

    // MARK: Waiting

    /// Waits until time reaches `deadline`, somebody calls the signal handed to `register`, the task is cancelled (when
    /// that is to count) or this life ends.
    package func park(
        until deadline: Instant?, cancellable: Bool = true, isolation: isolated (any Actor)? = #isolation,
        register: ((@escaping () -> Void) -> Void)? = nil
    ) async -> Wake {
        if isFenced { return .fenced }
        if cancellable, Task.isCancelled { return .cancelled }
        nextNumber += 1
        let number = nextNumber
        guard cancellable else { return await sleep(number, deadline, register, isCancellable: false) }
        let spawner = self.spawner
        return await withTaskCancellationHandler {
            // Without it, it would be two jobs more: out of the isolation, and back.
            _ = isolation
            return await sleep(number, deadline, register, isCancellable: true)
        } onCancel: {
            // A task may be cancelled from a foreign thread: hop over.
            spawner.spawn { self.wake(number, .cancelled) }
        }
    }

    private func sleep(
        _ number: UInt64, _ deadline: Instant?, _ register: ((@escaping () -> Void) -> Void)?,
        isCancellable: Bool
    ) async -> Wake {
        await withUnsafeContinuation { continuation in
            let timer = deadline.map { instant in
                timeline.schedule(at: instant) { [weak self] in self?.wake(number, .elapsed) }
            }
            sleepers[number] = Sleeper(continuation: continuation, timer: timer)
            register?({ [weak self] in self?.wake(number, .signalled) })
            // Cancelled between the first look and now: the handler found no sleeper yet.
            if isCancellable, Task.isCancelled { wake(number, .cancelled) }
        }
    }

    private func wake(_ number: UInt64, _ reason: Wake) {
        guard let sleeper = sleepers.removeValue(forKey: number) else { return }
        if let timer = sleeper.timer { timeline.cancel(timer) }
        sleeper.continuation.resume(returning: reason)
    }
}
