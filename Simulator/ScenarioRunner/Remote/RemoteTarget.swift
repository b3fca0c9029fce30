import DomainManagement
import Glibc
import SExpressions
import ScenarioLanguage
import SimulatedHypervisor
import XendTesting

/// Runs a scenario against a daemon that is running somewhere, over sockets.
///
/// `xend-sim` has `/simulator`, by which machines are set up, guests act, things go wrong and time passes. Any other xend is
/// asked over HTTP alone, and scenarios that need more are skipped.
final class RemoteTarget: ScenarioTarget {
    private let scenario: Scenario
    private let address: RemoteAddress
    private var hosts: [String: RemoteAddress] = [:]
    /// What the target calls the scenario's hosts.
    private var names: [String: String] = [:]
    private var isVirtual = false
    private var wallOffset = 0.0
    private let start = ContinuousClock.now
    private var receivers: [String: String] = [:]
    var onFault: (String) -> Void = { _ in }
    var onDeed: ((String, Int, Deed) -> Void)?
    let foreignJobs = 0

    /// Between two looks at sockets, in microseconds.
    private static let nap: UInt32 = 1000
    /// After so many naps without news virtual time is moved on.
    private static let patience = 10

    init(_ scenario: Scenario, _ address: RemoteAddress) {
        self.scenario = scenario
        self.address = address
    }

    var now: Duration { isVirtual ? .nanoseconds(Int64(virtualNow * 1e9)) : ContinuousClock.now - start }
    var wallTime: Double { now / .seconds(1) + wallOffset }
    private var virtualNow = 0.0

    // MARK: Fit to run

    /// Why the target cannot run the scenario in full; nil when it can.
    func obstacle() -> String? {
        // A daemon that has just been stopped by another scenario comes back.
        for _ in 0..<200 {
            if (try? get("/xend/node", at: address).expression?.isElement("node")) == true
                || (try? hasSimulator()) == true
            {
                break
            }
            usleep(25_000)
        }
        do throws(ScenarioFailure) {
            if scenario.setup.toleratesFailures || scenario.setup.isShuffled {
                return "what it looks at can be seen in one process only"
            }
            guard let host = try get("/simulator", at: address).expression?.child("host") else {
                if scenario.setup.needs.contains(.simulator) { return "it needs a simulated machine" }
                return ScenarioNeeds(scenario).simulator.map {
                    "the target has no /simulator, which (\($0) …) needs"
                }
            }
            return obstacle(on: host)
        } catch {
            return error.description
        }
    }

    /// - Parameter host: what `/simulator` says of its first host.
    private func obstacle(on host: SExpression) -> String? {
        let setup = scenario.setup
        let first = setup.hosts[0]
        if setup.needs.contains(.xen) { return "it needs a real Xen" }
        if !first.config.isEmpty { return "its first host has a configuration of its own" }
        if setup.hosts.count > 1, !setup.poolIsShared { return "its hosts share no secret" }
        if host.childText("memory") != String(first.memory) { return "it needs a machine of \(first.memory) MB" }
        if host.childText("cpus") != String(first.cpus) { return "it needs a machine with \(first.cpus) cpus" }
        return nil
    }

    private func hasSimulator() throws(ScenarioFailure) -> Bool {
        try get("/simulator", at: address).expression?.isElement("simulator") ?? false
    }

    // MARK: Setup

    func begin() throws(ScenarioFailure) {
        hosts[scenario.setup.hosts[0].name] = address
        guard try hasSimulator() else { return }
        let before = try get("/simulator", at: address).expression?.childText("resets")
        try control("(reset)")
        var state: SExpression?
        // The daemon that answers is stopped and started; the port is closed for a moment.
        for _ in 0..<3000 {
            usleep(10_000)
            _ = try? control("(next)")
            state = try? get("/simulator", at: address).expression
            if state?.childText("resets") != before, state?.child("host")?.childText("daemon") == "up" { break }
        }
        guard let state, let host = state.child("host") else {
            throw ScenarioFailure("the simulator has not come back after (reset)")
        }
        isVirtual = state.childText("mode") == "virtual"
        names[scenario.setup.hosts[0].name] = host.childText("name") ?? "alpha"
        note(state)
        for setup in scenario.setup.hosts.dropFirst() { try add(setup) }
        for item in scenario.setup.items { try change(item) }
    }

    private func add(_ setup: HostSetup) throws(ScenarioFailure) {
        guard let url = try control(setup.form).child(at: 0)?.childText("url"), let address = RemoteAddress(url) else {
            throw ScenarioFailure("the simulator did not make the host \(setup.name)")
        }
        hosts[setup.name] = address
    }

    func end() {
        // What is left would be in the way of the next; (reset) does it where there is one.
        guard (try? hasSimulator()) == false, let list = try? get("/xend/domain", at: address).expression?.list else {
            return
        }
        for name in list.compactMap(\.atom) where name != "Domain-0" {
            _ = try? exchange(
                .post(WireRequest.path(ofDomain: name), [("op", "destroy"), ("reason", "halt")]), at: address)
        }
    }

    private func change(_ item: SetupItem) throws(ScenarioFailure) {
        guard case .binding = item.kind else {
            let answer = try control(item.source.literalText)
            if case .receiver(let name, _) = item.kind { receivers[name] = answer.child(at: 0)?.atom }
            return
        }
    }

    func url(ofReceiver name: String) -> String { receivers[name] ?? "" }

    // MARK: Time

    private func note(_ state: SExpression) {
        guard let time = state.childText("time").flatMap(Double.init) else { return }
        if isVirtual { virtualNow = time }
        if let wall = state.child("host")?.childText("wall").flatMap(Double.init) {
            wallOffset = wall - now / .seconds(1)
        }
    }

    private func readClock() { if let state = try? get("/simulator", at: address).expression { note(state) } }

    func run(until condition: () throws -> Bool, limit: Duration) rethrows -> Bool {
        let end = now + limit
        var naps = 0
        while try !condition() {
            guard now < end else { return false }
            usleep(Self.nap)
            naps += 1
            guard isVirtual, naps >= Self.patience else { continue }
            naps = 0
            _ = try? control("(next)")
            readClock()
        }
        return true
    }

    func advance(by duration: Duration) throws(ScenarioFailure) {
        if names.isEmpty {
            usleep(UInt32(clamping: duration.nanoseconds / 1000))
        } else {
            try control("(advance \(TimeText.text(duration)))")
            readClock()
        }
    }

    func settle(_ openRequests: () -> [String]) throws(ScenarioFailure) {
        guard !names.isEmpty else { return try settleByAsking(openRequests) }
        repeat {
            try control("(settle)")
            readClock()
        } while !openRequests().isEmpty
    }

    /// A daemon without a simulator: nothing under way for a second.
    private func settleByAsking(_ openRequests: () -> [String]) throws(ScenarioFailure) {
        var calm = 0
        for _ in 0..<36_000 {
            let answer = try get("/xend/domain?detail=1", at: address)
            let isBusy =
                answer.expression?.list?.contains {
                    $0.child("operation") != nil || ["pending", "booting"].contains($0.childText("restart_state"))
                } ?? false
            calm = isBusy || !openRequests().isEmpty ? 0 : calm + 1
            if calm == 10 { return }
            usleep(100_000)
        }
        throw ScenarioFailure("after an hour something is still open")
    }

    // MARK: Connections

    private func find(_ host: String) throws(ScenarioFailure) -> RemoteAddress {
        guard let address = hosts[host] else { throw ScenarioFailure("there is no host \(host)") }
        return address
    }

    func openHTTP(_ host: String, from origin: String?) throws(ScenarioFailure) -> any ByteStream {
        let address = try find(host)
        return try Socket(host: address.host, port: address.port, alias: host)
    }

    func hostHeader(_ host: String) -> String { (hosts[host] ?? address).authority }

    func chosenDebugPort(of host: String) throws(ScenarioFailure) -> UInt16? {
        guard !names.isEmpty else { return nil }
        return try ask("(state \(on(host)))").childText("debug-port").flatMap { UInt16($0) }
    }

    func openTCP(_ host: String, port: UInt16, from origin: String?) throws(ScenarioFailure) -> any ByteStream {
        try Socket(host: try find(host).host, port: port)
    }

    private func get(_ path: String, at address: RemoteAddress) throws(ScenarioFailure) -> Answer {
        try exchange(.get(path), at: address)
    }

    /// Asks and waits, an hour at most.
    private func exchange(_ request: WireRequest, at address: RemoteAddress) throws(ScenarioFailure) -> Answer {
        let socket = try Socket(host: address.host, port: address.port)
        let exchange = HTTPExchange(request, on: socket, hostHeader: address.authority)
        for _ in 0..<3_600_000 {
            guard exchange.poll() else {
                usleep(Self.nap)
                continue
            }
            if let answer = exchange.answer { return answer }
            throw ScenarioFailure("\(request.method) \(request.path): \(exchange.problem ?? "no answer")")
        }
        throw ScenarioFailure("\(request.method) \(request.path) was not answered within an hour")
    }

    // MARK: The simulator

    /// Posts forms to `/simulator`; answers `(ok VALUE…)`.
    @discardableResult
    private func control(_ forms: String) throws(ScenarioFailure) -> SExpression {
        // When a fault kills the daemon, its place is taken a moment later.
        for _ in 0..<Self.patience where (try? Socket(host: address.host, port: address.port)) == nil { usleep(20_000) }
        let answer = try exchange(.post("/simulator", [("forms", forms)]), at: address)
        if let error = answer.error { throw ScenarioFailure(error) }
        return answer.expression ?? []
    }

    /// `(on HOST)` in the target's words.
    private func on(_ host: String) -> String { "(on \(names[host] ?? host))" }

    private func ask(_ form: String) throws(ScenarioFailure) -> SExpression { try control(form).child(at: 0) ?? [] }

    func perform(_ act: MachineAct, on host: String) throws(ScenarioFailure) {
        if case .life(let act) = act { return try live(act, host) }
        if case .change(let item) = act { return try change(item) }
        try send(act, on: host)
        readClock()
    }

    private func live(_ act: LifeAct, _ host: String) throws(ScenarioFailure) {
        switch act {
        case .daemon(let act): try daemon(act, host: host)
        case .powerLoss(let name): try powerLoss(name)
        case .hostReboot(let name): try hostReboot(name)
        }
    }

    private func send(_ act: MachineAct, on host: String) throws(ScenarioFailure) {
        try control(act.form(on: host) { names[$0] ?? $0 })
    }

    private func daemon(_ act: LifeAct.DaemonAct, host: String) throws(ScenarioFailure) {
        try send(.life(.daemon(act)), on: host)
        try waitFor("daemon of \(host)", host) { state in
            switch act {
            case .start, .restart: state.childText("daemon") == "up" ? true : nil
            case .stop, .kill: state.childText("daemon") == "down" ? true : nil
            }
        }
    }

    /// Waits until a host is in some state. What was ordered begins a moment after the answer.
    private func waitFor(
        _ what: String, _ host: String, _ isThere: (SExpression) -> Bool?
    ) throws(ScenarioFailure) {
        for round in 0..<3000 {
            usleep(round == 0 ? 150_000 : 20_000)
            if isVirtual { _ = try? control("(next)") }
            guard let state = try? ask("(state \(on(host)))") else { continue }
            if isThere(state) == true {
                readClock()
                return
            }
        }
        throw ScenarioFailure("the \(what) is not where it should be after a minute")
    }

    private func powerLoss(_ host: String) throws(ScenarioFailure) {
        try send(.life(.powerLoss(host: host)), on: host)
        try waitFor("power of \(host)", host) { $0.childText("power") == "off" ? true : nil }
    }

    private func hostReboot(_ host: String) throws(ScenarioFailure) {
        let boots = try ask("(state \(on(host)))").childText("boots")
        try send(.life(.hostReboot(host: host)), on: host)
        try waitFor("daemon of \(host)", host) { state in
            state.childText("boots") != boots && state.childText("daemon") == "up" ? true : nil
        }
    }

    func file(_ path: String, host: String) throws(ScenarioFailure) -> String? {
        try ask("(contents \(on(host)) \(SExpression.atom(path)))").child(at: 0)?.atom
    }

    func log(_ host: String) throws(ScenarioFailure) -> String { try get("/xend/node/log", at: try find(host)).text }

    func memoryFree(_ host: String) throws(ScenarioFailure) -> Int {
        let answer = try ask("(memory-free \(on(host)))")
        guard let number = answer.child(at: 0)?.atom.flatMap({ Int($0) }) else {
            throw ScenarioFailure("the simulator does not tell the free memory: \(answer)")
        }
        return number
    }

    func leaks(_ host: String?) throws(ScenarioFailure) -> [String] {
        try ask("(leaks \(host.map(on) ?? ""))").children().compactMap(\.atom)
    }

    func runs(_ domain: String, on host: String) throws(ScenarioFailure) -> String {
        try ask("(runs \(on(host)) \(SExpression.atom(domain)))").child(at: 0)?.atom ?? "the simulator does not tell"
    }

    func scriptCalls(_ path: String, host: String) throws(ScenarioFailure) -> [[String]] {
        try ask("(script-calls \(on(host)) \(SExpression.atom(path)))").children().map {
            ($0.list ?? []).compactMap(\.atom)
        }
    }

    func received(_ receiver: String) throws(ScenarioFailure) -> [[UInt8]] {
        try ask("(received \(receiver))").children().compactMap(\.atom).map { SXPText.bytes(of: $0) }
    }
}
