import DomainModel
import SExpressions

/// A domain as it was found when all were listed, with nothing worked out of it: of thousands hardly one has changed since they were
/// listed last, and `DomainText` has the text of those.
public struct ListedDomain: Sendable {
    let record: DomainRecord
    let report: DomainReport?
    let console: ConsoleInformation?
    /// When it was looked at, in seconds since 1970.
    let now: Double

    /// - Parameters:
    ///   - record: what xend keeps of it.
    ///   - report: what Xen said last; nil when it said nothing.
    ///   - console: how its console is at the moment.
    ///   - now: seconds since 1970.
    /// - Returns: nil when Xen has not made it yet.
    public init?(_ record: DomainRecord, _ report: DomainReport?, console: ConsoleInformation?, now: Double) {
        guard record.id != nil else { return nil }
        (self.record, self.report, self.console, self.now) = (record, report, console, now)
    }

    /// Kept through restart, save and migration.
    public var uuid: DomainUUID { record.uuid }

    /// An operator has stopped it.
    public var isPaused: Bool { DomainState(record, report).isPaused }

    /// Everything about it.
    public var information: DomainInformation {
        // Without a number there is none of these.
        let id = record.id ?? .zero
        return DomainInformation(id, record, report, console: console, now: now)
    }

    /// What grows while nothing happens.
    var times: LifeTimes { LifeTimes(record, report, now: now) }

    /// Whether the same is to be said of it as before, but for its times.
    func isAs(_ earlier: ListedDomain) -> Bool {
        guard record.isUnchanged(since: earlier.record), console == earlier.console else { return false }
        switch (report, earlier.report) {
        case (let report?, let earlier?): return report.isAs(earlier)
        case (nil, nil): return true
        default: return false
        }
    }
}

/// What grows in a domain's life while nothing happens.
struct LifeTimes {
    /// Of all virtual cpus; nil while Xen has not been asked.
    var cpuTime: Duration?
    /// Seconds since it was started; nil for domains that xend did not start.
    var upTime: Double?

    init(cpuTime: Duration?, upTime: Double?) { (self.cpuTime, self.upTime) = (cpuTime, upTime) }

    init(_ record: DomainRecord, _ report: DomainReport?, now: Double) {
        self.init(cpuTime: report?.cpuTime ?? .zero, upTime: record.startTime.map { max(0, now - $0) })
    }

    func describe(to sink: inout some SExpressionSink) {
        if let cpuTime { sink.element("cpu_time", seconds(cpuTime)) }
        if let upTime { sink.element("up_time", upTime) }
    }

    private func seconds(_ duration: Duration) -> Double {
        let (seconds, attoseconds) = duration.components
        return Double(seconds) + Double(attoseconds) / 1e18
    }
}
