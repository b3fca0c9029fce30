import HostInterface
import Simulation

/// Time and chance as the simulated machine uses them.
///
/// Everything of a simulated machine is synchronous state that events on this timeline change, always on the thread
/// of the simulation's executor; hence the actions it takes need not be sendable.
public final class Timeline: Sendable {
    /// Runs all that happens on the machine.
    public let executor: SimulationExecutor
    private let chance: SimulatedRandom

    public init(executor: SimulationExecutor, random: SimulatedRandom) {
        self.executor = executor
        chance = random
    }

    /// Time since the start of the simulation; the monotonic clock of every host.
    public var now: Instant { executor.now }

    /// Runs `action` when time reaches `instant`, after what was scheduled for the same instant before.
    @discardableResult
    public func schedule(at instant: Instant, _ action: @escaping () -> Void) -> TimerToken {
        let errand = Errand(action: action)
        return executor.schedule(at: instant) { errand.action() }
    }

    /// Runs `action` after `delay`.
    @discardableResult
    public func schedule(after delay: Duration, _ action: @escaping () -> Void) -> TimerToken {
        schedule(at: now + delay, action)
    }

    /// Takes a scheduled action back; nothing happens when it has run.
    public func cancel(_ token: TimerToken) { executor.cancel(token) }

    /// The next 64 bits of the world's chance.
    public func random() -> UInt64 { chance.next() }

    /// Starts tasks on the executor; may be used on any thread.
    public var spawner: any TaskSpawner { executor }

    /// `@unchecked Sendable`: made on the executor's thread, and run there by its timer.
    private struct Errand: @unchecked Sendable {
        let action: () -> Void
    }
}
