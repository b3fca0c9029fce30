/// How a process divides the files that it may have open: what serves a request is never taken by domains, and what serves a
/// domain never by those who connect.
public struct DescriptorShares: Hashable, Sendable {
    /// All there are (`ulimit -n`).
    public let limit: Int
    /// For HTTP connections.
    public let connections: Int
    /// Whether each domain has a terminal, of which its console reads: one of the simulated machine is no file.
    public let hasTerminals: Bool
    private let left: Int

    /// Of the process itself: standard streams, event loops, ports, log, journal and its successor, Xen.
    private static let own = 28
    /// Of files that come and go: records, save files, scripts that no domain has.
    private static let passing = 8
    /// Of a domain: its console's port, the connection there, its terminal, a script.
    private static let perDomain = 4
    /// Of thousands of domains not all have connections and scripts at one time: so many files suffice for these.
    private static let shared = 2048
    /// A quarter is for those who ask; more than so many connections serve nobody. Four thousand may read events.
    private static let most = 5000
    private static let fewest = 8

    /// - Parameters:
    ///   - limit: files that the process may have open.
    ///   - hasTerminals: whether each domain has a terminal.
    public init(limit: Int, hasTerminals: Bool = true) {
        self.limit = limit
        self.hasTerminals = hasTerminals
        connections = min(Self.most, max(Self.fewest, limit / 4))
        // Some more are told that there are too many.
        let asking = connections + connections / 4
        left = max(0, limit - Self.own - Self.passing - asking)
    }

    /// Domains that there may be.
    /// - Parameter ports: on which each console listens: one for each address.
    public func domains(ports: Int) -> Int {
        max(left / Self.perDomain, (left - Self.shared) / (ports + (hasTerminals ? 1 : 0)))
    }
}
