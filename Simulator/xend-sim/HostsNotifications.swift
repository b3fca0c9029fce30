import HostInterface
import LinuxHost

/// Notifications of a simulated host: to the receivers of the simulation, and to real ones outside.
struct HostsNotifications: NotificationSender {
    let outside = LinuxNotifications()
    /// The host's handle.
    let simulated: any NotificationSender
    /// The clock by which the daemon's deadlines are.
    let clock: any HostClock
    /// How the urls of simulated receivers begin.
    let receivers: String

    func post(
        _ body: [UInt8], contentType: String, to url: String, deadline: Instant
    ) async throws(NetworkError) -> Int {
        if url.hasPrefix(receivers) {
            return try await simulated.post(body, contentType: contentType, to: url, deadline: deadline)
        }
        return try await outside.post(
            body, contentType: contentType, to: url, deadline: LinuxClock().now + (deadline - clock.now))
    }
}
