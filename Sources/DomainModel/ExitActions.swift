/// What becomes of a domain that exited, by reason (manual L5; the words of later xend and xl map onto it).
public struct ExitActions: Hashable, Sendable {
    /// What becomes of a domain that has exited.
    public enum Action: String, CaseIterable, Sendable {
        /// Ended and forgotten; ended and built again; left as it is until somebody destroys it.
        case destroy, restart, preserve
        /// Ended and forgotten after its core has been written where cores go.
        case coredumpDestroy = "coredump-destroy"
        /// Built again after that.
        case coredumpRestart = "coredump-restart"
        /// Left as it is under another name, and built again beside that.
        case renameRestart = "rename-restart"

        /// What becomes of its life.
        public enum End: Sendable { case ends, restarts, stays }

        /// What becomes of its life.
        public var end: End {
            switch self {
            case .destroy, .coredumpDestroy: .ends
            case .restart, .coredumpRestart, .renameRestart: .restarts
            case .preserve: .stays
            }
        }

        /// A core of it is written.
        public var leavesCore: Bool { self == .coredumpDestroy || self == .coredumpRestart }
    }

    /// After it has shut itself down.
    public var onPoweroff: Action
    /// After it has exited to reboot.
    public var onReboot: Action
    /// After a crash, or an exit for a reason that nobody knows.
    public var onCrash: Action
    /// After its watchdog has ended it; nil: as after a crash.
    public var onWatchdog: Action?

    /// The fields, each with what ends in it.
    static let fields = ["on_poweroff", "on_reboot", "on_crash", "on_watchdog"]

    init(_ fields: ConfigurationReader) throws(ConfigurationError) {
        let mode = try fields.choice("restart", RestartMode.self) { "invalid restart mode: \($0)" }
        self.init(mode ?? .onreboot)
        onPoweroff = try Self.action(fields, "on_poweroff") ?? onPoweroff
        onReboot = try Self.action(fields, "on_reboot") ?? onReboot
        onCrash = try Self.action(fields, "on_crash") ?? onCrash
        onWatchdog = try Self.action(fields, "on_watchdog")
    }

    private static func action(
        _ fields: ConfigurationReader, _ field: String
    ) throws(ConfigurationError) -> Action? {
        if let text = fields.text(field), let extra = extras[text] { return extra.action }
        return try fields.choice(field, Action.self) { "invalid \(field): \($0)" }
    }

    /// xl's words for the same actions with extras that xend does not have.
    private static let extras: [String: (action: Action, missing: String)] = [
        "soft-reset": (.restart, "a domain is not reset softly; it is restarted")
    ]

    /// What the words of a configuration say beyond what is done.
    static func warnings(_ fields: ConfigurationReader) -> [String] {
        Self.fields.compactMap { field in
            guard let text = fields.text(field), let extra = extras[text] else { return nil }
            return "\(field) \(text): \(extra.missing)"
        }
    }

    /// `SHUTDOWN_watchdog` of Xen's public/sched.h.
    private static let watchdog: UInt8 = 4

    /// The action for a guest that exited by itself. A suspended domain is kept.
    public func action(for reason: ShutdownReason) -> Action {
        switch reason {
        case .poweroff: onPoweroff
        case .reboot: onReboot
        case .other(Self.watchdog): onWatchdog ?? onCrash
        case .crash, .other: onCrash
        case .suspend: .preserve
        }
    }
}
