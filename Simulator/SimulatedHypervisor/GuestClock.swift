import HostInterface
import Simulation

/// The timers of a guest. They stand still while the guest does not run.
final class GuestClock {
    private struct Alarm {
        /// While the clock runs, when it is due; else how long it still takes.
        var due: Instant
        var remaining: Duration
        var token: TimerToken?
        var action: () -> Void
    }
    private let timeline: Timeline
    private var alarms: [Int: Alarm] = [:]
    private var nextNumber = 0
    private(set) var isRunning = false
    /// When it last began to run, and how long it had run before.
    private var since = Instant(nanoseconds: 0)
    private var before: Duration

    /// - Parameter uptime: how long the guest has run in another domain before.
    init(timeline: Timeline, uptime: Duration = .zero) {
        self.timeline = timeline
        before = uptime
    }

    /// How long the guest has run.
    var uptime: Duration { isRunning ? before + (timeline.now - since) : before }

    /// Runs `action` when the guest has run for so long. Returns a number to take it back with.
    @discardableResult
    func after(_ delay: Duration, _ action: @escaping () -> Void) -> Int {
        nextNumber += 1
        alarms[nextNumber] = Alarm(due: timeline.now + delay, remaining: delay, token: nil, action: action)
        if isRunning { set(nextNumber) }
        return nextNumber
    }

    func cancel(_ number: Int) {
        if let token = alarms.removeValue(forKey: number)?.token { timeline.cancel(token) }
    }

    func cancelAll() {
        for number in alarms.keys.sorted() { cancel(number) }
    }

    /// How long until the alarm rings, while the guest runs.
    func remaining(_ number: Int) -> Duration? {
        guard let alarm = alarms[number] else { return nil }
        return isRunning ? alarm.due - timeline.now : alarm.remaining
    }

    func run() {
        guard !isRunning else { return }
        isRunning = true
        since = timeline.now
        for number in alarms.keys.sorted() { set(number) }
    }

    func stop() {
        guard isRunning else { return }
        before = uptime
        isRunning = false
        for number in alarms.keys {
            guard var alarm = alarms[number] else { continue }
            alarm.remaining = alarm.due - timeline.now
            if let token = alarm.token { timeline.cancel(token) }
            alarm.token = nil
            alarms[number] = alarm
        }
    }

    private func set(_ number: Int) {
        guard var alarm = alarms[number] else { return }
        alarm.due = timeline.now + alarm.remaining
        alarm.token = timeline.schedule(at: alarm.due) { [weak self] in
            self?.alarms.removeValue(forKey: number)?.action()
        }
        alarms[number] = alarm
    }
}
