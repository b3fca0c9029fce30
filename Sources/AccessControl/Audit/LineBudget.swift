import HostInterface

/// How many lines about refused requests a log takes: whoever sends them by the thousand must not be able to push out of it what
/// somebody wants to find there.
public struct LineBudget: Sendable {
    /// So many lines may come at once.
    public static let burst = 20
    /// Then one in this time.
    public static let interval = Duration.seconds(60)

    private var lines = LineBudget.burst
    private var since: Instant
    private var untold = 0

    /// - Parameter now: all lines may come from then on.
    public init(at now: Instant) { since = now }

    /// Takes a line, if there is one left.
    ///
    /// - Parameter now: when it would be written.
    /// - Returns: how many were not told since the last line; nil when this one is not told either.
    public mutating func take(at now: Instant) -> Int? {
        let passed = Int((now - since) / Self.interval)
        if passed > 0 {
            lines = min(Self.burst, lines + passed)
            since = now
        }
        guard lines > 0 else {
            untold += 1
            return nil
        }
        lines -= 1
        defer { untold = 0 }
        return untold
    }
}
