import DomainModel
import HostInterface
import SimulatedHypervisor
import Simulation
import Synchronization

/// A simulated world: an executor with its clock, a seed, and hosts with a network between them.
///
/// ```
/// let world = SimulatedWorld(seed: 1)
/// let alpha = world.addHost(MachineConfiguration(name: "alpha"))
/// let (machine, host) = alpha.startIncarnation()   // what a daemon gets
/// world.spawn { try? await machine.store.write("/tool/x", "1") }
/// world.executor.advance(by: .seconds(1))
/// ```
///
/// The driver (a test, a scenario runner) calls it while the executor stands still; tasks of the world while it runs.
/// `@unchecked Sendable` for that reason: never both at once, and always one thread.
public final class SimulatedWorld: @unchecked Sendable {
    /// Runs everything on all hosts; time moves by it.
    public let executor: SimulationExecutor
    /// Of all chance in this world.
    public let seed: UInt64
    /// Chance for whoever plays a user.
    public let random: SimulatedRandom
    /// Between all hosts.
    public let network: SimulatedNetwork
    /// In the order in which they were added.
    public private(set) var hosts: [SimulatedHost] = []
    private let timeline: Timeline

    /// - Parameter executor: in virtual time and first-in-first-out order unless told otherwise.
    public init(seed: UInt64 = 0, executor: SimulationExecutor = SimulationExecutor()) {
        self.executor = executor
        self.seed = seed
        random = SimulatedRandom(seed: seed)
        timeline = Timeline(executor: executor, random: random.fork("machines"))
        network = SimulatedNetwork(timeline: timeline, random: random.fork("network"))
    }

    /// Adds a host, which is on and has no daemon yet.
    /// - Precondition: no other host has this name.
    @discardableResult
    public func addHost(
        _ configuration: MachineConfiguration, latencies: HostLatencies = HostLatencies()
    ) -> SimulatedHost {
        precondition(!hosts.contains { $0.name == configuration.name }, "two hosts are called \(configuration.name)")
        let host = SimulatedHost(
            configuration, latencies: latencies, timeline: timeline, random: random.fork("host \(configuration.name)"),
            network: network)
        hosts.append(host)
        network.add(host)
        return host
    }

    /// Takes a host away for good: its power is gone and nobody reaches it any more.
    public func removeHost(_ name: String) {
        host(name)?.losePower()
        hosts.removeAll { $0.name == name }
        network.remove(name)
    }

    /// The host of this name.
    public func host(_ name: String) -> SimulatedHost? { hosts.first { $0.name == name } }

    /// Starts a task of the world.
    @discardableResult
    public func spawn(_ body: @escaping @Sendable () async -> Void) -> Task<Void, Never> { executor.spawn(body) }

    /// Nothing moved any more, or the time was up, and the task had not ended.
    public struct Unfinished: Error {}

    /// Runs `body` as a task of the world until it ends. What it leaves behind goes on when time does.
    ///
    /// - Parameter limit: of the world's time.
    /// - Throws: what it throws, or `Unfinished`.
    public func complete<Value: Sendable>(
        within limit: Duration = .seconds(3600), _ body: @escaping @Sendable () async throws -> Value
    ) throws -> Value {
        let box = Mutex<Result<Value, any Error>?>(nil)
        spawn {
            do {
                let value = try await body()
                box.withLock { $0 = .success(value) }
            } catch {
                box.withLock { $0 = .failure(error) }
            }
        }
        _ = executor.run(until: { box.withLock { $0 != nil } }, limit: executor.now + limit)
        guard let result = box.withLock({ $0 }) else { throw Unfinished() }
        return try result.get()
    }

    /// The network as clients see it that are on none of the hosts.
    public var outside: ClientNetwork {
        ClientNetwork(network: network, place: SimulatedNetwork.outside, user: 0)
    }

    /// The network as a client sees it that runs on a host itself.
    ///
    /// - Parameter user: the uid of the client's process.
    public func client(on host: String, of user: UInt32 = 0) -> ClientNetwork {
        ClientNetwork(network: network, place: host, user: user)
    }

    /// On which hosts a domain of this uuid exists and is not dying; more than one is a disaster unless all but one
    /// are paused or suspended.
    public func owners(of uuid: DomainUUID) -> [SimulatedHost] {
        hosts.filter { host in
            host.isOn && host.machine.reports.contains { $0.uuid == uuid && !$0.isDying }
        }
    }
}
