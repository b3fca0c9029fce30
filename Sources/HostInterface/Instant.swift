/// A point on a host's monotonic clock: nanoseconds since an arbitrary start. Never compared between hosts.
public struct Instant: Comparable, Hashable, Sendable {
    /// Since a beginning that means nothing: instants are only compared.
    public var nanoseconds: Int64

    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    public static func < (a: Instant, b: Instant) -> Bool { a.nanoseconds < b.nanoseconds }
    /// So much later.
    public static func + (a: Instant, b: Duration) -> Instant {
        Instant(nanoseconds: a.nanoseconds + b.nanoseconds)
    }
    /// How much later the first is; negative when it is earlier.
    public static func - (a: Instant, b: Instant) -> Duration {
        Duration(ofNanoseconds: a.nanoseconds - b.nanoseconds)
    }
}

/// A point of calendar time: nanoseconds since 1970-01-01 00:00 UTC, as the host believes it. May jump.
public struct WallTime: Comparable, Hashable, Sendable {
    /// Since 1970-01-01 00:00 UTC. Jumps when somebody sets the clock.
    public var nanoseconds: Int64

    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// Seconds since 1970, as the wire shows them.
    public var seconds: Double { Double(nanoseconds) / 1e9 }

    /// So long after 1970-01-01 00:00 UTC.
    public init(seconds: Double) { nanoseconds = Int64(seconds * 1e9) }

    public static func < (a: WallTime, b: WallTime) -> Bool { a.nanoseconds < b.nanoseconds }
    /// How much later the first is by the calendar, which may have been set in between.
    public static func - (a: WallTime, b: WallTime) -> Duration {
        Duration(ofNanoseconds: a.nanoseconds - b.nanoseconds)
    }
}

/// A duration is a number of 128 bits, and the library's ways to and from nanoseconds divide and multiply such numbers: 25,000
/// instructions for each domain made and destroyed, where hardly one is longer than nine seconds.
extension Duration {
    private static let attosecondsOfOne: Int64 = 1_000_000_000

    /// So many nanoseconds, as `.nanoseconds` has it.
    init(ofNanoseconds nanoseconds: Int64) {
        self.init(attoseconds: Int128(nanoseconds) &* Int128(Self.attosecondsOfOne))
    }

    /// The whole duration in nanoseconds; saturates at about 292 years.
    public var nanoseconds: Int64 {
        let attoseconds = attoseconds
        if let few = Int64(exactly: attoseconds) { return few / Self.attosecondsOfOne }
        return Int64(clamping: attoseconds / Int128(Self.attosecondsOfOne))
    }

    /// The whole duration in seconds.
    public var inSeconds: Double { Double(nanoseconds) / 1e9 }

    /// `60 s`, `0.5 s`, for messages.
    public var inWords: String { "\(inSeconds == inSeconds.rounded() ? String(Int(inSeconds)) : String(inSeconds)) s" }
}
