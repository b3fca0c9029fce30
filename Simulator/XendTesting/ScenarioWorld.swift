import DomainModel
import HostInterface
import NIOCore
import NIOEmbedded
import ScenarioLanguage
import SimulatedHost
import SimulatedHypervisor
import Simulation
import XendDaemon

/// A simulated world with daemons on its hosts, and somebody outside who moves its time.
///
/// ```
/// let world = ScenarioWorld(seed: 1)
/// let alpha = world.addHost(HostSetup(name: "alpha"))
/// alpha.start()
/// _ = world.run(until: { alpha.state == .up }, limit: .seconds(60))
/// ```
public final class ScenarioWorld {
    /// Time, chance and network of all hosts.
    public let world: SimulatedWorld
    /// In the order in which they were added.
    public private(set) var hosts: [RunningHost] = []
    private let poolSecret: String?
    private let loop = EmbeddedEventLoop()
    private var memories: [MemorySurroundings] = []

    /// Signals and drivers need this long at most to set off what follows from something: longer than each of the machine's
    /// latencies, far shorter than anything that a story waits for.
    package static let quietTime = Duration.milliseconds(50)

    /// The secret of the pool that all hosts of a world are of, unless somebody says otherwise.
    public static let defaultPoolSecret = "the secret of this scenario's pool"

    /// - Parameters:
    ///   - seed: chance: of faults with a probability, and of the order, if that is seeded.
    ///   - order: which of several tasks that are ready goes on.
    ///   - poolSecret: what all hosts know, so that domains migrate between them; nil: a host knows none unless its own
    ///     configuration names one.
    public init(
        seed: UInt64 = 0, order: ExecutionOrder = .fifo, poolSecret: String? = ScenarioWorld.defaultPoolSecret
    ) {
        self.poolSecret = poolSecret
        world = SimulatedWorld(seed: seed, executor: SimulationExecutor(mode: .virtual, order: order))
    }

    /// Virtual time since the world's beginning.
    public var now: Instant { world.executor.now }
    /// The world's chance, by its seed.
    public var random: SimulatedRandom { world.random }

    /// Adds a host, which is on, with the xend-config.sxp of its setup; its daemon is not started yet.
    @discardableResult
    public func addHost(_ setup: HostSetup) -> RunningHost { addHost(setup) { _ in } }

    /// The same, with the last word about what its daemon is started with.
    @discardableResult
    package func addHost(_ setup: HostSetup, adapt: @escaping (inout DaemonOptions) -> Void) -> RunningHost {
        let surroundings = MemorySurroundings(loop: loop, adapt: adapt)
        let host = RunningHost(world.addHost(setup.machine), world: world, surroundings: surroundings)
        Fitting.configure(host.host, setup, poolSecret: poolSecret)
        memories.append(surroundings)
        hosts.append(host)
        return host
    }

    /// nil: there is none of this name.
    public func host(_ name: String) -> RunningHost? { hosts.first { $0.name == name } }

    /// What can be done to the machines.
    public var acts: WorldActs { WorldActs(world: world) { [unowned self] in hosts } }

    /// The HTTP port of a host in memory; nil when nobody listens.
    func http(_ host: String) -> MemoryHTTP? {
        hosts.firstIndex { $0.name == host }.flatMap { memories[$0].http }
    }

    // MARK: Time

    /// Everything happens that can happen without time moving.
    public func runUntilIdle() {
        repeat {
            world.executor.runUntilIdle()
            loop.advanceTime(to: NIODeadline.uptimeNanoseconds(UInt64(max(0, now.nanoseconds))))
            for memory in memories { memory.http?.drain() }
        } while !world.executor.isIdle
    }

    /// Lets time jump from one thing that happens to the next until `condition` holds, but not beyond `limit` from now.
    /// - Returns: whether it holds.
    public func run(until condition: () throws -> Bool, limit: Duration) rethrows -> Bool {
        let end = now + limit
        runUntilIdle()
        while try !condition() {
            // Asking may have set something off: a step that follows another begins while it is asked.
            guard world.executor.isIdle else {
                runUntilIdle()
                continue
            }
            guard let next = world.executor.nextTimer, next <= end else {
                world.executor.advance(to: end)
                runUntilIdle()
                return try condition()
            }
            world.executor.advance(to: next)
            runUntilIdle()
        }
        return true
    }

    /// Lets time pass; what happens at its end is included.
    public func advance(by duration: Duration) {
        _ = run(until: { false }, limit: duration)
    }

    /// Moves from one thing that happens to the next while anything is open, an hour at most.
    /// - Parameters:
    ///   - limit: of virtual time.
    ///   - more: what else is open, each as a phrase.
    /// - Returns: what is still open; empty when all is settled.
    public func settle(limit: Duration = .seconds(3600), _ more: () -> [String] = { [] }) -> [String] {
        let end = now + limit
        while now < end {
            var open = openWork() + more()
            // Nothing is open, but a signal may be on its way that opens something.
            if open.isEmpty, !run(until: { !(openMachineWork() + more()).isEmpty }, limit: Self.quietTime) {
                open = openWork()
                if open.isEmpty { return [] }
            }
            guard let next = world.executor.nextTimer, next <= end else { break }
            world.executor.advance(to: next)
            runUntilIdle()
        }
        return openWork() + more()
    }

    /// What is open on the hosts, each as a phrase.
    public func openWork() -> [String] {
        runUntilIdle()
        return openMachineWork() + hosts.flatMap { host in ask { await host.openOperations() } }
    }

    private func openMachineWork() -> [String] { hosts.flatMap { $0.openMachineWork() } }

    /// Asks something of the world without letting time move. A daemon that cannot answer so fast has nothing to say.
    private func ask(_ question: @escaping @Sendable () async -> [String]) -> [String] {
        let box = Box<[String]>()
        world.spawn { box.value = await question() }
        runUntilIdle()
        return box.value ?? []
    }

    // MARK: The end

    /// Stops every daemon and lets what belonged to it unwind.
    public func shutDown() {
        for host in hosts { host.stop() }
        _ = run(until: { hosts.allSatisfy { $0.state == .down } }, limit: .seconds(60))
        for host in hosts { host.kill() }
        runUntilIdle()
        // Tasks that wait for something that never comes refer to the executor without owning it.
        _ = Unmanaged.passRetained(world.executor)
    }

    /// Jobs that came from other threads: zero in a world that can be repeated.
    public var foreignJobs: Int { world.executor.foreignJobs }
}

/// Carries a value out of a task of the world; written on the thread that reads it.
package final class Box<Value>: @unchecked Sendable {
    package var value: Value?

    package init() {}
}

extension HostSetup {
    /// The machine it describes.
    public var machine: MachineConfiguration {
        var machine = MachineConfiguration(
            name: name, memory: MemorySize(mebibytes: memory),
            domainZeroMemory: MemorySize(mebibytes: domainZeroMemory), cpus: cpus)
        if !hasPVH { (machine.canRun, machine.canMigrateLive) = ([.pv], []) }
        return machine
    }
}
