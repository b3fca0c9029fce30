/// What the users of a story believe to be where. Nobody tells them what became of it: reboots, faults and each other's deeds are not
/// considered. Without it most of what they do would be refused.
struct StoryBeliefs {
    struct Domain: Hashable {
        var name: String
        var host: String
    }
    /// In the order in which they came to be.
    private(set) var domains: [Domain] = []
    private(set) var files: [Domain] = []

    mutating func created(_ name: String, on host: String) {
        domains.removeAll { $0.name == name && $0.host == host }
        domains.append(Domain(name: name, host: host))
    }

    mutating func gone(_ domain: Domain) { domains.removeAll { $0 == domain } }

    mutating func saved(_ domain: Domain) {
        gone(domain)
        files.removeAll { $0 == domain }
        files.append(domain)
    }

    mutating func moved(_ domain: Domain, to host: String) {
        gone(domain)
        created(domain.name, on: host)
    }

    mutating func renamed(_ domain: Domain, _ name: String) {
        gone(domain)
        created(name, on: domain.host)
    }

    /// The power has been off: saved files are there, domains are not.
    mutating func lost(_ host: String) { domains.removeAll { $0.host == host } }
}
