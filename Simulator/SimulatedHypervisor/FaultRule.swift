/// One thing that goes wrong: where, when, how.
public struct FaultRule: Hashable, Sendable {
    /// Which of the passages through the point are hit.
    public enum Selector: Hashable, Sendable {
        /// Every passage.
        case always
        /// Only the Nth passage, counted from 1.
        case nth(Int)
        /// Every Nth.
        case every(Int)
        /// Every one that is later than this after the rule was added.
        case after(Duration)
        /// Each with this probability, by the world's seed.
        case probability(Double)
    }

    /// Which points.
    public var pattern: FaultPattern
    /// Which passages through them.
    public var selector: Selector
    /// What happens there.
    public var action: FaultAction

    public init(_ pattern: FaultPattern, _ selector: Selector = .always, _ action: FaultAction) {
        self.pattern = pattern
        self.selector = selector
        self.action = action
    }
}

/// How something goes wrong.
public enum FaultAction: Hashable, Sendable {
    /// Fails with this errno: `ENOMEM`, `EIO`, `EAGAIN`, …; of a script, ends with this status.
    case error(String)
    /// Takes that much longer.
    case delay(Duration)
    /// Does not return until the faults are healed or the daemon is killed.
    case hang
    /// Is lost: a watch event, a message, a back-end's reaction.
    case drop
    /// A back-end or front-end that does not get beyond this xenbus state.
    case stuck(Int)
    /// Only so many bytes of a write arrive.
    case torn(Int)
    /// A connection that breaks after so many bytes.
    case cutAfter(Int)
    /// Whoever asked for what is under way cancels it at this moment; the point itself is passed unharmed.
    case cancel
    /// The daemon is killed before what was asked for is done, or when it has just been done.
    case killDaemon(after: Bool)
    /// The power fails, likewise.
    case powerLoss(after: Bool)
}
