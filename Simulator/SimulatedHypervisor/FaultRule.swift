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
