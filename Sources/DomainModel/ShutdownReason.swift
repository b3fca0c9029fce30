/// Why a domain stopped by itself, as Xen reports it (public/sched.h: SHUTDOWN_*).
public enum ShutdownReason: Hashable, Sendable, CustomStringConvertible {
    /// The codes of Xen's public/sched.h that guests use.
    case poweroff, reboot, suspend, crash
    /// Watchdog, soft reset or a code of a later Xen.
    case other(UInt8)

    /// By Xen's number (`SHUTDOWN_poweroff` and so on in public/sched.h); every number has a meaning, if only "unknown".
    public init(code: UInt8) {
        switch code {
        case 0: self = .poweroff
        case 1: self = .reboot
        case 2: self = .suspend
        case 3: self = .crash
        default: self = .other(code)
        }
    }

    /// Xen's number.
    public var code: UInt8 {
        switch self {
        case .poweroff: 0
        case .reboot: 1
        case .suspend: 2
        case .crash: 3
        case .other(let code): code
        }
    }

    /// The word of SXP; `?` for codes of a later time (reference/domain.md §3).
    public var description: String {
        switch self {
        case .poweroff: "poweroff"
        case .reboot: "reboot"
        case .suspend: "suspend"
        case .crash: "crash"
        case .other: "?"
        }
    }
}

/// What a user asks a guest to do.
public enum ShutdownRequest: String, CaseIterable, Sendable {
    /// Off; off and on again; off for good, whatever its restart mode says.
    case poweroff, reboot, halt

    /// What is written to `control/shutdown`.
    public var controlWord: String { rawValue }
}

/// How a user destroys a domain: `halt` ends it, `reboot` builds it again.
public enum DestroyMode: String, CaseIterable, Sendable { case halt, reboot }
