import AccessControl
import Cockpit
import DomainManagement
import HTTPInterface
import HostInterface
import LinuxHost
import Logging
import NIOCore
import NIOHTTP1
import SimulatedHost
import Synchronization
import XendDaemon
import XendServer
import XendTesting

/// What a daemon on a simulated host has around it in `xend-sim`: real sockets, real files under a root.
final class SocketSurroundings: Surroundings, @unchecked Sendable {
    var log: any LogSink { rotatingLog }
    var audit: any LogSink { rotatingAudit }
    var history: any LogSink { rotatingHistory }
    private let rotatingLog: RotatingLog
    private let rotatingAudit: RotatingLog
    private let rotatingHistory: RotatingLog
    let hostRoot: HostRoot
    private let options: Simulation.Options
    private let isFirst: Bool
    private let name: String
    private let pacemaker: Pacemaker
    private let tasks: any TaskSpawner
    private let hasHost: @Sendable (String) -> Bool
    private let receivers: String
    private let control: () -> SimulatorControl?
    private var life: SocketLife?
    private var port: UInt16?
    private var isStarting = false
    /// Who answers while no daemon runs.
    private var standIn: LinuxHTTPListener?
    private var absence: Task<Void, Never>?
    private var migrationPort = MigrationSettings.usualPort
    /// Whether it is taken on this machine too.
    private var hasMigrationPort = false
    /// Whether no other will do there.
    private var isMigrationPortAskedFor = false
    /// Nobody outside can know the secret.
    private var isPoolOfThisProcess = false
    /// Where others on this machine reach the migration port, once it is there.
    private(set) var outsideMigrationPort: UInt16?
    private let configured: Result<XendConfiguration, ScenarioFileError>
    private let configurationPath: String?
    private let declared: String?

    /// - Parameter declared: the text of xend-config.sxp, where whoever added the host gave one; it stands above the file's.
    init(
        options: Simulation.Options, isFirst: Bool, name: String, declared: String?, pacemaker: Pacemaker,
        tasks: any TaskSpawner,
        hasHost: @escaping @Sendable (String) -> Bool, receivers: String, control: @escaping () -> SimulatorControl?
    ) {
        self.options = options
        self.isFirst = isFirst
        self.name = name
        self.pacemaker = pacemaker
        self.tasks = tasks
        self.hasHost = hasHost
        self.receivers = receivers
        self.control = control
        // Further hosts have files of their own.
        hostRoot = HostRoot(files: isFirst ? options.root : options.root + "/hosts/" + name)
        self.declared = declared
        configurationPath = Self.configurationPath(options, isFirst, hostRoot)
        configured = Self.read(declared, configurationPath)
        let paths = (try? configured.get()) ?? XendConfiguration()
        rotatingLog = RotatingLog(path: paths.logPath, root: hostRoot)
        rotatingAudit = RotatingLog(path: paths.auditPath, root: hostRoot, limits: .audit)
        rotatingHistory = RotatingLog(path: paths.historyPath, root: hostRoot, limits: .history)
    }

    /// `--config` is under the root if it is absolute; one that is only found as it is written is taken so.
    private static func configurationPath(_ options: Simulation.Options, _ isFirst: Bool, _ root: HostRoot) -> String? {
        let standard = root.files + XendConfiguration.defaultPath
        guard isFirst, let given = options.config else { return RealFiles.exists(standard) ? standard : nil }
        let below = given.hasPrefix("/") ? root.files + given : given
        return RealFiles.exists(below) || !RealFiles.exists(given) ? below : given
    }

    private static func read(
        _ declared: String?, _ path: String?
    ) -> Result<XendConfiguration, ScenarioFileError> {
        do {
            if let declared {
                return .success(try XendConfiguration(declared, file: XendConfiguration.defaultPath))
            }
            guard let path else { return .success(XendConfiguration()) }
            return .success(try XendConfiguration(try RealFiles.text(path), file: path))
        } catch {
            return .failure(ScenarioFileError(description: "\(error)"))
        }
    }

    /// Where the database and what belongs to it is kept.
    var databasePaths: [String] {
        let configuration = (try? configured.get()) ?? XendConfiguration()
        return [configuration.databaseRoot, configuration.lastBootPath]
    }

    /// `http://ADDRESS:PORT`, once it listens.
    var url: String? { port.map { "http://\(shownAddress):\($0)" } }

    private var shownAddress: String {
        let address = (try? configured.get())?.address ?? "localhost"
        return address.isEmpty || address == "localhost"
            ? "127.0.0.1" : address.contains(":") ? "[\(address)]" : address
    }

    func configuration(of host: SimulatedHost) throws -> String? {
        try rotatingLog.check()
        try rotatingAudit.check()
        return try declared ?? configurationPath.map { try RealFiles.text($0) }
    }

    func adapt(_ configuration: inout XendConfiguration, _ options: inout DaemonOptions) {
        // Only this machine may come, unless the configuration says otherwise.
        configuration.address = configuration.address ?? "localhost"
        if let chosen = self.options.port, isFirst {
            configuration.port = chosen == 0 ? nil : chosen
        }
        // Nobody who wants one port of this machine has asked for the others.
        options.ports = isFirst && self.options.port != 0 ? .usualOrFree : .free
        options.descriptors = self.options.descriptors
        adaptMigration(&configuration, options)
        // Another life of the daemon listens where the first did.
        if let port { configuration.port = port }
        if let seconds = self.options.minimumRestartSeconds { configuration.minimumRestartSeconds = seconds }
        if let secure = LinuxNetwork.securing(root: hostRoot) {
            options.secureNetwork = { [self] security throws -> any HostNetwork in
                let network = try secure(security)
                return life?.fence(network) ?? network
            }
        }
        if let control = control() {
            options.additionalResources += control.resources
            options.watcher = control.watcher(of: name)
        }
    }

    /// The hosts of this process trust each other, and find each other where migrations are expected.
    private func adaptMigration(_ configuration: inout XendConfiguration, _ options: DaemonOptions) {
        if configuration.migrationSecurity == nil, configuration.poolSecretFile == nil {
            configuration.poolSecretFile = Self.secretPath
            isPoolOfThisProcess = true
        }
        hasMigrationPort = options.ports != .free || configuration.migrationPort != nil
        isMigrationPortAskedFor = configuration.migrationPort != nil
        migrationPort = configuration.migrationPort ?? MigrationSettings.usualPort
        // TLS is spoken outside the simulation: there the port is another's, perhaps, and chosen with the others.
        let isOutside = configuration.migrationSecurity != nil
        if !hasMigrationPort, !isOutside { configuration.migrationPort = migrationPort }
    }

    /// On the simulated host, whatever is kept under the root.
    static let secretPath = "/etc/xen/pool-secret"

    // MARK: Lives

    func begin(_ handles: Host) -> (host: Host, http: any HTTPListening) {
        let leaving = leave()
        beginStart()
        let outside = FencedNetwork(LinuxNetwork(group: options.loops.group), clock: handles.clock, after: leaving)
        let life = SocketLife(
            outside, root: hostRoot, clock: handles.clock, pacemaker: pacemaker, options: options,
            after: leaving
        ) { [self] port in
            self.port = port
            endStart()
        }
        self.life = life
        var host = handles
        host.network = HostsNetwork(
            outside: outside, simulated: handles.network, tasks: tasks, migrationPort: migrationPort,
            hasMigrationPortOutside: hasMigrationPort, isAskedFor: isMigrationPortAskedFor,
            isPoolOfThisProcess: isPoolOfThisProcess, hasHost: hasHost
        ) { [self] port in outsideMigrationPort = port }
        // Who calls are users of this very machine.
        host.accounts = LinuxAccounts()
        host.notifications = HostsNotifications(
            simulated: handles.notifications, clock: handles.clock, receivers: receivers)
        return (host, life)
    }

    /// Until the daemon listens nobody can ask for time to pass; a start takes some.
    private func beginStart() {
        isStarting = true
        pacemaker.began()
    }

    private func endStart() {
        guard isStarting else { return }
        isStarting = false
        pacemaker.ended()
    }

    /// Lets go of the port for the daemon that begins.
    private func leave() -> Task<Void, Never>? {
        guard let absence else { return nil }
        absence.cancel()
        self.absence = nil
        return tasks.spawn { [self] in
            await absence.value
            guard let standIn else { return }
            self.standIn = nil
            await standIn.leavePort()
            // The very request that started the daemon is answered over it.
            tasks.spawn { await standIn.close() }
        }
    }

    func end() {
        guard let life else { return }
        self.life = nil
        endStart()
        // While no daemon runs somebody must still be there who can start one.
        absence = tasks.spawn { [self] in
            await life.end()
            if let port { await stand(in: port) }
        }
    }

    private func stand(in port: UInt16) async {
        guard let control = control() else { return }
        var server = HTTPServerConfiguration(
            isSimulated: true, additionalResources: control.resources, absence: AbsentDaemon.reason)
        server.random = LinuxRandom()
        server.nodeName = name
        let pipeline = HTTPPipeline(
            service: AbsentDaemon(), tasks: tasks, clock: LinuxClock(),
            authenticator: Authenticator(
                ((try? configured.get()) ?? XendConfiguration()).access, accounts: LinuxAccounts(), clock: LinuxClock()),
            configuration: server,
            logger: Logger(label: "absence") { _ in SwiftLogNoOpLogHandler() })
        let address = (try? configured.get())?.address ?? "localhost"
        for _ in 0..<100 where !Task.isCancelled {
            standIn =
                try? await LinuxHTTPListening(group: options.loops.group, descriptors: options.descriptors).listen(
                    address: address, port: port, configure: pacemaker.counting(pipeline.configure))
                as? LinuxHTTPListener
            if let standIn { return await standIn.accept() }
            await Nap.short()
        }
    }

    /// The process ends.
    func close() async {
        end()
        await leave()?.value
        await rotatingLog.flush()
        await rotatingAudit.flush()
        await rotatingHistory.flush()
    }
}

/// HTTP in one life of the daemon; all of its connections break off when it ends.
final class SocketLife: HTTPListening, @unchecked Sendable {
    private let network: FencedNetwork
    /// Of the host's files.
    private let root: HostRoot
    private let further = Mutex<[FencedNetwork]>([])
    /// The clock by which the daemon's deadlines are.
    private let clock: any HostClock
    private let pacemaker: Pacemaker
    /// What has to end before the port is free.
    private let predecessor: Task<Void, Never>?
    private let options: Simulation.Options
    private let listening: @Sendable (UInt16) -> Void
    private let channels = Mutex<[ObjectIdentifier: any Channel]>([:])
    private let listeners = Mutex<[any HTTPListener]>([])

    init(
        _ network: FencedNetwork, root: HostRoot, clock: any HostClock, pacemaker: Pacemaker,
        options: Simulation.Options,
        after predecessor: Task<Void, Never>?,
        listening: @escaping @Sendable (UInt16) -> Void
    ) {
        self.network = network
        self.root = root
        self.clock = clock
        self.pacemaker = pacemaker
        self.predecessor = predecessor
        self.options = options
        self.listening = listening
    }

    func listen(
        address: String, port: UInt16, configure: @escaping ChannelConfiguration
    ) async throws(NetworkError) -> any HTTPListener {
        await predecessor?.value
        let configure = pacemaker.counting(configure)
        let listener = try await LinuxHTTPListening(group: options.loops.group, descriptors: options.descriptors)
            .listen(
                address: address, port: port
            ) {
                [self] channel, identity in
                keep(channel)
                return configure(channel, identity)
            }
        listeners.withLock { $0.append(listener) }
        return SocketListener(inner: listener, accepting: listening)
    }

    func listen(
        address: String, port: UInt16, security: ServerSecurity, configure: @escaping SecureChannelConfiguration
    ) async throws(NetworkError) -> any HTTPListener {
        await predecessor?.value
        let pacemaker = pacemaker
        let listener = try await LinuxHTTPListening(
            root: root, group: options.loops.group, descriptors: options.descriptors
        ).listen(address: address, port: port, security: security) { [self] channel, identity, certificate in
            keep(channel)
            return pacemaker.counting { configure($0, $1, certificate) }(channel, identity)
        }
        listeners.withLock { $0.append(listener) }
        return listener
    }

    func listen(path: String, configure: @escaping ChannelConfiguration) async throws(NetworkError) -> any HTTPListener
    {
        await predecessor?.value
        let configure = pacemaker.counting(configure)
        let listener = try await LinuxHTTPListening(
            root: root, group: options.loops.group, descriptors: options.descriptors
        ).listen(path: path) {
            [self] channel, identity in
            keep(channel)
            return configure(channel, identity)
        }
        listeners.withLock { $0.append(listener) }
        return listener
    }

    /// Another network of this life.
    func fence(_ network: any HostNetwork) -> any HostNetwork {
        let fenced = FencedNetwork(network, clock: clock, after: predecessor)
        further.withLock { $0.append(fenced) }
        return fenced
    }

    private func keep(_ channel: any Channel) {
        channels.withLock { $0[ObjectIdentifier(channel)] = channel }
        channel.closeFuture.whenComplete { [self] _ in
            channels.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(channel)) }
        }
    }

    /// The life is over: as the kernel closes what a dead process had open. Returns when its ports are free.
    func end() async {
        for channel in channels.withLock({ Array($0.values) }) { channel.close(promise: nil) }
        for listener in listeners.withLock({ $0 }) { await listener.close() }
        for network in [network] + further.withLock({ $0 }) { await network.end() }
    }
}

/// Tells when the daemon begins to listen.
private struct SocketListener: HTTPListener {
    let inner: any HTTPListener
    let accepting: @Sendable (UInt16) -> Void

    var port: UInt16 { inner.port }

    func accept() async {
        await inner.accept()
        accepting(port)
    }

    func close() async { await inner.close() }
}
