import DomainLifecycle
import DomainManagement
import HostInterface
import Logging
import SExpressions

/// Posts every event to the node's notification url (manual H4, `notify`). A receiver that is slow or dead delays nothing: events
/// wait in a bounded stream of their own, and after some failures in a row the receiver is dropped.
struct NotificationForwarder: Sendable {
    /// A receiver that takes longer for one event is taken for dead.
    static let patience = Duration.seconds(10)
    /// Failures in a row after which nothing more is sent until a url is set anew.
    static let maximumFailures = 3

    let manager: DomainManager
    let sender: any NotificationSender
    let clock: any HostClock
    let log: Logger

    func run(_ events: EventReader) async {
        var tries = (setting: 0, failures: 0)
        while let some = await events.next() {
            for numbered in some where await !forward(numbered, &tries) { break }
        }
    }

    /// - Returns: false: nobody wants to be told of what has happened until now.
    private func forward(_ numbered: NumberedEvent, _ tries: inout (setting: Int, failures: Int)) async -> Bool {
        let (url, setting) = manager.notification.target
        // Who sets a url, be it the same, wants it to be tried anew.
        if setting != tries.setting { tries = (setting, 0) }
        guard let url, tries.failures < Self.maximumFailures else {
            manager.notification.rest(since: setting)
            return false
        }
        do {
            try await send(numbered, to: url)
            tries.failures = 0
        } catch {
            tries.failures += 1
            log.warning("notification of \(url) failed: \(error)")
            if tries.failures == Self.maximumFailures {
                log.error("\(url) is dropped after \(tries.failures) failures in a row; notify sets it anew")
            }
        }
        return true
    }

    private func send(_ numbered: NumberedEvent, to url: String) async throws(NetworkError) {
        var body: [UInt8] = []
        numbered.event.expression.write(into: &body)
        let status = try await sender.post(
            body, contentType: "application/sxp", to: url, deadline: clock.now + Self.patience)
        guard (200..<300).contains(status) else { throw .system("it answered with status \(status)") }
    }
}
