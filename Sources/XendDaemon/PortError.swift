import HostInterface

/// A port that xend serves on and could not have: which service, why, and what helps.
struct PortError: Error, CustomStringConvertible {
    var service: String
    /// The key of xend-config.sxp that gives the service another port.
    var key: String
    var reason: NetworkError

    var description: String {
        let help: String
        switch reason {
        case .addressInUse: help = " (does another xend run? \(key) in xend-config.sxp chooses another port)"
        case .refused, .unreachable, .timedOut, .closed, .fenced, .system: help = ""
        }
        return "cannot listen for \(service): \(reason)\(help)"
    }
}
