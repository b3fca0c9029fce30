import Glibc
import ScenarioLanguage

/// What a story leaves on the machine, and the machine as the next one wants to find it.
extension RealMachine {
    /// What belongs to no living domain: it may take a moment to go.
    func leaks() throws(ScenarioFailure) -> [String] {
        for _ in 0..<20 {
            if try leaksNow().isEmpty { return [] }
            usleep(100_000)
        }
        return try leaksNow()
    }

    private func leaksNow() throws(ScenarioFailure) -> [String] {
        let domains = try self.domains()
        var leaks = domains.filter { $0.state.contains("d") }.map { "domain \($0.id) is still dying" }
        let living = Set(domains.filter { !$0.state.contains("d") }.map(\.id))
        let nodes = try Command.must("xenstore-ls", "-f").lines
        leaks += Set(nodes.compactMap { owner(ofNode: $0) }).subtracting(living).sorted().map {
            "xenstore still has nodes of domain \($0)"
        }
        for line in try Command.must("ls", "/sys/bus/xen-backend/devices").lines {
            let parts = line.split(separator: "-")
            if parts.count == 3, !living.contains(String(parts[1])) { leaks.append("the kernel still has \(line)") }
        }
        for line in try Command.must("losetup", "-a").lines {
            guard let loop = line.split(separator: ":").first.map(String.init), !ownLoops.contains(loop) else {
                continue
            }
            if !nodes.contains(where: { $0.hasSuffix("/params = \"\(loop)\"") }) {
                leaks.append("\(line) belongs to nobody")
            }
        }
        return leaks
    }

    /// The domain that a node is about: `/local/domain/7/…`, `/local/domain/0/backend/vif/7/…`.
    private func owner(ofNode line: String) -> String? {
        let parts = line.split(separator: " ")[0].split(separator: "/")
        guard parts.count >= 3, parts[0] == "local", parts[1] == "domain" else { return nil }
        if parts[2] != "0" { return String(parts[2]) }
        return parts.count >= 6 && parts[3] == "backend" ? String(parts[5]) : nil
    }

    /// Ends the daemon and takes away its memory, and what was set up for the story or named in it.
    ///
    /// - Precondition: no domain is left but domain 0.
    func putBack() throws(ScenarioFailure) {
        try heal()
        if clockOffset != .zero { try setClock(by: .zero - clockOffset) }
        try RealOrigin.remove()
        _ = try endDaemon(SIGTERM)
        for loop in ownLoops.sorted() { try Command.must("losetup", "-d", loop) }
        for bridge in ownBridges { try Command.must("ip", "link", "del", "dev", bridge) }
        // Directories stay: an empty one is in nobody's way.
        for path in ownPaths { unlink(path) }
        try Command.must("rm", "-rf", Self.directory, "/var/xen", "/var/log/xen/xend.log", "/var/log/xen/xend.trace")
    }
}
