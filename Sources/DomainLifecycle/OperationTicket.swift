/// An operation in progress.
public struct OperationTicket: Hashable, Sendable {
    /// Counts all operations of this daemon, and goes on where the last one ended.
    public let serial: UInt64
    /// As on the wire, or what xend calls what it does by itself (`restart`, `clear`).
    public let name: String

    public init(serial: UInt64, name: String) {
        self.serial = serial
        self.name = name
    }
}
