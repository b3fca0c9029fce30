/// How far a restart is that is due.
public enum RestartState: String, Hashable, Sendable {
    /// Waits until the old life is gone.
    case pending
    /// Being built.
    case booting
    /// Waited too long, or could not be built; `held` says why.
    case blocked
}

extension RestartState {
    /// nil: no restart is due.
    init?(_ record: DomainRecord) {
        switch record.stage {
        case .restarting(let state): self = state
        case .ending(.restart): self = .pending
        case .live:
            guard record.awaitsRestart else { return nil }
            self = .pending
        case .creating, .exited, .ending(.forget), .inDoubt, .defined: return nil
        }
    }
}
