/// What becomes of a domain that exited, by reason (manual L5; the words of later xend and xl map onto it).
public struct ExitActions: Hashable, Sendable {
    /// What becomes of a domain that has exited.
    public enum Action: String, CaseIterable, Sendable {
        /// Ended and forgotten; ended and built again; left as it is until somebody destroys it.
        case destroy, restart, preserve
    }

    /// After it has shut itself down.
    public var onPoweroff: Action
    /// After it has exited to reboot.
    public var onReboot: Action
    /// After a crash, or an exit for a reason that nobody knows.
    public var onCrash: Action

    init(_ fields: ConfigurationReader) throws(ConfigurationError) {
        let mode = try fields.choice("restart", RestartMode.self) { "invalid restart mode: \($0)" }
        self.init(mode ?? .onreboot)
        onPoweroff = try Self.action(fields, "on_poweroff") ?? onPoweroff
        onReboot = try Self.action(fields, "on_reboot") ?? onReboot
        onCrash = try Self.action(fields, "on_crash") ?? onCrash
    }

    private static func action(
        _ fields: ConfigurationReader, _ field: String
    ) throws(ConfigurationError) -> Action? {
        // xl's words for the same actions with extras that xend does not have.
        switch fields.text(field) {
        case "coredump-destroy": return .destroy
        case "coredump-restart", "rename-restart", "soft-reset": return .restart
        default: return try fields.choice(field, Action.self) { "invalid \(field): \($0)" }
        }
    }

    /// The action for a guest that exited by itself. A suspended domain is kept.
    public func action(for reason: ShutdownReason) -> Action {
        switch reason {
        case .poweroff: onPoweroff
        case .reboot: onReboot
        case .crash, .other: onCrash
        case .suspend: .preserve
        }
    }
}
