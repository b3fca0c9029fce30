import DomainModel

/// Whether a domain that exited is built again (manual L5 and L6; reference/domain.md §5).
public struct RestartPolicy: Hashable, Sendable {
    /// A restart within this time of the last one fails; zero = off.
    public var minimumRestartSeconds: Double
    /// How often a life that cannot be built is tried again, every few seconds, before it is left to an operator.
    public static let attempts = 12

    /// Every domain that crashes leaves a core, whatever its configuration says.
    public var dumpsCrashes: Bool

    public init(minimumRestartSeconds: Double = 20, dumpsCrashes: Bool = false) {
        self.minimumRestartSeconds = minimumRestartSeconds
        self.dumpsCrashes = dumpsCrashes
    }

    /// What becomes of a domain that has exited.
    public enum Decision: Hashable, Sendable {
        /// Forgotten; left as it is until somebody destroys it; built again.
        case end, keep, restart
        /// It should restart, but did so a moment ago.
        case tooSoon
    }

    /// What becomes of a domain that exited by itself.
    public func decide(
        _ reason: ShutdownReason, actions: ExitActions, requested: ShutdownRequest?, restartTime: Double?, now: Double
    ) -> Decision {
        let action: ExitActions.Action =
            switch (reason, requested) {
            case (.suspend, _): .preserve
            // A user's word stands above the configuration.
            case (_, .halt): .destroy
            case (.reboot, .reboot): .restart
            default: actions.action(for: reason)
            }
        switch action.end {
        case .ends: return .end
        case .stays: return .keep
        case .restarts: return remaining(since: restartTime, now: now) > 0 ? .tooSoon : .restart
        }
    }

    /// Whether a domain that exited by itself leaves a core.
    public func leavesCore(_ reason: ShutdownReason, actions: ExitActions) -> Bool {
        switch reason {
        case .suspend: false
        case .poweroff, .reboot: actions.action(for: reason).leavesCore
        case .crash, .other: dumpsCrashes || actions.action(for: reason).leavesCore
        }
    }

    /// Why `decide` decides so, for people.
    public func reason(
        _ reason: ShutdownReason, actions: ExitActions, requested: ShutdownRequest?, restartTime: Double?, now: Double
    ) -> String {
        let why =
            switch (reason, requested) {
            case (.suspend, _): "a suspended guest is kept"
            case (_, .halt): "halt was asked for, which ends a domain whatever its restart mode"
            case (.reboot, .reboot): "a reboot was asked for"
            default: "its exit action for \(reason) is \(actions.action(for: reason).rawValue)"
            }
        switch decide(reason, actions: actions, requested: requested, restartTime: restartTime, now: now) {
        case .end: return "\(why): it ends"
        case .keep: return "\(why): it stays as it is"
        case .restart: return "\(why): it is built again"
        case .tooSoon:
            let seconds = Int(now - (restartTime ?? now))
            return
                "\(why), but it was restarted \(seconds) s ago, and \(Int(minimumRestartSeconds)) s is the minimum: it ends"
        }
    }

    /// Seconds until a restart is allowed again.
    public func remaining(since restartTime: Double?, now: Double) -> Double {
        // The clock of the host may have been set back: a last restart in the future does not count.
        guard let restartTime, now >= restartTime else { return 0 }
        return max(0, restartTime + minimumRestartSeconds - now)
    }
}
