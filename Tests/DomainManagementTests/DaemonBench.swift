import DomainLifecycle
import DomainManagement
import DomainModel
import DriverDomain
import HostInterface
import HypervisorInterface
import Logging
import SExpressions
import SimulatedHost
import SimulatedHypervisor
import Simulation
import Synchronization
import Testing

/// A simulated host whose daemon is just the domain manager, driven from outside the world.
final class DaemonBench: Sendable {
    let world: SimulatedWorld
    let alpha: SimulatedHost
    private let life = Mutex<(manager: DomainManager, machine: Machine, host: Host)?>(nil)
    let events = Mutex<[String]>([])

    init(seed: UInt64 = 0, memory: Int = 4096) {
        world = SimulatedWorld(seed: seed)
        alpha = world.addHost(MachineConfiguration(memory: MemorySize(mebibytes: memory)))
        for path in ["/srv/disk.img", "/boot/vmlinuz"] { alpha.files.install(path, [1, 2, 3]) }
    }

    private var present: (manager: DomainManager, machine: Machine, host: Host) {
        guard let life = life.withLock({ $0 }) else { fatalError("no daemon runs") }
        return life
    }
    var manager: DomainManager { present.manager }
    /// The machine as whoever runs in domain 0 can ask it, in this life of the daemon.
    var machine: Machine { present.machine }
    /// Its host.
    var host: Host { present.host }

    /// Starts a life of the daemon.
    func start(_ change: @Sendable (inout ManagerSettings) -> Void = { _ in }) throws {
        let (machine, host) = alpha.startIncarnation()
        var settings = ManagerSettings()
        change(&settings)
        let hub = EventHub(clock: host.clock, tasks: host.tasks)
        hub.observe { [weak self] numbered in
            self?.events.withLock { $0.append("\(numbered.event.expression)") }
        }
        let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let manager = DomainManager(machine: machine, host: host, settings: settings, events: hub, log: log)
        life.withLock { $0 = (manager, machine, host) }
        try run { try await manager.start() }
    }

    /// Runs `body` as a task of the world until it ends, in at most an hour of the world's time.
    @discardableResult
    func run<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) throws -> Value {
        defer { #expect(world.executor.foreignJobs == 0) }
        do {
            return try world.complete(body)
        } catch let unfinished as SimulatedWorld.Unfinished {
            Issue.record("nothing moved any more")
            throw unfinished
        }
    }

    func advance(_ duration: Duration) { world.executor.advance(by: duration) }

    @discardableResult
    func perform(_ operation: Operation) throws -> OperationResult {
        let manager = manager
        return try run { try await manager.submit(operation, for: Requester("test")) }
    }

    @discardableResult
    func perform(_ operation: DomainOperation, on name: String = "web") throws -> OperationResult {
        try perform(.domain(DomainReference(name), operation))
    }

    @discardableResult
    func create(_ fields: String = "", name: String = "web") throws -> DomainInformation {
        let text = "(vm (name \(name)) (memory 64) (image (linux (kernel /boot/vmlinuz))) \(fields))"
        let config = try DomainConfig(SExpression.parseFirst(text))
        guard case .domain(let information) = try perform(.create(config)) else {
            throw OperationError(.failed, "create answered something else")
        }
        return information
    }

    func domains() throws -> [DomainInformation] {
        let manager = manager
        return try run { await manager.domains().map(\.information) }
    }

    func domain(_ name: String = "web") throws -> DomainInformation {
        let manager = manager
        return try run { try await manager.domain(DomainReference(name)) }
    }

    func notices() throws -> [String] {
        let manager = manager
        return try run { await manager.notices }
    }

    static let devices = """
        (device (vif (mac aa:00:00:00:00:01))) (device (vif (mac aa:00:00:00:00:02) (bridge xen-br0)))
        (device (vbd (uname phy:sda8) (dev sda1) (mode w))) (device (vbd (uname file:/srv/disk.img) (dev sda2) (mode w)))
        """
}
