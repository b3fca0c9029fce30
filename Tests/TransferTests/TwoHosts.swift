import DomainLifecycle
import DomainManagement
import DomainModel
import HostInterface
import HypervisorInterface
import Logging
import Migration
import SExpressions
import SimulatedHost
import SimulatedHypervisor
import Simulation
import Synchronization
import Testing

/// Two simulated hosts of one pool, each with a domain manager that takes migrations.
final class TwoHosts: Sendable {
    static let secret = "the secret of a pool of two"

    let world: SimulatedWorld
    let alpha: SimulatedHost
    let beta: SimulatedHost
    private let lives = Mutex<[String: DomainManager]>([:])
    let events = Mutex<[String]>([])

    init(seed: UInt64 = 0, memory: Int = 1024) {
        world = SimulatedWorld(seed: seed)
        alpha = world.addHost(MachineConfiguration(name: "alpha", memory: MemorySize(mebibytes: memory)))
        beta = world.addHost(MachineConfiguration(name: "beta", memory: MemorySize(mebibytes: memory)))
        for host in [alpha, beta] {
            for path in ["/srv/disk.img", "/boot/vmlinuz"] { host.files.install(path, [1, 2, 3]) }
        }
    }

    func manager(_ host: SimulatedHost) -> DomainManager? { lives.withLock { $0[host.name] } }

    /// Starts a life of a host's daemon.
    ///
    /// - Parameter checkpoint: told of each step before it is taken.
    func start(
        _ host: SimulatedHost, secret: String? = TwoHosts.secret,
        checkpoint: (@Sendable (@Sendable () -> String) async throws -> Void)? = nil
    ) throws {
        let (machine, handles) = host.startIncarnation()
        let name = host.name
        let hub = EventHub(clock: handles.clock, tasks: handles.tasks)
        hub.observe { [weak self] numbered in
            self?.events.withLock { $0.append("\(name): \(numbered.event.expression)") }
        }
        let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        var managerSettings = ManagerSettings()
        managerSettings.checkpoint = checkpoint
        let manager = DomainManager(
            machine: machine, host: handles, settings: managerSettings, events: hub, log: log)
        lives.withLock { $0[name] = manager }
        var settings = MigrationSettings()
        settings.secret = secret.flatMap { PoolSecret(Array($0.utf8)) }
        settings.httpPort = 8000
        let used = settings
        try run {
            _ = try await manager.reserveMigration(used, address: "", port: 8002)
            try await manager.start()
            await manager.startMigration()
        }
    }

    func startBoth() throws {
        try start(alpha)
        try start(beta)
    }

    /// Runs `body` as a task of the world until it ends.
    @discardableResult
    func run<Value: Sendable>(
        limit: Duration = .seconds(3600), _ body: @escaping @Sendable () async throws -> Value
    ) throws -> Value {
        defer { #expect(world.executor.foreignJobs == 0) }
        return try world.complete(within: limit, body)
    }

    func advance(_ duration: Duration) { world.executor.advance(by: duration) }

    @discardableResult
    func perform(
        _ operation: Operation, on host: SimulatedHost, limit: Duration = .seconds(3600)
    ) throws -> OperationResult {
        guard let manager = manager(host) else { throw OperationError(.failed, "no daemon runs") }
        return try run(limit: limit) { try await manager.submit(operation, for: Requester("test")) }
    }

    @discardableResult
    func perform(
        _ operation: DomainOperation, on host: SimulatedHost, limit: Duration = .seconds(3600)
    ) throws -> OperationResult {
        try perform(.domain(DomainReference("web"), operation), on: host, limit: limit)
    }

    /// A domain with devices that runs on alpha.
    func createRunning(_ fields: String = TwoHosts.devices, memory: Int = 16) throws {
        let text = "(vm (name web) (memory \(memory)) (image (linux (kernel /boot/vmlinuz))) \(fields))"
        try perform(.create(DomainConfig(SExpression.parseFirst(text))), on: alpha)
        try perform(.unpause, on: alpha)
        advance(.seconds(5))
    }

    func domains(_ host: SimulatedHost) throws -> [DomainInformation] {
        guard let manager = manager(host) else { return [] }
        return try run { await manager.domains().map(\.information) }.filter { $0.id != .zero }
    }

    func tasks(_ host: SimulatedHost) throws -> [TaskInformation] {
        guard let manager = manager(host) else { return [] }
        return try run { await manager.tasks() }
    }

    static let devices = """
        (device (vif (mac aa:00:00:00:00:01))) (device (vif (mac aa:00:00:00:00:02) (bridge xen-br0)))
        (device (vbd (uname phy:sda8) (dev sda1) (mode w))) (device (vbd (uname file:/srv/disk.img) (dev sda2) (mode w)))
        """

    /// How many copies of the domain the machines let run: what must never be more than one.
    var runningCopies: Int {
        [alpha, beta].filter { host in
            guard host.isOn else { return false }
            return host.machine.reports.contains { report in
                report.id != .zero && !report.isPaused && !report.isDying && report.shutdownReason == nil
            }
        }.count
    }

    /// Every copy of the domain, in whatever state.
    var copies: Int {
        [alpha, beta].reduce(0) { count, host in
            count + (host.isOn ? host.machine.reports.count { $0.id != .zero && !$0.isDying } : 0)
        }
    }
}
