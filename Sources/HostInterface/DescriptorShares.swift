/// How a process divides the files that it may have open: what serves a request is never taken by domains, and what serves a
/// domain never by those who connect.
public struct DescriptorShares: Hashable, Sendable {
    /// All there are (`ulimit -n`).
    public let limit: Int
    /// For HTTP connections.
    public let connections: Int
    /// Domains that there may be.
    public let domains: Int

    /// Of the process itself: standard streams, event loops, ports, log, journal and its successor, Xen.
    private static let own = 28
    /// Of files that come and go: records, save files, scripts that no domain has.
    private static let passing = 8
    /// Of a domain: its console's port, the connection there, its terminal, a script.
    private static let perDomain = 4
    /// A quarter is for those who ask; more than so many connections serve nobody.
    private static let most = 1000
    private static let fewest = 8

    /// - Parameter limit: files that the process may have open.
    public init(limit: Int) {
        self.limit = limit
        connections = min(Self.most, max(Self.fewest, limit / 4))
        // Some more are told that there are too many.
        let asking = connections + connections / 4
        domains = max(0, limit - Self.own - Self.passing - asking) / Self.perDomain
    }
}
