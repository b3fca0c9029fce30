import HostInterface

/// Shares the physical cpus between the domains that want them, by weight and cap, and counts what each has had.
///
/// Nothing happens while time passes: what a domain gets is a rate that changes only when somebody's load does, and
/// its cpu time is worked out when somebody asks.
final class CPUScheduler {
    private let cpus: Int
    private let timeline: Timeline
    /// Only the domains that want to run, in the order in which they began to.
    private var busy: [SimulatedDomain] = []
    private var settledAt: Instant
    private var isStale = false

    init(cpus: Int, timeline: Timeline) {
        self.cpus = cpus
        self.timeline = timeline
        settledAt = timeline.now
    }

    /// The domain asks for so many cpus from now on.
    func setLoad(_ load: Double, of domain: SimulatedDomain) {
        guard load != domain.load else { return }
        settle()
        domain.load = load
        if load > 0, !busy.contains(where: { $0 === domain }) { busy.append(domain) }
        if load == 0 {
            busy.removeAll { $0 === domain }
            domain.rate = 0
        }
        isStale = true
    }

    /// Weight, cap or affinity of a domain will change now.
    func parametersWillChange() {
        settle()
        isStale = true
    }

    /// Brings every domain's cpu time up to now.
    func settle() {
        let elapsed = Double((timeline.now - settledAt).nanoseconds)
        if elapsed > 0 {
            share()
            for domain in busy { domain.cpuNanoseconds += domain.rate * elapsed }
            settledAt = timeline.now
        }
    }

    /// Brings the rates up to date, for who wants to see them.
    func share() {
        guard isStale else { return }
        isStale = false
        var open = busy
        var capacity = Double(cpus)
        // Those whose share is more than they can use get that; what is left is shared again between the others.
        while !open.isEmpty {
            let weight = open.reduce(0.0) { $0 + Double($1.scheduling.weight) }
            let sated = open.filter { ceiling(of: $0) <= capacity * Double($0.scheduling.weight) / weight }
            guard !sated.isEmpty else {
                for domain in open { domain.rate = capacity * Double(domain.scheduling.weight) / weight }
                return
            }
            for domain in sated {
                domain.rate = ceiling(of: domain)
                capacity -= domain.rate
            }
            open.removeAll { domain in sated.contains { $0 === domain } }
        }
    }

    /// The most a domain can use: its load, its cap, the cpus its vcpus are pinned to.
    private func ceiling(of domain: SimulatedDomain) -> Double {
        var limit = min(domain.load, Double(cpus))
        if domain.scheduling.cap > 0 { limit = min(limit, Double(domain.scheduling.cap) / 100) }
        let pinned = domain.affinities.reduce(into: Set<Int>?.some([])) { union, set in
            union = set.cpus.flatMap { cpus in union?.union(cpus) }
        }
        if let pinned { limit = min(limit, Double(max(1, pinned.count))) }
        return limit
    }
}
