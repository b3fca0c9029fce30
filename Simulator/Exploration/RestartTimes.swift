import DomainModel
import SExpressions
import ScenarioLanguage

/// When domains were restarted, and what their host's minimum is (manual L6). Follows a domain through migrations.
struct RestartTimes {
    private var minimums: [String: Duration] = [:]
    /// Begun, and of those that succeeded the last; by who it is: the domain's uuid, or host and id while that is not known.
    private var begun: [String: Duration] = [:]
    private var last: [String: Duration] = [:]

    /// What a daemon may take from a decision to its announcement, where disks are slow.
    private static let slowness = Duration.seconds(60)
    static let defaultMinimum = 20

    init(_ scenario: Scenario) {
        // Whoever sets the clock decides what time it is.
        if scenario.steps.contains(where: { $0.source.name == "clock" }) { return }
        for host in scenario.setup.hosts {
            let entry = host.config.first { $0.source.name == "xend-min-restart-time" }
            minimums[host.name] = .seconds(
                entry.flatMap { $0.source.list?.last?.atom }.flatMap { Int($0) } ?? Self.defaultMinimum)
        }
    }

    /// - Returns: why it must not begin now.
    mutating func begin(_ domain: String, _ identity: String, on host: String, at now: Duration) -> String? {
        begun[identity] = now
        guard let minimum = minimums[host], let last = last[identity], now - last < minimum else { return nil }
        return
            "\(domain) on \(host) is restarted \(TimeText.text(now - last)) after its last restart; the minimum is \(TimeText.text(minimum))"
    }

    mutating func success(_ identity: String) {
        guard let time = begun.removeValue(forKey: identity) else { return }
        last[identity] = time
    }

    /// - Returns: why it must not be refused now.
    func refuse(_ domain: String, _ identity: String, on host: String, at now: Duration) -> String? {
        // A restart of which nobody was told whether it succeeded may count.
        guard let minimum = minimums[host], begun[identity] == nil else { return nil }
        guard let last = last[identity] else {
            return "\(domain) on \(host) restarts too soon, it is said, and has not been restarted"
        }
        guard now - last >= minimum + Self.slowness else { return nil }
        return
            "\(domain) on \(host) restarts too soon, it is said, \(TimeText.text(now - last)) after its last restart; the minimum is \(TimeText.text(minimum))"
    }

    /// It is another domain, or comes from a file, which knows what it knows.
    mutating func forget(_ identity: String) {
        begun[identity] = nil
        last[identity] = nil
    }

    /// Who was known by host and id is known by its uuid now.
    mutating func rename(_ old: String, to new: String) {
        if let time = begun.removeValue(forKey: old) { begun[new] = time }
        if let time = last.removeValue(forKey: old) { last[new] = time }
    }
}
