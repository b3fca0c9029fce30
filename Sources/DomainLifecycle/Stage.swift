import DomainModel

/// Where a domain is in its life.
///
/// ```
///  create ─→ creating ─→ live ─→ exited (kept)
///               │          │        │
///             (undone)     ▼        ▼
///                        ending ─────────────→ (gone)
///                          │ ▲
///                          ▼ │ reboot
///                       restarting ─→ live
///
///  define ─→ defined ── start ─→ creating … ending ─→ defined, in place of (gone)
/// ```
public enum Stage: Hashable, Sendable {
    /// Being made from a configuration or an image.
    case creating
    /// Xen has it; what it does at the moment is in the report.
    case live
    /// It stopped by itself and is kept: suspended, or preserved by its exit actions.
    case exited(ShutdownReason)
    /// Its devices, console and memory are being released; what follows when all is gone.
    case ending(then: AfterEnd)
    /// Between two lives.
    case restarting(RestartState)
    /// On its way between two hosts, and not decided whose it is.
    case inDoubt(Doubt)
    /// Kept, without a life in Xen.
    case defined

    /// What follows when all of a life is gone.
    public enum AfterEnd: Hashable, Sendable { case forget, restart }

    /// Which end of a migration this host is.
    public enum Doubt: String, Hashable, Sendable {
        /// Suspended here; the other host has the word, and has not confirmed yet.
        case handedOver = "handed-over"
        /// Paused here; the host it came from has not said yet whose it is.
        case arrived
    }
}

extension Stage {
    /// Whether Xen has the domain, and nobody is about to change that.
    package var isAtRest: Bool {
        switch self {
        case .live, .exited: true
        case .creating, .ending, .restarting, .inDoubt, .defined: false
        }
    }
}

extension Stage: CustomStringConvertible {
    /// Completes "domain 7 "web" …".
    public var description: String {
        switch self {
        case .creating: "is being created"
        case .defined: "is defined and does not run"
        case .live: "is live"
        case .exited(.suspend): "is suspended"
        case .exited(let reason): "has shut down (reason \(reason))"
        case .ending(.forget): "is being destroyed"
        case .ending(.restart), .restarting(.pending), .restarting(.booting): "is being restarted"
        case .restarting(.blocked): "could not be restarted"
        case .inDoubt(.handedOver):
            "has been handed over to another host, which has not confirmed it (allowed now: resolve)"
        case .inDoubt(.arrived):
            "has arrived from another host, which has not said yet whose it is (allowed now: resolve)"
        }
    }
}
