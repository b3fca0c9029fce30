import DomainManagement
import Glibc
import SExpressions
import ScenarioLanguage
import SimulatedHypervisor
import XendTesting

/// Runs a scenario against the daemon of the real machine that the runner itself is on, and of those that are lent to it: the daemon over
/// HTTP, as always; the machine by its own programs; guests as the lab's tiny guest, in real time.
final class RealTarget: ScenarioTarget {
    private let scenario: Scenario
    private let address: RemoteAddress
    /// By the names of the story's hosts, of which the first is here.
    private var machines: [String: any StoryMachine] = [:]
    /// The one that the runner is on.
    private let own: RealMachine
    /// In a story of several.
    private var addresses: [String: String] = [:]
    private let fitness: RealFitness
    private let start = ContinuousClock.now
    var onFault: (String) -> Void = { _ in }
    var onDeed: ((String, Int, Deed) -> Void)?
    let foreignJobs = 0
    /// What the story has left on the machine; known at its end.
    private(set) var leftovers: [String] = []

    private static let nobody = "that port"
    /// Between two looks at sockets, in microseconds.
    private static let nap: UInt32 = 2000
    /// The machine is calm when nothing has happened for so long. A guest boots and shuts down in less, unless it was told to
    /// take longer.
    private static let calm = Duration.milliseconds(800)
    /// Between two looks at the machine; and so many looks that show the same, for a slow machine's calm is long.
    private static let glance: UInt32 = 150_000
    private static let calmGlances = 5
    /// What has not come to rest by then never will.
    private static let settleLimit = Duration.seconds(120)

    /// - Parameters:
    ///   - guestImage: path of the tiny guest.
    ///   - lent: where other machines are lent.
    init(
        _ scenario: Scenario, _ address: RemoteAddress, guestImage: String, lent: [RemoteAddress]
    ) throws(ScenarioFailure) {
        self.scenario = scenario
        self.address = address
        let machine = try RealMachine(guestImage: guestImage)
        own = machine
        let hosts = scenario.setup.hosts.map(\.name)
        fitness = RealFitness(scenario, freeMemory: machine.freeBefore - 16, machines: 1 + lent.count)
        machines[hosts[0]] = machine
        for (name, place) in zip(hosts.dropFirst(), lent) {
            machines[name] = LentMachine(place)
            addresses[name] = place.host
            addresses[hosts[0]] = try Socket(host: place.host, port: place.port).ownAddress
        }
    }

    private var hosts: [String] { scenario.setup.hosts.map(\.name) }

    private func machine(_ host: String) throws(ScenarioFailure) -> any StoryMachine {
        guard let machine = machines[host] else { throw ScenarioFailure("there is no host \(host)") }
        return machine
    }

    /// Why the scenario cannot be run in full; nil when it can.
    var obstacle: String? { fitness.obstacle }

    var now: Duration { ContinuousClock.now - start }

    var wallTime: Double {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        // What the story has set it by is counted by whoever asks.
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9 - own.clockOffset.inSeconds
    }

    // MARK: Setup

    func begin() throws(ScenarioFailure) {
        for host in hosts {
            try machine(host).prepare(scenario, StoryPlace(host: host, addresses: addresses))
            try machine(host).perform(.life(.daemon(.start)))
        }
    }

    /// Destroys what the story has left, looks whether anything is left of it, and makes the machine fit for the next one.
    func end() {
        do throws(ScenarioFailure) {
            for host in hosts { try destroyDomains(of: host) }
            leftovers = try leaks(nil)
            if leftovers.isEmpty { for host in hosts { try machine(host).putBack() } }
        } catch {
            leftovers.append(error.description)
        }
    }

    private func destroyDomains(of host: String) throws(ScenarioFailure) {
        if (try? get("/xend/domain", host)) == nil { try machine(host).perform(.life(.daemon(.start))) }
        for name in try get("/xend/domain", host).expression?.list?.compactMap(\.atom) ?? [] where name != "Domain-0" {
            _ = try ask(.post(WireRequest.path(ofDomain: name), [("op", "destroy"), ("reason", "halt")]), host)
        }
        let names = try get("/xend/domain", host).expression?.list?.compactMap(\.atom) ?? []
        guard names == ["Domain-0"] else { throw ScenarioFailure("domains are left: \(names)") }
    }

    func url(ofReceiver name: String) -> String { "" }

    /// Daemons know each other by their addresses, simulated ones by the names of their hosts.
    func naming(hostsIn transcript: String) -> String {
        addresses.reduce(transcript) { text, host in
            text.split(separator: host.value, omittingEmptySubsequences: false).joined(separator: host.key)
        }
    }

    // MARK: Time

    func run(until condition: () throws -> Bool, limit: Duration) rethrows -> Bool {
        let end = now + limit
        while try !condition() {
            guard now < end else { return false }
            usleep(Self.nap)
        }
        return true
    }

    func advance(by duration: Duration) throws(ScenarioFailure) {
        usleep(UInt32(clamping: Int64(duration / .microseconds(1))))
    }

    /// Until nothing is under way: no request, no operation, no restart due, and for a while no event and no change of any
    /// domain's state.
    func settle(_ openRequests: () -> [String]) throws(ScenarioFailure) {
        let end = now + Self.settleLimit
        var seen = ""
        var since = now
        var glances = 0
        while now - since < calm || glances < Self.calmGlances {
            var state: String? = ""
            for host in hosts {
                let part = try self.state(of: host)
                state = state.flatMap { whole in part.map { "\(whole) \($0)" } }
            }
            glances += 1
            if state == nil || state != seen || !openRequests().isEmpty {
                seen = state ?? ""
                since = now
                glances = 0
            }
            guard now < end else {
                throw ScenarioFailure("after \(TimeText.text(Self.settleLimit)) still open: \(seen)")
            }
            usleep(Self.glance)
        }
    }

    /// Longer when a guest takes its time to boot or to shut down.
    private var calm: Duration {
        var longest = Duration.zero
        for item in scenario.setup.items {
            guard case .kernel(_, let behaviours) = item.kind else { continue }
            for behaviour in behaviours {
                if case .bootsIn(let time) = behaviour { longest = max(longest, time) }
                if case .shutsDownIn(let time) = behaviour { longest = max(longest, time) }
            }
        }
        return Self.calm + longest
    }

    /// What may change while something is under way; nil while an operation or a restart is.
    private func state(of host: String) throws(ScenarioFailure) -> String? {
        // A host whose daemon is down is at rest.
        guard hosts.count == 1 || (try? get("/xend/node", host)) != nil else { return "" }
        let domains = try get("/xend/domain?detail=1", host).expression?.list ?? []
        var text = try get("/xend/event?pattern=*", host).expression?.childText("newest") ?? ""
        for domain in domains {
            let restart = domain.childText("restart_state")
            if domain.child("operation") != nil || restart == "pending" || restart == "booting" { return nil }
            // Running and blocked are the same to a story.
            let letters = (domain.childText("state") ?? "").filter { $0 != "r" && $0 != "b" && $0 != "-" }
            text += " \(domain.childText("id") ?? "") \(domain.childText("name") ?? "") \(letters)"
        }
        return text
    }

    private func get(_ path: String, _ host: String) throws(ScenarioFailure) -> Answer { try ask(.get(path), host) }

    private func ask(_ request: WireRequest, _ host: String) throws(ScenarioFailure) -> Answer {
        let exchange = try HTTPExchange(request, host: host, self)
        guard run(until: { exchange.poll() }, limit: Self.settleLimit), let answer = exchange.answer else {
            throw ScenarioFailure("\(request.method) \(request.path): \(exchange.problem ?? "no answer")")
        }
        return answer
    }

    // MARK: Connections

    func openHTTP(_ host: String, from origin: String?) throws(ScenarioFailure) -> any ByteStream {
        try machine(host).connect(address.port, from: origin, alias: host)
    }

    func hostHeader(_ host: String) -> String { address.authority }

    func chosenDebugPort(of host: String) -> UInt16? { nil }

    func openTCP(_ host: String, port: UInt16, from origin: String?) throws(ScenarioFailure) -> any ByteStream {
        do throws(ScenarioFailure) {
            return try machine(host).connect(port, from: origin, alias: Self.nobody)
        } catch {
            // Where the daemon listens for its own machine alone, others find nobody.
            guard case .host = RealOrigin(origin), error == .refused(by: Self.nobody) else { throw error }
            return NoStream()
        }
    }

    // MARK: The machine

    func perform(_ act: MachineAct, on host: String) throws(ScenarioFailure) {
        // Everywhere, unless a host is named.
        if case .change(let item) = act, item.host == nil {
            for host in hosts { try machine(host).perform(act) }
        } else if case .fault(let rule) = act, rule.pattern.kind == .network {
            try machine(rule.pattern.name).perform(act)
        } else if case .heal = act {
            for host in hosts { try machine(host).perform(act) }
        } else {
            try machine(host).perform(act)
        }
    }

    func file(_ path: String, host: String) throws(ScenarioFailure) -> String? { try machine(host).file(path) }

    func log(_ host: String) throws(ScenarioFailure) -> String { try file("/var/log/xen/xend.log", host: host) ?? "" }

    /// On the machine that the scenario describes: what is gone here is gone there.
    func memoryFree(_ host: String) throws(ScenarioFailure) -> Int {
        let setup = scenario.setup.hosts.first { $0.name == host } ?? scenario.setup.hosts[0]
        return setup.memory - setup.domainZeroMemory - (try machine(host).memoryGone())
    }

    func leaks(_ host: String?) throws(ScenarioFailure) -> [String] {
        var leaks: [String] = []
        for name in host.map({ [$0] }) ?? hosts { leaks += try machine(name).leaks() }
        return leaks
    }

    func runs(_ domain: String, on host: String) throws(ScenarioFailure) -> String {
        let state = try machine(host).runs(domain)
        for other in hosts where other != host && state == "running" {
            if try machine(other).runs(domain) == "running" { return "it runs on \(other) too" }
        }
        return state
    }

    func scriptCalls(_ path: String, host: String) throws(ScenarioFailure) -> [[String]] {
        try machine(host).scriptCalls(path)
    }

    func received(_ receiver: String) throws(ScenarioFailure) -> [[UInt8]] {
        throw ScenarioFailure("a real machine has no receivers")
    }
}

extension ScenarioSuite {
    /// Runs one scenario on the real machine that this program is on, if it can be run there in full.
    ///
    /// - Parameters:
    ///   - address: where that machine's daemon listens; it is started and stopped here.
    ///   - guestImage: path of the lab's tiny guest, which is put at the scenario's kernel paths.
    ///   - lent: where other machines are lent, for a scenario of several hosts.
    public static func run(
        _ scenario: Scenario, at address: RemoteAddress, guestImage: String, lent: [RemoteAddress] = []
    ) -> ScenarioResult {
        func failure(_ reasons: [String]) -> StepFailure {
            StepFailure(place: scenario.place, form: "(scenario \(scenario.name) …)", reasons: reasons)
        }
        do throws(ScenarioFailure) {
            let target = try RealTarget(scenario, address, guestImage: guestImage, lent: lent)
            guard let obstacle = target.obstacle else {
                var result = run(scenario, on: target)
                result.leftovers = target.leftovers
                result.transcript = target.naming(hostsIn: result.transcript)
                if result.failure == nil, !result.leftovers.isEmpty {
                    result.outcome = .failed(failure(result.leftovers))
                }
                return result
            }
            return ScenarioResult(name: scenario.name, place: scenario.place, outcome: .skipped(obstacle))
        } catch {
            return ScenarioResult(
                name: scenario.name, place: scenario.place, outcome: .failed(failure([error.description])))
        }
    }
}
