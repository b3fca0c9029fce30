import CLinux
import Glibc
import ScenarioLanguage
import SimulatedHost

/// Where a client of a real machine's daemon is: on the machine, as one of its users, or on another host, which is a network of its own
/// behind a cable.
enum RealOrigin {
    case machine
    case user(uid_t)
    case host(address: String)

    init(_ text: String?) {
        guard let text else {
            self = .machine
            return
        }
        self = SimulatedAccounts.uid(of: text).map { .user($0) } ?? .host(address: text)
    }

    /// What the other host is called, and the machine's end of the cable to it.
    private static let network = "xend-other"
    private static let card = "xend-cable"
    /// The machine's addresses on that cable, each beside those that documents use for strangers.
    private static let addresses = [(own: "192.0.2.254", bits: 24), (own: "2001:db8::fffe", bits: 64)]

    /// A connection from there.
    func connect(to host: String, port: UInt16, alias: String?) throws(ScenarioFailure) -> Socket {
        switch self {
        case .machine: return try Socket(host: host, port: port, alias: alias)
        case .user(let user):
            clinux_make_files_of(user)
            defer { clinux_make_files_of(geteuid()) }
            return try Socket(host: host, port: port, alias: alias)
        case .host(let address):
            try Self.lay(to: address)
            let own = address.contains(":") ? Self.addresses[1].own : Self.addresses[0].own
            return try Self.elsewhere { () throws(ScenarioFailure) in
                try Socket(host: own, port: port, alias: alias, from: address)
            }
        }
    }

    /// Runs `body` with its sockets on the other host.
    private static func elsewhere<Value>(
        _ body: () throws(ScenarioFailure) -> Value
    ) throws(ScenarioFailure) -> Value {
        let here = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)
        let there = open("/run/netns/\(network)", O_RDONLY | O_CLOEXEC)
        defer { for end in [here, there] where end >= 0 { close(end) } }
        guard here >= 0, clinux_enter_network(there) == 0 else {
            throw ScenarioFailure("there is no network \(network): \(String(cString: strerror(errno)))")
        }
        defer { _ = clinux_enter_network(here) }
        return try body()
    }

    /// Makes the other host, unless it is there, and gives it this address.
    private static func lay(to address: String) throws(ScenarioFailure) {
        if access("/run/netns/\(network)", F_OK) != 0 {
            try Command.must("ip", "netns", "add", network)
            try Command.must("ip", "link", "add", card, "type", "veth", "peer", "name", "eth0", "netns", network)
            try Command.must("ip", "addr", "add", "\(addresses[0].own)/\(addresses[0].bits)", "dev", card)
            try Command.must("ip", "addr", "add", "\(addresses[1].own)/\(addresses[1].bits)", "dev", card, "nodad")
            try Command.must("ip", "link", "set", "dev", card, "up")
            try Command.must("ip", "-n", network, "link", "set", "dev", "eth0", "up")
        }
        let known = try Command.must("ip", "-n", network, "-o", "addr", "show", "dev", "eth0").output
        guard !known.contains(" \(address)/") else { return }
        let bits = address.contains(":") ? addresses[1].bits : addresses[0].bits
        let place = "\(address)/\(bits)"
        // Nobody else can have it: it need not be asked for first.
        if address.contains(":") {
            try Command.must("ip", "-n", network, "addr", "add", place, "dev", "eth0", "nodad")
        } else {
            try Command.must("ip", "-n", network, "addr", "add", place, "dev", "eth0")
        }
    }

    /// Takes the other host away, if there is one.
    static func remove() throws(ScenarioFailure) {
        guard access("/run/netns/\(network)", F_OK) == 0 else { return }
        try Command.must("ip", "netns", "del", network)
        _ = try Command.run("ip", "link", "del", "dev", card)
    }
}
