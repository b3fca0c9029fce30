import DomainLifecycle
import HostInterface

/// The host's calendar, as far as domains reckon with it: notices when it has been set.
///
/// Nobody tells a program of it, so it looks for itself whenever the daemon looks at the world or decides. A jump is a signal like
/// others: the times in the table are moved with it, lest a domain be as old as the jump was long.
final class Calendar: ManagerPart {
    let context: ManagerContext
    private var lead: Double
    /// The times in the table are others than those in the journal.
    private var timesMoved = false

    /// Seconds by which a calendar is set; less is the slow correction that time servers make.
    private static let smallestJump = 1.0

    init(_ context: ManagerContext) {
        self.context = context
        lead = context.host.clock.calendarLead
    }

    /// Sees whether the calendar has been set, and acts upon it.
    func look() {
        let jump = host.clock.calendarLead - lead
        guard abs(jump) > Self.smallestJump else { return }
        lead += jump
        timesMoved = true
        let seconds = Int(jump.rounded())
        log.notice("the calendar was set by \(seconds) s: the times of domains are moved with it")
        table.moveCalendar(by: jump)
        let signal = account.note(.signal, "the calendar was set by \(seconds) s")
        account.because(signal) { spawn { await $0.parts.calendar.rememberTimes() } }
    }

    /// Writes the times down that a jump has moved, so that the next daemon reckons with the same. A domain under way is written down
    /// at the end of its operation.
    func rememberTimes() async {
        guard timesMoved else { return }
        timesMoved = false
        let records = table.sorted.filter { $0.startTime != nil && $0.operation == nil && !$0.isForeign }
        do {
            try await database.append(records.map(database.record))
        } catch {
            log.error("cannot record the times of domains: \(error)")
        }
    }
}

extension HostClock {
    /// How far the calendar is ahead of the monotonic time, in seconds; another one when the calendar was set.
    fileprivate var calendarLead: Double { Double(wallTime.nanoseconds - now.nanoseconds) / 1e9 }
}
