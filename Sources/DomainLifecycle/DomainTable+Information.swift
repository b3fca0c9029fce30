import DomainModel

extension DomainTable {
    /// All domains as they are known, by id, with nothing worked out.
    ///
    /// - Parameters:
    ///   - console: how the console of a domain is at the moment.
    ///   - now: seconds since 1970.
    public func listed(console: (DomainRecord) -> ConsoleInformation?, now: Double) -> [ListedDomain] {
        records.compactMap { ListedDomain($0, reports[$0.uuid], console: console($0), now: now) }
    }

    /// What is known of a domain, or nil when Xen has not made it yet.
    ///
    /// - Parameters:
    ///   - console: how its console is at the moment.
    ///   - now: seconds since 1970.
    public func information(
        of record: DomainRecord, console: ConsoleInformation?, now: Double
    ) -> DomainInformation? {
        ListedDomain(record, reports[record.uuid], console: console, now: now)?.information
    }
}
