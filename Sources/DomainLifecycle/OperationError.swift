/// Why an operation was not done: refused (nothing changed) or failed (what had been done was undone).
public struct OperationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What a program can make of it; each view has a status for it.
    public enum Kind: Hashable, Sendable {
        /// A wrong or missing argument or configuration.
        case invalid
        /// No such domain, device, console, task.
        case notFound
        /// Not to this requester, or not to this domain.
        case forbidden
        /// Not in the state things are in.
        case refused
        /// It was tried, went wrong, and was undone.
        case failed
        /// This Xen, or xend, cannot do it.
        case notSupported
        /// The domain is not any more what the client has seen.
        case stale
    }
    /// What a program can make of it.
    public var kind: Kind
    /// One line that says what was being done, to which thing, why not, and what helps.
    public var message: String
    /// Went wrong after the work had begun (reference/http-api.md §5, last row: save, migrate, configure answer 400).
    public var isLate: Bool

    public init(_ kind: Kind, _ message: String, isLate: Bool = false) {
        self.kind = kind
        self.message = message
        self.isLate = isLate
    }

    public var description: String { message }
}
