/// What sort of thing an entry of the daemon's account tells of.
public enum DeedKind: String, Hashable, Sendable, CaseIterable {
    /// A client asked.
    case request
    /// The world spoke: a watch fired, the daemon started.
    case signal
    /// A look at the machine found something that needs acting upon.
    case finding
    /// The table decided: a plan begins.
    case decision
    /// A step of a plan was done, or taken back.
    case step, undo
    /// A plan, or a task, has ended.
    case end
    /// A request was answered with an error.
    case refusal

    /// What stands before an entry where an account is read from top to bottom: on pages, of `xm why` and of `xend-scenario why`.
    public var word: String {
        switch self {
        case .request: "asked"
        case .signal: "signal"
        case .finding: "found"
        case .decision: "decided"
        case .step: "did"
        case .undo: "undid"
        case .end: "so"
        case .refusal: "answered"
        }
    }
}
