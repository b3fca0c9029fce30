/// Who may ask for an operation. Each may also do what those before it may.
public enum Role: String, Hashable, Comparable, CaseIterable, Sendable {
    /// Looks: state, configuration, log.
    case viewer
    /// Runs what is there. One who *names* a file, a kernel, a device or a host that the administrator has not listed is an
    /// administrator all the same.
    case `operator`
    /// Does everything.
    case administrator

    public static func < (a: Role, b: Role) -> Bool { a.rank < b.rank }

    private var rank: Int {
        switch self {
        case .viewer: 0
        case .operator: 1
        case .administrator: 2
        }
    }
}
