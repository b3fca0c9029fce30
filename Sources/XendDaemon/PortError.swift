import HostInterface

/// A port that xend serves on and could not have: which service, why, and what helps.
struct PortError: Error, CustomStringConvertible {
    var service: String
    /// The key of xend-config.sxp that gives the service another port.
    var key: String
    /// What `xend-address` said.
    var address: String
    var reason: NetworkError

    var description: String { "cannot listen for \(service): \(reason)\(help)" }

    private var help: String {
        if key == XendConfiguration.Key.socketPath.rawValue {
            return " (\(key) in xend-config.sxp names the socket; '' is none)"
        }
        switch reason {
        case .addressInUse: return " (does another xend run? \(key) in xend-config.sxp chooses another port)"
        case .refused, .unreachable, .unknown, .timedOut, .closed, .fenced, .system:
            let isOrdinary = address.isEmpty || address == "localhost"
            return isOrdinary
                ? ""
                : " (xend-address in xend-config.sxp must be '' for all interfaces, localhost "
                    + "or an address of this machine, not \"\(address)\")"
        }
    }
}
