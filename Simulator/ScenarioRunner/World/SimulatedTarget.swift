import DomainModel
import HostInterface
import SExpressions
import Simulation
import SimulatedHost
import SimulatedHypervisor

/// Runs a scenario in this process: deterministic, in virtual time.
final class SimulatedTarget: ScenarioTarget {
    let world: ScenarioWorld
    private let scenario: Scenario
    private var faultCount: [String: Int] = [:]
    var onFault: (String) -> Void = { _ in }

    /// Booting a daemon takes no more.
    private static let startLimit = Duration.seconds(3600)

    init(_ scenario: Scenario, seed: UInt64, order: ExecutionOrder) {
        self.scenario = scenario
        world = ScenarioWorld(seed: seed, order: order)
    }

    var now: Duration { world.now - Instant(nanoseconds: 0) }
    var wallTime: Double { SimulationClock.defaultStart.seconds + now.inSeconds }
    var foreignJobs: Int { world.foreignJobs }

    // MARK: Setup

    func begin() throws(ScenarioFailure) {
        for setup in scenario.setup.hosts {
            let host = world.addHost(setup)
            host.onFault = { [weak self] in self?.onFault($0) }
            Fitting.configure(host.host, setup, of: scenario.setup)
        }
        for item in scenario.setup.items { try change(item) }
        for host in world.hosts { try start(host) }
    }

    func end() { world.shutDown() }

    func change(_ item: SetupItem) throws(ScenarioFailure) {
        if case .receiver(let name, let behaviour) = item.kind {
            let manner: Receivers.Manner =
                switch behaviour {
                case .answers: .answers(200)
                case .hangs: .hangs
                case .refuses: .refuses
                }
            world.world.network.receivers.add(name, manner)
            return
        }
        for host in world.hosts where item.host == nil || item.host == host.name {
            Fitting.apply(item.kind, to: host.host)
        }
    }

    func url(ofReceiver name: String) -> String { world.world.network.receivers.url(name) }

    private func find(_ name: String) throws(ScenarioFailure) -> RunningHost {
        guard let host = world.host(name) else { throw ScenarioFailure("there is no host \(name)") }
        return host
    }

    // MARK: Time

    func run(until condition: () throws -> Bool, limit: Duration) rethrows -> Bool {
        try world.run(until: condition, limit: limit)
    }

    func advance(by duration: Duration) { world.advance(by: duration) }

    func settle(_ openRequests: () -> [String]) throws(ScenarioFailure) {
        let open = world.settle(openRequests)
        guard open.isEmpty else {
            throw ScenarioFailure("after an hour still open: " + open.joined(separator: "; "))
        }
    }

    // MARK: Connections

    func openHTTP(_ host: String) throws(ScenarioFailure) -> any ByteStream {
        guard let connection = try find(host).connectHTTP(from: "127.0.0.1") else {
            throw ScenarioFailure("connection refused: no xend listens on \(host)")
        }
        return connection
    }

    func hostHeader(_ host: String) -> String { "localhost:\(world.host(host)?.httpPort ?? 8000)" }

    func openTCP(_ host: String, port: UInt16) throws(ScenarioFailure) -> any ByteStream {
        // Consoles and debug port accept connections from the machine itself only, unless configured otherwise.
        MemoryTCP(
            world.world.client(on: host), tasks: world.world.executor, host: "localhost", port: port,
            deadline: world.now + .seconds(60))
    }

    // MARK: Guests, faults, machines

    func guest(_ act: GuestAct, domain: String, host: String) throws(ScenarioFailure) {
        let running = try find(host)
        let machine = running.host.machine
        guard let id = running.host.domainID(named: domain) else {
            throw ScenarioFailure("there is no domain \(domain) on \(host)")
        }
        let done =
            switch act {
            case .shutdown(let reason): machine.guestShutdown(id, .named(reason))
            case .crash: machine.guestCrash(id)
            case .hang: machine.guestHang(id)
            case .prints(let text): machine.guestPrint(id, text)
            case .dirties(let rate, let within): machine.guestDirty(id, rate: rate, range: within)
            }
        guard done else { throw ScenarioFailure("the guest in \(domain) on \(host) does not run") }
        world.runUntilIdle()
    }

    func fault(_ point: FaultPoint, _ selector: FaultSelector, _ action: FaultAction, host: String) throws(ScenarioFailure) {
        var place = host
        if point.kind == .network { place = point.arguments[0] }
        let running = try find(place)
        running.host.faults.add(FaultTranslation.rule(point, selector, action, on: running.host))
    }

    func heal() {
        for host in world.hosts { host.host.faults.heal() }
        world.world.network.heal()
        world.runUntilIdle()
    }

    func daemon(_ act: Step.DaemonAct, host: String) throws(ScenarioFailure) {
        let running = try find(host)
        switch act {
        case .start: try start(running)
        case .stop: try stop(running)
        case .kill:
            running.kill()
            world.runUntilIdle()
        case .restart:
            try stop(running)
            try start(running)
        }
    }

    private func start(_ host: RunningHost) throws(ScenarioFailure) {
        guard host.state == .down else { throw ScenarioFailure("the daemon of \(host.name) runs already") }
        host.start()
        let isDone = world.run(until: { host.state != .starting }, limit: Self.startLimit)
        if let failure = host.startFailure { throw ScenarioFailure("xend cannot start on \(host.name): \(failure)") }
        guard isDone else { throw ScenarioFailure("xend has not started on \(host.name) within an hour") }
    }

    private func stop(_ host: RunningHost) throws(ScenarioFailure) {
        guard host.state == .up else { throw ScenarioFailure("no daemon runs on \(host.name)") }
        host.stop()
        guard world.run(until: { host.state == .down }, limit: Self.startLimit) else {
            throw ScenarioFailure("xend has not stopped on \(host.name) within an hour")
        }
    }

    func powerLoss(_ name: String) throws(ScenarioFailure) {
        try find(name).losePower()
        world.runUntilIdle()
    }

    func hostReboot(_ name: String) throws(ScenarioFailure) {
        let host = try find(name)
        if host.state == .up { try stop(host) }
        host.kill()
        if host.host.isOn { host.host.reboot() }
        try start(host)
    }

    func jumpClock(_ offset: Duration, host: String) throws(ScenarioFailure) {
        try find(host).host.jumpClock(by: offset)
    }

    // MARK: Files

    func copy(_ path: String, from: String, to: String) throws(ScenarioFailure) {
        guard let bytes = try find(from).host.files.contents(path) else {
            throw ScenarioFailure("there is no file \(path) on \(from)")
        }
        try find(to).host.files.install(path, bytes)
    }

    func write(_ path: String, _ text: String, host: String) throws(ScenarioFailure) {
        try find(host).host.files.install(path, SXPText.bytes(of: text))
    }

    func corrupt(_ path: String, host: String) throws(ScenarioFailure) {
        let files = try find(host).host.files
        guard var bytes = files.contents(path) else { throw ScenarioFailure("there is no file \(path) on \(host)") }
        // The middle third, so that neither the beginning nor the length gives it away.
        for index in bytes.count / 3..<max(bytes.count / 3 + 1, bytes.count * 2 / 3) where index < bytes.count {
            bytes[index] = ~bytes[index]
        }
        files.install(path, bytes.isEmpty ? [0xFF] : bytes)
    }

    func file(_ path: String, host: String) throws(ScenarioFailure) -> String? {
        let running = try find(host)
        if let bytes = running.host.files.contents(path) { return SXPText.string(decoding: bytes) }
        return path == "/var/log/xen/xend.log" ? running.log.text : nil
    }

    // MARK: Looking at the machine

    func log(_ host: String) throws(ScenarioFailure) -> String { try find(host).log.text }

    func memoryFree(_ host: String) throws(ScenarioFailure) -> Int {
        Int(try find(host).host.machine.freeMemory.mebibytes)
    }

    func leaks(_ host: String?) throws(ScenarioFailure) -> [String] {
        world.hosts.filter { (host == nil || $0.name == host) && $0.host.isOn }.flatMap { running in
            running.host.leaks().map { "\(running.name): \($0)" }
        }
    }

    func runs(_ domain: String, on host: String) throws(ScenarioFailure) -> String {
        let running = try find(host)
        guard running.host.isOn else { return "\(host) is off" }
        guard let id = running.host.domainID(named: domain), let report = running.host.machine.report(of: id) else {
            return "there is no domain \(domain) on \(host)"
        }
        if report.isDying { return "it is dying" }
        if report.isPaused { return "it is paused" }
        if let reason = report.shutdownReason { return "it has shut down (\(reason))" }
        for other in world.hosts where other.name != host && other.host.isOn {
            let twin = other.host.machine.reports.first { $0.uuid == report.uuid && !$0.isDying }
            if let twin, !twin.isPaused, twin.shutdownReason == nil { return "it runs on \(other.name) too" }
        }
        return "running"
    }

    func scriptCalls(_ path: String, host: String) throws(ScenarioFailure) -> [[String]] {
        let path = path.hasPrefix("/") ? path : "/etc/xen/" + path
        return try find(host).host.scripts.calls.filter { $0.path == path }.map(\.arguments)
    }

    func received(_ receiver: String) -> [[UInt8]] { world.world.network.receivers.received(receiver) }
}

extension SimulatedHost {
    /// The id of a domain by its name in xenstore, or by id; one that is dying only when there is no other.
    func domainID(named name: String) -> DomainID? {
        if let id = DomainID(text: name), machine.report(of: id) != nil { return id }
        var dying: DomainID?
        let names = Dictionary(machine.storeContents.map { ($0.path, $0.value) }) { first, _ in first }
        for report in machine.reports where names["/local/domain/\(report.id)/name"] == name {
            if !report.isDying { return report.id }
            dying = report.id
        }
        return dying
    }
}
