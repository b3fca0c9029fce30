import HostInterface
import SimulatedHypervisor

/// Notifications of one incarnation of the daemon.
struct NotificationHandle: NotificationSender {
    let host: SimulatedHost
    let incarnation: Incarnation

    func post(
        _ body: [UInt8], contentType: String, to url: String, deadline: Instant
    ) async throws(NetworkError) -> Int {
        if incarnation.isFenced { throw .fenced }
        let receivers = host.network.receivers
        guard let manner = receivers.manner(url) else { throw .unreachable(host: url) }
        switch manner {
        case .refuses: throw .refused(host: "receivers", port: 80)
        case .hangs:
            try Self.check(await incarnation.park(until: deadline))
            throw .timedOut
        case .answers(let status):
            try Self.check(await incarnation.park(until: host.timeline.now + host.latencies.receiver))
            receivers.deliver(body, to: url)
            return status
        }
    }

    private static func check(_ wake: Incarnation.Wake) throws(NetworkError) {
        switch wake {
        case .elapsed, .signalled: return
        case .fenced: throw .fenced
        case .cancelled: throw .timedOut
        }
    }
}
