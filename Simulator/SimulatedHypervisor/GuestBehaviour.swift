import DomainModel

/// What a guest does that boots a certain kernel (the behaviours of a scenario's `kernel` form).
///
/// The default is the default guest: it boots in 1 s, prints a few lines and a login prompt, shuts down in 0.5 s.
public struct GuestBehaviour: Hashable, Sendable {
    /// What happens some time after the end of boot.
    public enum Fate: Hashable, Sendable {
        /// It shuts down by itself.
        case exits(after: Duration, ShutdownReason)
        /// Its kernel panics.
        case crashes(after: Duration)
        /// It does nothing any more, and answers nothing.
        case hangs(after: Duration)
    }
    /// What is done with what is typed on the console.
    public enum Terminal: String, Hashable, Sendable {
        /// It goes nowhere.
        case silent
        /// Every byte comes back.
        case echoes
        /// A little shell: `echo`, `hostname`, `uptime`, `poweroff`, `reboot`, `halt`, `crash`.
        case shell
    }

    /// From the first unpause to the login prompt.
    public var bootsIn: Duration = .seconds(1)
    /// From the request to the exit.
    public var shutsDownIn: Duration = .milliseconds(500)
    /// Printed at the end of boot; nil = the default lines and `HOST login: `.
    public var prints: [String]?
    /// What is done with what is typed.
    public var terminal = Terminal.silent
    /// It does not react to `control/shutdown`, but for `suspend`.
    public var ignoresShutdown = false
    /// It answers that it will not be suspended.
    public var refusesSuspend = false
    /// What it does by itself after its boot, whichever comes first.
    public var fates: [Fate] = []
    /// How fast it writes memory: bytes a second, over and over within the first so many bytes (nil: within all).
    public var dirtyRate: UInt64 = 0
    /// Bytes; nil = all of its memory.
    public var dirtyRange: UInt64?
    /// Per cent of one cpu that it would use if it could.
    public var cpuPercent = 0
    /// How long it takes to reach a new memory target.
    public var balloonsIn: Duration = .milliseconds(100)
    /// Kinds of device whose front-end never answers.
    public var neverConnects: Set<DeviceType> = []

    public init() {}
}
