/// When a domain that exited is built again (manual L5).
public enum RestartMode: String, CaseIterable, Sendable {
    /// In the words of 2004; the first is what a configuration means that says nothing.
    case onreboot, always, never

    /// When it is started again, in words.
    public var meaning: String {
        switch self {
        case .onreboot: "when it exits in order to reboot"
        case .always: "however it exits"
        case .never: "not at all"
        }
    }
}

extension ExitActions {
    /// What the restart modes of 2004 mean (manual L5).
    public init(_ mode: RestartMode) {
        onWatchdog = nil
        switch mode {
        case .onreboot: (onPoweroff, onReboot, onCrash) = (.destroy, .restart, .destroy)
        case .always: (onPoweroff, onReboot, onCrash) = (.restart, .restart, .restart)
        case .never: (onPoweroff, onReboot, onCrash) = (.destroy, .destroy, .destroy)
        }
    }
}
