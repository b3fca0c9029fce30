/// The requests to xenstored, as faults and the scenario language name them.
public enum XenStoreRequest: String, CaseIterable, Sendable {
    /// Of a value, or of the names below a node.
    case read
    /// Of a value, a directory or permissions.
    case write
    /// Removing a node and all below; beginning or ending a transaction.
    case rm, transaction
    /// The registration of a watch, and each of its events.
    case watch
    /// Telling xenstored of a domain, that it runs on, and that it is gone.
    case introduce, resume, release
}
