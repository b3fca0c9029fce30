import Cockpit
import Glibc
import HostInterface
import LinuxHost
import NIOPosix
import SExpressions
import ScenarioLanguage
import SimulatedHost
import Synchronization
import XendDaemon
import XendTesting

import class Simulation.SimulationExecutor

/// The machine with its daemon, from start to stop.
///
/// `@unchecked Sendable`: the main thread drives the executor; everything else here happens on it.
final class Simulation: @unchecked Sendable {
    struct Options: Sendable {
        var root: String
        var config: String?
        var port: UInt16?
        var keepsDatabase: Bool
        var isVirtual: Bool
        /// What the machine is asked takes no time.
        var isInstant: Bool
        var minimumRestartSeconds: Double?
        var seed: UInt64
        /// What the hosts of this process, and of others that are told the same, know of each other; nil: this process makes it.
        var poolSecret: [UInt8]?
        /// How the files that the process may have open are divided.
        var descriptors: DescriptorShares?
        /// Under all sockets.
        let loops = SocketLoops()
    }

    private let options: Options
    private let world: SimulatedWorld
    private let executor: SimulationExecutor
    private let pacemaker: Pacemaker
    /// What the hosts of this process know, so that domains migrate between them; another one in each process.
    private let poolSecret: [UInt8]
    private var hosts: [RunningHost] = []
    private var surroundings: [SocketSurroundings] = []
    private var control: SimulatorControl?
    private let isStopping = Atomic(false)
    private var isOver = false
    private var hasFailed = false

    init(options: Options, first: HostSetup) {
        poolSecret = options.poolSecret ?? Self.newSecret()
        self.options = options
        executor = SimulationExecutor(mode: options.isVirtual ? .virtual : .real)
        world = SimulatedWorld(seed: options.seed, executor: executor)
        pacemaker = Pacemaker(options.isVirtual ? executor : nil)
        let control = SimulatorControl(world: world) { [unowned self] in hosts }
        control.addHost = { [unowned self] in add($0, isFirst: false) }
        control.removeHost = { [unowned self] in remove($0) }
        control.quiet = { [pacemaker] in await pacemaker.quiet() }
        control.url = { [unowned self] host in
            hosts.firstIndex { $0 === host }.flatMap { surroundings[$0].url }
        }
        self.control = control
        _ = add(first, isFirst: true)
    }

    /// Of letters, as it may be kept in a file.
    static func newSecret() -> [UInt8] { LinuxRandom().bytes(32).flatMap { Array(String($0, radix: 16).utf8) } }

    @discardableResult
    private func add(_ setup: HostSetup, isFirst: Bool) -> RunningHost {
        var configuration = setup.machine
        if options.isInstant { configuration.latencies = .none }
        let host = world.addHost(configuration, latencies: options.isInstant ? .none : HostLatencies())
        // The kernel's boot_id decides: it is another one in each run, since the machine ended with the last.
        host.hasBootRecords = false
        if !options.isVirtual { host.jumpClock(by: LinuxClock().wallTime - host.wallTime) }
        host.files.install(SocketSurroundings.secretPath, poolSecret)
        let world = world
        let around = SocketSurroundings(
            options: options, isFirst: isFirst, name: setup.name, declared: setup.configurationText,
            pacemaker: pacemaker, tasks: executor, hasHost: { world.host($0) != nil },
            receivers: world.network.receivers.url(""),
            control: { [unowned self] in control })
        let root = around.hostRoot
        for directory in SimulatedHost.directories { RealFiles.makeDirectories(root.files + directory) }
        host.kernels.fallback = GuestBehaviour()
        let files = CountingFiles(LinuxFiles(root: root), pacemaker)
        let keepsDatabase = options.keepsDatabase
        let database = around.databasePaths
        host.realFiles = { path in
            if path.hasPrefix("/dev/") || path == SocketSurroundings.secretPath { return nil }
            if !keepsDatabase, database.contains(where: { path == $0 || path.hasPrefix($0 + "/") }) { return nil }
            return files
        }
        host.realContents = RootedContents(root: root)
        host.fileSizes = { path in RealFiles.size(root.file(path)) }
        host.fileIdentities = { path in RealFiles.identity(root.file(path)) }
        let running = RunningHost(host, world: world, surroundings: around)
        hosts.append(running)
        surroundings.append(around)
        if isFirst {
            control?.note(setup.with(configuration: try? around.configuration(of: host), options.minimumRestartSeconds))
        }
        return running
    }

    private func remove(_ host: RunningHost) {
        guard let place = hosts.firstIndex(where: { $0 === host }) else { return }
        world.removeHost(host.name)
        hosts.remove(at: place)
        let around = surroundings.remove(at: place)
        executor.spawn { await around.close() }
    }

    /// Runs until a signal comes.
    /// - Returns: whether all went well.
    /// - Throws: when the process cannot even wait for a signal.
    func run() throws -> Bool {
        executor.spawn { [self] in await begin() }
        try StopSignals.whenFirst(limit: Self.processLimit) { [self] in
            isStopping.store(true, ordering: .sequentiallyConsistent)
            executor.spawn { [self] in await end() }
        }
        if options.isVirtual { executor.runForever { [self] in isOver } } else { runOnEventLoop() }
        return !hasFailed
    }

    /// In real time this thread is also the one that serves the sockets.
    private func runOnEventLoop() {
        MultiThreadedEventLoopGroup.withCurrentThreadAsEventLoop { [self] loop in
            options.loops.use(loop)
            LoopDriver(executor, loop) { [self] in isOver }.start()
        }
    }

    private func begin() async {
        pacemaker.began()
        defer { pacemaker.ended() }
        let host = hosts[0]
        host.start()
        while host.state == .starting { await rest() }
        guard host.state == .up, let url = surroundings[0].url else {
            if !isStopping.load(ordering: .sequentiallyConsistent) {
                Output.complain("cannot start: \(host.startFailure ?? "the daemon has ended")")
                hasFailed = true
            }
            // Its log says why, too.
            await surroundings[0].close()
            isOver = true
            executor.wake()
            return
        }
        if await host.daemon?.definedDomains(nil).isEmpty == false {
            control?.remarks = ["The root had domains that an earlier run has defined. They are no part of this story."]
        }
        // At once, for who reads the first line alone and closes the pipe.
        let migrations = surroundings[0].outsideMigrationPort.map { "\ntaking migrations on port \($0)" } ?? ""
        Output.line("listening on \(url)/xend\(migrations)")
    }

    private func end() async {
        pacemaker.began()
        defer { pacemaker.ended() }
        let limit = executor.now + Self.stopLimit
        for host in hosts {
            // What is asked of a daemon that is still starting would be lost.
            while host.state == .starting, executor.now < limit { await rest() }
            host.stop()
        }
        while hosts.contains(where: { $0.state != .down }), executor.now < limit { await rest() }
        for host in hosts { host.kill() }
        for around in surroundings { await around.close() }
        isOver = true
        executor.wake()
    }

    /// A daemon that does not stop in good order is ended all the same, and soon: the machine under it ends as well, so that
    /// nothing is gained by waiting for what hangs.
    private static let stopLimit = Duration.seconds(1)
    /// For the process, where not the simulated machine hangs but a real disk.
    private static let processLimit = Duration.seconds(5)

    private func rest() async { try? await executor.sleep(until: executor.now + .milliseconds(2)) }
}

extension HostSetup {
    /// The host with what its configuration says, as far as a story can have it: TLS and files of this machine are none of it.
    fileprivate func with(configuration text: String?, _ minimumRestartSeconds: Double?) -> HostSetup {
        var setup = self
        var entries = (try? LocatedSExpression.parseAll(text ?? "")) ?? []
        if let minimumRestartSeconds {
            entries.removeAll { $0.name == "xend-min-restart-time" }
            let entry = try? LocatedSExpression.parseAll("(xend-min-restart-time \(minimumRestartSeconds))")
            entries += entry ?? []
        }
        setup.config = entries.filter { entry in
            let form = "(host \(name) (config \(entry.value)))"
            return entry.name?.contains("tls") == false && (try? HostSetup(form)) != nil
        }.map { Template($0) }
        return setup
    }
}
