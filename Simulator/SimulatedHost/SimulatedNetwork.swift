import HostInterface
import SimulatedHypervisor
import Simulation

/// The TCP network between the hosts of a simulated world, and to the outside, where a scenario's own clients are.
///
/// Hosts are called by their names. Each direction between two hosts can be slow, lossy or cut.
///
/// `@unchecked Sendable` because clients' tasks hold it: touched only on the thread of the simulation's executor.
public final class SimulatedNetwork: @unchecked Sendable {
    /// How the outside is called, where scenario clients connect from.
    public static let outside = "outside"
    /// What a connection holds of bytes that were written and not read: a socket's buffers.
    static let window = 256 * 1024
    /// TCP gives up after so long without an acknowledgement (net.ipv4.tcp_retries2 = 15).
    static let giveUpAfter = Duration.seconds(924)
    /// Until an address that nobody has is reported.
    static let unreachableAfter = Duration.seconds(3)
    /// TCP gives up connecting after so long (net.ipv4.tcp_syn_retries = 6).
    static let connectLimit = Duration.seconds(127)
    static let retransmission = Duration.milliseconds(200)

    /// One direction between two hosts.
    public struct Link: Hashable, Sendable {
        /// Names of hosts: a direction, for a cable can be broken one way.
        public var from, to: String
        public init(from: String, to: String) {
            self.from = from
            self.to = to
        }
    }
    /// How a direction is.
    public struct Condition: Hashable, Sendable {
        /// nil: what hosts have unless told otherwise.
        public var latency: Duration?
        /// Bytes a second.
        public var bandwidth: Double = 125_000_000
        /// The probability that a message must be sent again.
        public var loss = 0.0
        /// Nothing gets through.
        public var isCut = false
        public init() {}
    }
    struct Place: Hashable {
        var host: String
        var port: UInt16
    }

    /// Those outside of all hosts, that events are posted to.
    public let receivers = Receivers()
    let timeline: Timeline
    private let random: SimulatedRandom
    private var conditions: [Link: Condition] = [:]
    private var hosts: [String: SimulatedHost] = [:]
    private var listeners: [Place: SimulatedListener] = [:]
    /// Ports that something else on a host has taken.
    private var pipes: [ObjectIdentifier: Pipe] = [:]
    private var nextPort: UInt16 = 32768
    private var nextPipe = 0
    /// The life of scenario clients: never ends.
    let outsider: Incarnation

    init(timeline: Timeline, random: SimulatedRandom) {
        self.timeline = timeline
        self.random = random
        outsider = Incarnation(number: 0, timeline: timeline, faults: FaultPlan(timeline: timeline), hooks: .init())
    }

    // MARK: What the network is like

    /// Changes one direction.
    public func set(from: String, to: String, _ change: (inout Condition) -> Void) {
        change(&conditions[Link(from: from, to: to), default: Condition()])
        resumePipes()
    }

    /// Nothing gets from one to the other any more; the other way is another matter.
    public func cut(from: String, to: String) { set(from: from, to: to) { $0.isCut = true } }

    /// Everything as it was in the beginning.
    public func heal() {
        conditions = [:]
        resumePipes()
    }

    /// The ports on which a host's daemon listens.
    public func listeningPorts(of host: String) -> [UInt16] {
        listeners.keys.filter { $0.host == host }.map(\.port).sorted()
    }

    func condition(_ link: Link) -> Condition { conditions[link] ?? Condition() }

    func isLost(_ link: Link) -> Bool {
        let loss = condition(link).loss
        return loss > 0 && random.chance(loss)
    }

    // MARK: Hosts

    func add(_ host: SimulatedHost) { hosts[host.name] = host }
    func remove(_ host: String) { hosts[host] = nil }
    func host(_ name: String) -> SimulatedHost? { hosts[name] }

    /// The power of a host is gone: nobody is told.
    func hostWentDown(_ name: String) {
        for port in listeningPorts(of: name) { listeners.removeValue(forKey: Place(host: name, port: port))?.end() }
        for pipe in sortedPipes where pipe.link.from == name || pipe.link.to == name { pipe.isSilenced = true }
    }

    /// It is back and knows nothing of its connections: those who still send to it are told so.
    func hostCameUp(_ name: String) {
        for pipe in sortedPipes where pipe.isSilenced && pipe.link.to == name { pipe.reset() }
    }

    // MARK: Connections

    func listen(on host: String, address: String, port: UInt16) throws(NetworkError) -> SimulatedListener {
        if (hosts[host]?.faults.meet(.listener, String(port))).errno != nil {
            throw .addressInUse(port: port)
        }
        let wanted = port == 0 ? freePort(on: host) : port
        let place = Place(host: host, port: wanted)
        guard listeners[place] == nil else { throw .addressInUse(port: wanted) }
        let listener = SimulatedListener(network: self, place: place, address: address)
        listeners[place] = listener
        return listener
    }

    /// Whether somebody listens there who is there for that host alone.
    public func isForItsHostAlone(host: String, port: UInt16) -> Bool {
        listeners[Place(host: host, port: port)]?.isForItsHostAlone == true
    }

    func close(_ listener: SimulatedListener) {
        if listeners[listener.place] === listener { listeners[listener.place] = nil }
    }

    private func freePort(on host: String) -> UInt16 {
        repeat {
            nextPort = nextPort == 60999 ? 32768 : nextPort + 1
        } while listeners[Place(host: host, port: nextPort)] != nil
        return nextPort
    }

    /// The name by which the hosts know a host.
    func resolve(_ name: String, from: String) -> String {
        ["localhost", "127.0.0.1", "::1", ""].contains(name) ? from : name
    }

    func connect(
        from: String, by user: UInt32 = 0, to name: String, port: UInt16, deadline: Instant,
        for incarnation: Incarnation
    ) async throws(NetworkError) -> SimulatedSocket {
        if incarnation.isFenced { throw .fenced }
        let to = resolve(name, from: from)
        let there = Link(from: from, to: to)
        let back = Link(from: to, to: from)
        guard hosts[to] != nil else { throw .unknown(host: name) }
        var latency = oneWay(there) + oneWay(back)
        let fault = hosts[from]?.faults.meet(.network, from, to)
        if fault.errno != nil { throw .refused(host: name, port: port) }
        // TCP hears from the other side before there is a connection.
        let isSilent = fault.isSilence || hosts[to]?.faults.isClosed(.network, to, from) == true
        latency = isSilent ? Self.connectLimit : latency + (fault.delay ?? .zero)
        try await Self.wait(latency, until: deadline, timeline, incarnation)
        while condition(there).isCut || condition(back).isCut {
            try await Self.wait(.seconds(1), until: deadline, timeline, incarnation)
        }
        guard let host = hosts[to], host.isOn else {
            try await Self.wait(Self.unreachableAfter, until: deadline, timeline, incarnation)
            throw .unreachable(host: name)
        }
        guard latency < Self.connectLimit else { throw .timedOut }
        let isLocal = from == to
        guard let listener = listeners[Place(host: to, port: port)], isLocal || !listener.isForItsHostAlone else {
            throw .refused(host: name, port: port)
        }
        let (out, incoming) = (makePipe(there), makePipe(back))
        nextPort = nextPort == 60999 ? 32768 : nextPort + 1
        listener.accept(
            SimulatedSocket(
                peer: NetworkAddress(host: isLocal ? "127.0.0.1" : from, port: nextPort),
                identity: isLocal ? .user(user) : .remote, incoming: out, outgoing: incoming,
                incarnation: listener.incarnation))
        return SimulatedSocket(
            peer: NetworkAddress(host: isLocal ? "127.0.0.1" : name, port: port),
            identity: isLocal ? .user(0) : .remote, incoming: incoming, outgoing: out,
            incarnation: incarnation)
    }

    private static func wait(
        _ duration: Duration, until deadline: Instant, _ timeline: Timeline, _ incarnation: Incarnation
    ) async throws(NetworkError) {
        let end = min(timeline.now + duration, deadline)
        switch await incarnation.park(until: end) {
        case .elapsed, .signalled: if end == deadline { throw .timedOut }
        case .fenced: throw .fenced
        case .cancelled: throw .timedOut
        }
    }

    func oneWay(_ link: Link) -> Duration {
        if let latency = condition(link).latency { return latency }
        let latencies = hosts[link.to]?.latencies ?? hosts[link.from]?.latencies ?? HostLatencies()
        return link.from == link.to || link.from == Self.outside || link.to == Self.outside
            ? latencies.loopback : latencies.network
    }

    // MARK: Pipes

    private func makePipe(_ link: Link) -> Pipe {
        nextPipe += 1
        let pipe = Pipe(network: self, link: link, number: nextPipe)
        pipes[ObjectIdentifier(pipe)] = pipe
        return pipe
    }

    func forget(_ pipe: Pipe) { pipes[ObjectIdentifier(pipe)] = nil }

    private var sortedPipes: [Pipe] { pipes.values.sorted { $0.number < $1.number } }

    private func resumePipes() { for pipe in sortedPipes { pipe.resume() } }
}
