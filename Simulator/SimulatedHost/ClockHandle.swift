import HostInterface
import SimulatedHypervisor

/// The clock of a simulated host as one incarnation of the daemon sees it: its sleeps end with it.
///
/// A class, because clocks are handed about more than anything else: one reference is copied for one where there would be two.
final class ClockHandle: HostClock {
    private let host: SimulatedHost
    private let incarnation: Incarnation

    init(host: SimulatedHost, incarnation: Incarnation) {
        self.host = host
        self.incarnation = incarnation
    }

    var now: Instant { host.timeline.now }
    var wallTime: WallTime { host.clock.wallTime }

    func sleep(until deadline: Instant) async throws(CancellationError) {
        switch await incarnation.park(until: deadline) {
        case .elapsed, .signalled: return
        case .cancelled: throw CancellationError()
        case .fenced:
            // A loop that sleeps and looks at nothing but its own cancellation must end with its process.
            withUnsafeCurrentTask(body: { $0?.cancel() })
            throw CancellationError()
        }
    }
}
