import HostInterface

/// What the simulated machine needs of the world it lives in: time that somebody else moves, and chance by seed.
///
/// Everything of a simulated machine is synchronous state that events on this timeline change, always on the thread of the
/// simulation's executor; hence the actions need not be sendable.
public protocol Timeline: AnyObject {
    /// Time since the start of the simulation; the monotonic clock of every host.
    var now: Instant { get }
    /// Runs `action` when time reaches `instant`, after what was scheduled for the same instant before.
    @discardableResult
    func schedule(at instant: Instant, _ action: @escaping () -> Void) -> TimerToken
    /// Takes a scheduled action back; nothing happens when it has run.
    func cancel(_ token: TimerToken)
    /// The next 64 bits of the world's chance.
    func random() -> UInt64
    /// Starts a task on the simulation's executor. May be called on any thread.
    var spawner: any TaskSpawner { get }
}

/// Names a scheduled action.
public struct TimerToken: Hashable, Sendable {
    public let rawValue: UInt64
    public init(_ value: UInt64) { rawValue = value }
}

extension Timeline {
    /// Runs `action` after `delay`.
    @discardableResult
    func schedule(after delay: Duration, _ action: @escaping () -> Void) -> TimerToken {
        schedule(at: now + delay, action)
    }
}
