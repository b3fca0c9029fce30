import AccessControl
import DomainLifecycle
import DomainManagement
import DomainModel
import DriverDomain
import HTTPInterface
import HostInterface
import HypervisorInterface
import Logging
import SExpressions
import Synchronization
import XendServer

/// The whole daemon on one machine: put together, started and stopped in order. It does not know which machine it is.
public final class Daemon: Sendable {
    let machine: Machine
    let host: Host
    let configuration: XendConfiguration
    let options: DaemonOptions
    let log: Logger
    let logSink: any LogSink
    /// All events of this life, for whoever subscribes.
    public let events: EventHub
    /// What decides about domains and performs it.
    public let manager: DomainManager
    let virtualNetworks: VirtualNetworks
    let tracer: Tracer
    let authenticator: Authenticator
    let tokens: TokenStore
    let logThreshold: LogThreshold
    /// What the file said that counts now, of keys that can change.
    let adopted: Mutex<XendConfiguration>
    let audit: AuditTrail
    let history: History
    let measuring: Measuring
    let pool: PoolWatch
    let parts: Parts

    /// - Parameters:
    ///   - http: where HTTP connections come from.
    ///   - log: where the lines of xend's log go.
    ///   - audit: where the lines go that say who did or tried what.
    ///   - history: where the lines go that say what happened to the domains and why; nil: nowhere.
    public init(
        machine: Machine, host: Host, http: any HTTPListening, log sink: any LogSink, audit auditSink: any LogSink,
        history historySink: (any LogSink)? = nil,
        configuration: XendConfiguration = XendConfiguration(), options: DaemonOptions = DaemonOptions()
    ) {
        tracer = Tracer(path: configuration.tracePath, host: host)
        let machine = machine.traced(by: tracer)
        let host = host.traced(by: tracer)
        self.machine = machine
        self.host = host
        self.configuration = configuration
        self.options = options
        logSink = sink
        let threshold = LogThreshold(configuration.logThreshold)
        logThreshold = threshold
        adopted = Mutex(configuration)
        let clock = host.clock
        log = Logger(label: "xend") { _ in LogLineHandler(clock: clock, sink: sink, threshold: threshold) }
        events = EventHub(clock: clock, tasks: host.tasks)
        audit = AuditTrail(sink: auditSink, clock: clock)
        history = History(clock: clock, sink: historySink)
        let tickets = TicketStore(clock: clock, random: host.random)
        tokens = TokenStore(
            path: "\(configuration.databaseRoot)/access/tokens", files: host.files, clock: clock, random: host.random,
            tasks: host.tasks)
        authenticator = Authenticator(
            configuration.access, accounts: host.accounts, clock: clock, tokens: tokens,
            sessions: SessionStore(clock: clock, random: host.random), tickets: tickets)
        var settings = configuration.managerSettings(options, audit: audit, history: history, tickets: tickets)
        settings.authenticator = authenticator
        manager = DomainManager(machine: machine, host: host, settings: settings, events: events, log: log)
        measuring = Measuring(configuration, machine, host)
        pool = PoolWatch(configuration.access.poolHosts, port: configuration.port ?? 8000, host: host)
        virtualNetworks = VirtualNetworks(
            directory: "\(configuration.databaseRoot)/vnet", files: host.files, clock: clock)
        parts = Parts(http: http, tasks: host.tasks)
    }

    /// The port HTTP listens on, once started.
    public var port: UInt16? { get async { await parts.listener?.port } }
    /// The debug port, once started.
    public var debugPort: UInt16? { get async { await parts.debugListener?.port } }

    // MARK: - Starting and stopping

    /// Starts everything in the original's order (reference/lifecycle-and-events.md §7): network script, domains, `xend.start`,
    /// HTTP. What may be refused comes before all of it: until every port is taken, Xen and xenstored have answered and the database
    /// can be written, nothing of the machine, the database or the domains is touched, and who calls waits.
    ///
    /// - Throws: what keeps the daemon from serving. What had been started is stopped again.
    public func start() async throws {
        log.notice("xend starts\(machine.isSimulated ? " on a simulated machine" : "")")
        if options.isTracing { tracer.set(true) }
        for warning in configuration.warnings { log.warning("\(warning)") }
        if let warning = configuration.accessWarning { log.warning("\(warning)") }
        logEvents()
        do {
            try await reservePorts()
            try await StartCheck(machine: machine, host: host, root: configuration.databaseRoot, log: log).perform()
        } catch {
            log.critical("xend cannot start: \(error)")
            await closePorts()
            throw error
        }
        do {
            if let problem = await tokens.load() { log.error("\(problem)") }
            await makeSaveDirectory()
            await startNetwork()
            try await manager.start()
        } catch {
            log.critical("xend cannot start: \(error)")
            await stop()
            throw error
        }
        await startNotifications()
        measuring.begin(parts, host.tasks)
        events.publish(Event("xend.start", "0"))
        await serve()
    }

    private func reservePorts() async throws {
        // One for both: what clients may take together is taken of one server.
        let pipeline = HTTPPipeline(
            service: self, tasks: host.tasks, clock: host.clock, authenticator: authenticator, audit: audit,
            configuration: HTTPServerConfiguration(configuration, options, machine, host),
            logger: log)
        try await reserveHTTPPort(pipeline)
        try await reserveSecurePort(pipeline)
        try await reserveSocket(pipeline)
        try await reserveDebugPort()
        try await reserveMigrationPort()
    }

    private func makeSaveDirectory() async {
        guard let directory = configuration.access.saveDirectory else { return }
        do {
            try await host.files.makeDirectory(directory)
        } catch {
            log.error("\(error): operators cannot save domains")
        }
    }

    /// Answers those who call, and those who wait already.
    private func serve() async {
        if let listener = await parts.debugListener {
            let server = DebugServer(daemon: self, host: host, authenticator: authenticator)
            host.tasks.spawn { await server.run(listener) }
        }
        await manager.startMigration()
        await parts.beginServing()
        await parts.listener?.accept()
        await parts.secure?.accept()
        await parts.socket?.accept()
    }

    private func closePorts() async {
        events.tellWhatIsGathered()
        await parts.beginStop()
        for listener in await [parts.listener, parts.secure, parts.socket] { await listener?.close() }
        await parts.debugListener?.close()
        await manager.closeMigration()
    }

    /// Stops serving, then the rest. Domains run on.
    public func stop() async {
        log.notice("xend stops")
        // First, so that those who wait for an operation are answered while they are still there.
        await manager.beginStop()
        await closePorts()
        await manager.stop()
        events.finish()
        log.notice("xend has stopped")
    }

    /// Listens where the configuration says, and on no other port; where it says nothing, on the usual one, or a free one.
    func onPort<Listener: Sendable>(
        _ configured: UInt16?, usually usual: UInt16, _ listen: (UInt16) async throws(NetworkError) -> Listener
    ) async throws(NetworkError) -> Listener {
        guard configured == nil, options.ports != .usual else { return try await listen(configured ?? usual) }
        guard options.ports == .usualOrFree else { return try await listen(0) }
        do throws(NetworkError) {
            return try await listen(usual)
        } catch {
            guard case .addressInUse = error else { throw error }
            log.notice("port \(usual) is taken, and nobody has asked for it: a free one is")
            return try await listen(0)
        }
    }

    private func reserveHTTPPort(_ pipeline: HTTPPipeline) async throws(PortError) {
        let address = configuration.address ?? ""
        let listener: any HTTPListener
        do {
            listener = try await onPort(configuration.port, usually: 8000) { port throws(NetworkError) in
                try await parts.http.listen(address: address, port: port, configure: pipeline.configure)
            }
        } catch {
            throw PortError(service: "HTTP", key: "xend-port", address: address, reason: error)
        }
        await parts.keep(listener)
        log.notice("listening on port \(listener.port)")
    }

    /// The port for those from elsewhere, where there are certificates.
    private func reserveSecurePort(_ pipeline: HTTPPipeline) async throws(PortError) {
        guard let security = configuration.httpSecurity else { return }
        let address = configuration.address ?? ""
        let listener: any HTTPListener
        do {
            listener = try await onPort(configuration.httpTLSPort, usually: 8443) { port throws(NetworkError) in
                try await parts.http.listen(
                    address: address, port: port, security: security, configure: pipeline.configureSecure)
            }
        } catch {
            throw PortError(service: "HTTP over TLS", key: "xend-http-tls-port", address: address, reason: error)
        }
        await parts.keep(secure: listener)
        log.notice("listening with TLS on port \(listener.port)")
    }

    /// The socket for those on this machine. One that is not asked for and cannot be had is not missed: there is the port.
    private func reserveSocket(_ pipeline: HTTPPipeline) async throws(PortError) {
        let path = configuration.socketPath ?? XendConfiguration.defaultSocketPath
        guard !path.isEmpty else { return }
        do {
            await parts.keep(socket: try await parts.http.listen(path: path, configure: pipeline.configure))
        } catch {
            let reason = PortError(service: "HTTP", key: "xend-unix-path", address: "", reason: error)
            guard configuration.socketPath == nil else { throw reason }
            log.warning("\(reason)")
        }
    }

    /// Loopback only (the original's was open to everyone).
    private func reserveDebugPort() async throws(PortError) {
        let address = "localhost"
        let listener: any NetworkListener
        do {
            listener = try await onPort(configuration.debugPort, usually: 8001) { port throws(NetworkError) in
                try await host.network.listen(address: address, port: port)
            }
        } catch {
            throw PortError(service: "the debug port", key: "xend-debug-port", address: address, reason: error)
        }
        await parts.keep(debug: listener)
        log.info("debug port \(listener.port)")
    }

    /// The network script runs when xend starts (manual D8). Its failure is no reason not to manage domains.
    private func startNetwork() async {
        let script = ScriptLine(configuration.networkScript)
        guard !script.name.isEmpty else { return }
        let call = ScriptCall(
            path: configuration.deviceSettings.path(ofScript: script.name),
            arguments: script.arguments(
                "start",
                [
                    .usual("bridge=\(configuration.bridge)"),
                    .usual("antispoof=\(configuration.isAntispoofOn ? "yes" : "no")"),
                ]))
        do {
            let result = try await host.scripts.run(call)
            if !result.succeeded {
                log.error("\(call.path) start failed (\(result.ending)): \(result.errorOutput)\(result.output)")
            }
        } catch {
            log.error("\(error): the network is left as it is")
        }
    }

    /// `xend.*` events are in the log as `EVENT> name value`.
    private func logEvents() {
        let log = log
        events.observe { numbered in
            guard numbered.event.name.hasPrefix("xend.") else { return }
            log.info("\(Self.line(of: numbered.event))")
        }
    }

    /// `EVENT> NAME VALUE`, written at once: each domain that is made has two.
    private static func line(of event: Event) -> String {
        var bytes = Array("EVENT> ".utf8)
        bytes += event.name.utf8
        bytes.append(UInt8(ascii: " "))
        event.value.write(into: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Forwards events for as long as the daemon serves. Events that come faster than the receiver takes them end the stream; it
    /// is begun anew then, with those that come.
    private func startNotifications() async {
        let forwarder = NotificationForwarder(
            manager: manager, sender: host.notifications, clock: host.clock, log: log)
        let everything = [EventPattern("*")]
        let first = events.ownReader(matching: everything)
        manager.notification.read(by: first)
        host.tasks.spawn { [self] in
            await forwarder.run(first)
            while await !parts.isStopping, (try? await host.clock.sleep(for: Self.notificationPause)) != nil {
                log.warning("events came faster than they could be sent to the notification url; some are lost")
                let next = events.ownReader(matching: everything)
                manager.notification.read(by: next)
                await forwarder.run(next)
            }
        }
    }

    private static let notificationPause = Duration.seconds(1)

    var isReadyNow: Bool { get async { await parts.isServing } }
}

/// What of a daemon comes and goes.
actor Parts {
    private nonisolated let executor: any SerialExecutor
    nonisolated let unownedExecutor: UnownedSerialExecutor
    let http: any HTTPListening
    private(set) var listener: (any HTTPListener)?
    private(set) var secure: (any HTTPListener)?
    private(set) var socket: (any HTTPListener)?
    private(set) var debugListener: (any NetworkListener)?
    private(set) var isStopping = false
    private var hasBegun = false
    private var isReloading = false
    private(set) var migrationNetwork: (any HostNetwork)?

    init(http: any HTTPListening, tasks: any TaskSpawner) {
        executor = tasks.serialExecutor()
        unownedExecutor = executor.asUnownedSerialExecutor()
        self.http = http
    }

    func keep(_ listener: any HTTPListener) { self.listener = listener }
    func keep(secure listener: any HTTPListener) { secure = listener }
    func keep(socket listener: any HTTPListener) { socket = listener }
    func keep(debug listener: any NetworkListener) { debugListener = listener }
    func keep(migration network: any HostNetwork) { migrationNetwork = network }
    /// - Returns: false when somebody else reads the configuration again.
    func beginReload() -> Bool {
        defer { isReloading = true }
        return !isReloading
    }
    func endReload() { isReloading = false }
    func beginServing() { hasBegun = true }
    func beginStop() { isStopping = true }
    var isServing: Bool { hasBegun && !isStopping }
}

/// What the program that starts the daemon decides, beside xend-config.sxp.
public struct DaemonOptions: Sendable {
    /// Ports that are not configured.
    public enum Ports: Hashable, Sendable {
        /// The usual ones; one that is taken is an error.
        case usual
        /// The usual ones, or free ones where those are taken.
        case usualOrFree
        /// Free ones (`--port 0`).
        case free
    }
    /// Which ports are taken that are not configured.
    public var ports = Ports.usual
    /// Resources that only this program serves.
    public var additionalResources: [Resource] = []
    /// Is told of every request; nil: nobody is.
    public var watcher: (any RequestWatcher)?
    /// Reads the configuration again; nil: it cannot be.
    public var configuration: (@Sendable () async throws -> XendConfiguration)?
    /// Told when that begins, and when it is over: true and false.
    public var reloading: (@Sendable (Bool) -> Void)?
    /// Tracing is on from the start (`xend trace_start`).
    public var isTracing = false
    /// How the files that the process may have open are divided; nil: there are enough.
    public var descriptors: DescriptorShares?
    /// A network whose connections are TLS ones between hosts of a pool; nil: this program has none.
    public var secureNetwork: (@Sendable (TransportSecurity) throws -> any HostNetwork)?
    /// Passed at each step of a plan, for fault injection; nil in production.
    public var checkpoint: (@Sendable (_ name: @Sendable () -> String) async throws -> Void)?
    /// Told of all that the daemon does and why; nil in production.
    public var observer: (@Sendable (Deed) -> Void)?

    public init() {}
}

extension XendConfiguration {
    var deviceSettings: DriverDomainSettings {
        var settings = DriverDomainSettings()
        settings.bridge = bridge
        settings.vifScript = vifScript
        settings.isAntispoofOn = isAntispoofOn
        settings.blockScripts = blockScripts
        return settings
    }

    func managerSettings(
        _ options: DaemonOptions, audit: AuditTrail? = nil, history: History? = nil, tickets: TicketStore? = nil
    ) -> ManagerSettings {
        var settings = ManagerSettings()
        settings.devices = deviceSettings
        settings.databaseRoot = databaseRoot
        settings.runsGrub = runsGrub
        settings.dumpDirectory = dumpDirectory
        settings.keptCores = dumpCount
        settings.keptCoreMemory = MemorySize(mebibytes: dumpSize)
        settings.dumpsCrashes = dumpsCrashes
        settings.lastBootPath = lastBootPath
        settings.minimumRestartSeconds = minimumRestartSeconds
        settings.consoleBase = consoleBase ?? (options.ports == .free ? nil : 9600)
        settings.access = access
        settings.audit = audit
        settings.history = history
        settings.tickets = tickets
        settings.consoleAddress = access.remoteAccess == .open ? address ?? "" : "localhost"
        settings.descriptors = options.descriptors
        settings.checkpoint = options.checkpoint
        settings.observer = options.observer
        return settings
    }
}
