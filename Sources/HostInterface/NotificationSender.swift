/// Sends event notifications to the node's notification url (manual H4, `notify`).
public protocol NotificationSender: Sendable {
    /// Posts `body` to an `http://` url and returns the status of the answer.
    func post(_ body: [UInt8], contentType: String, to url: String, deadline: Instant) async throws(NetworkError) -> Int
}
