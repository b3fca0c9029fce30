// How a call of the daemon can fail.

/// Why a call of xend gave no result.
public enum XendError: Error, Equatable, Sendable {
    /// xend answered, and said no: the text of `(xend.err …)`, or the reason phrase of a status other than success.
    case refused(String, status: Int)
    /// There was no answer: no daemon, no route, connection lost, deadline passed. The text is the system's.
    case unreachable(String)
    /// xend answered something that is no answer to this call.
    case unreadable(String)
    /// The call could not be made: an address or argument that cannot be sent.
    case invalid(String)
}

extension XendError: CustomStringConvertible {
    /// The text alone, as `xm` prints it after `Error: `.
    public var description: String {
        switch self {
        case .refused(let text, _), .unreachable(let text), .unreadable(let text), .invalid(let text): text
        }
    }
}
