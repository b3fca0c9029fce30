/// Where a look at the domains of a machine ended: from there the next one goes on.
public struct DomainLook: Sendable {
    /// How many changes had been counted, by a machine that counts them.
    public var count: UInt64
    /// What was there, by id, of a machine that does not.
    public var reports: [DomainReport]

    public init(count: UInt64 = 0, reports: [DomainReport] = []) {
        self.count = count
        self.reports = reports
    }
}

/// What a look at the domains of a machine saw: of thousands the few that have changed since the last one.
///
/// Cpu time, and whether a cpu runs at this moment, change all the time and are no change. Looks are no signals: whoever makes
/// one after the other learns of every change that lasts, whatever became of the signals.
public struct DomainChanges: Sendable {
    /// Those that are new or have changed, and those asked for besides; by id.
    public var reports: [DomainReport]
    /// Numbers of those that are there no more, and of those asked for besides that are not there; ascending.
    public var gone: [DomainID]
    /// `reports` are all domains there are. Nobody is named as gone then.
    public var isComplete: Bool
    /// To go on from.
    public var look: DomainLook

    public init(reports: [DomainReport], gone: [DomainID] = [], isComplete: Bool, look: DomainLook) {
        self.reports = reports
        self.gone = gone
        self.isComplete = isComplete
        self.look = look
    }

    /// Compares what was there with what is; for machines that say everything each time.
    ///
    /// - Parameters:
    ///   - look: an earlier look; nil: everything is new.
    ///   - reports: all domains there are, by id.
    ///   - ids: whom to tell of in any case.
    public init(since look: DomainLook?, until reports: [DomainReport], besides ids: Set<DomainID>) {
        guard let look else {
            self.init(reports: reports, isComplete: true, look: DomainLook(reports: reports))
            return
        }
        var changed: [DomainReport] = []
        var missing = ids
        var earlier = look.reports[...]
        for report in reports {
            while let first = earlier.first, first.id < report.id { missing.insert(earlier.removeFirst().id) }
            let old = earlier.first?.id == report.id ? earlier.removeFirst() : nil
            let isWanted = missing.remove(report.id) != nil
            if isWanted || !report.isUnchanged(since: old) { changed.append(report) }
        }
        missing.formUnion(earlier.map(\.id))
        self.init(
            reports: changed, gone: missing.sorted(), isComplete: false, look: DomainLook(reports: reports))
    }
}

extension DomainReport {
    /// Whether nothing has happened to the domain, but that time went by.
    fileprivate func isUnchanged(since old: DomainReport?) -> Bool {
        guard var old else { return false }
        old.cpuTime = cpuTime
        old.isRunning = isRunning
        old.isBlocked = isBlocked
        return old == self
    }
}
