import HostInterface
import HypervisorInterface

/// Keeps a transfer below a rate.
public struct RateLimit: Hashable, Sendable {
    /// 0 = no limit.
    public let bytesPerSecond: UInt64
    private var start: Instant?
    private var sent: UInt64 = 0

    /// - Parameter megabits: Mbit/s, as `resource` gives it; 0 = no limit.
    public init(megabits: Int) { bytesPerSecond = UInt64(max(0, megabits)) * 125_000 }

    /// When bytes that are about to be sent may be sent.
    public mutating func admit(_ count: Int, at now: Instant) -> Instant {
        guard bytesPerSecond > 0 else { return now }
        // What was not used for a while is not saved up: the network would see it as a burst.
        if let begin = start, (now - begin).inSeconds * Double(bytesPerSecond) > Double(sent) + Double(bytesPerSecond) {
            (start, sent) = (now, 0)
        }
        let begin = start ?? now
        start = begin
        let due = begin + .seconds(Double(sent) / Double(bytesPerSecond))
        sent += UInt64(count)
        return max(due, now)
    }
}

/// When a live transfer stops its rounds over the memory and suspends the guest.
public struct PrecopyPolicy: Hashable, Sendable {
    /// Rounds after the first; a guest that dirties faster than the wire carries would go on for ever.
    public var maximumRounds = 30
    /// So few pages are sent in less than the time of a round trip or two.
    public var fewPages: UInt64 = 64
    /// Never more than so many times the memory over the wire.
    public var maximumPasses: UInt64 = 3
    /// A pause as short as this is not felt.
    public var shortDowntime = Duration.milliseconds(50)
    private var lastDirty: UInt64?
    private var roundsWithoutGain = 0

    public init() {}

    /// Whether another round is worth its while.
    /// - Parameter rate: bytes per second; 0 = unknown.
    public mutating func goesOn(after progress: SaveProgress, rate: UInt64) -> Bool {
        if progress.pagesDirty <= fewPages || progress.round >= maximumRounds { return false }
        if progress.pagesSent >= maximumPasses * progress.pagesTotal { return false }
        if rate > 0, Double(progress.pagesDirty * 4096) / Double(rate) <= shortDowntime.inSeconds { return false }
        if let lastDirty, progress.pagesDirty >= lastDirty { roundsWithoutGain += 1 } else { roundsWithoutGain = 0 }
        lastDirty = progress.pagesDirty
        return roundsWithoutGain < 3
    }
}
