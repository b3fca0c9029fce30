import DomainLifecycle
import DomainModel
import SExpressions
import SimulatedHypervisor

/// What save files hold, so that what comes out of them can be compared with what went in.
struct Keepsakes {
    struct Keepsake {
        var domain: DomainInformation
        var isPaused: Bool
        var settings: MachineSettings?
    }
    private var keepsakes: [HostedName: Keepsake] = [:]
    /// Where saves have ended well, in order: files that must be durable.
    private(set) var files: [(host: String, path: String)] = []

    mutating func saved(
        _ domain: DomainInformation?, isPaused: Bool, _ settings: MachineSettings?, in path: String, on host: String
    ) {
        files.removeAll { $0 == (host, path) }
        files.append((host, path))
        keepsakes[HostedName(host: host, name: path)] = domain.map {
            Keepsake(domain: $0, isPaused: isPaused, settings: settings)
        }
    }

    /// A save that failed, or of which nobody knows how it ended, may have left anything there, or nothing.
    mutating func mayHaveChanged(_ path: String, on host: String) {
        keepsakes[HostedName(host: host, name: path)] = nil
    }

    func keepsake(in path: String, on host: String) -> Keepsake? { keepsakes[HostedName(host: host, name: path)] }
}

/// What must be the same of a domain that went away and came again, from a file or over the wire.
enum SamenessOracle {
    /// - Parameters:
    ///   - taken: console ports that others have where it arrives.
    ///   - isPaused: whether Xen says so; nil: not known.
    static func problem(
        _ what: String, _ before: DomainInformation, wasPaused: Bool, _ after: DomainInformation, isPaused: Bool?,
        taken: Set<UInt16>
    ) -> String? {
        let title = "\(what) changes \(after.name):"
        if before.uuid != after.uuid { return "\(title) its uuid was \(before.uuid) and is \(after.uuid)" }
        if before.name != after.name { return "\(title) it was called \(before.name)" }
        if let isPaused, isPaused != wasPaused {
            return "\(title) it was \(wasPaused ? "" : "not ")paused and is \(isPaused ? "" : "not ")paused"
        }
        if before.config != after.config {
            return "\(title) its configuration was \(text(before.config)) and is \(text(after.config))"
        }
        let (was, now) = (devices(before), devices(after))
        if was != now {
            return "\(title) its devices were \(was.joined(separator: ", ")) and are \(now.joined(separator: ", "))"
        }
        if let port = before.console?.port, let new = after.console?.port, port != new, !taken.contains(port) {
            return "\(title) its console was on port \(port), which is free, and is on \(new)"
        }
        return nil
    }

    private static func text(_ config: SExpression?) -> String { config?.description ?? "none" }
    private static func devices(_ domain: DomainInformation) -> [String] {
        domain.devices.map { "\($0.type.rawValue) \($0.idx)" }
    }
}
