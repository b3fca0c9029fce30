import HostInterface
import LinuxHost
import Logging
import NIOCore
import NIOHTTP1
import ScenarioRunner
import SimulatedHost
import Synchronization
import XendDaemon
import XendServer

/// What a daemon on a simulated host has around it in `xend-sim`: real sockets, real files under a root.
final class SocketSurroundings: Surroundings, @unchecked Sendable {
    let log: any LogSink
    let hostRoot: HostRoot
    private let options: Simulation.Options
    private let isFirst: Bool
    private let pacemaker: Pacemaker
    private let tasks: any TaskSpawner
    private let control: () -> SimulatorControl?
    private var life: SocketLife?
    private var listener: (any HTTPListener)?
    private var port: UInt16?
    private var absence: Task<Void, Never>?
    private let configured: Result<XendConfiguration, ScenarioFileError>
    private let configurationPath: String?

    init(
        options: Simulation.Options, isFirst: Bool, name: String, pacemaker: Pacemaker, tasks: any TaskSpawner,
        control: @escaping () -> SimulatorControl?
    ) {
        self.options = options
        self.isFirst = isFirst
        self.pacemaker = pacemaker
        self.tasks = tasks
        self.control = control
        // Further hosts have files of their own.
        hostRoot = HostRoot(files: isFirst ? options.root : options.root + "/hosts/" + name)
        configurationPath = Self.configurationPath(options, isFirst, hostRoot)
        configured = Self.read(configurationPath)
        let path = (try? configured.get())?.logPath ?? XendConfiguration().logPath
        log = RotatingLog(path: path, root: hostRoot)
    }

    /// `--config` is under the root if it is absolute; one that is only found as it is written is taken so.
    private static func configurationPath(_ options: Simulation.Options, _ isFirst: Bool, _ root: HostRoot) -> String? {
        let standard = root.files + XendConfiguration.defaultPath
        guard isFirst, let given = options.config else { return RealFiles.exists(standard) ? standard : nil }
        let below = given.hasPrefix("/") ? root.files + given : given
        return RealFiles.exists(below) || !RealFiles.exists(given) ? below : given
    }

    private static func read(_ path: String?) -> Result<XendConfiguration, ScenarioFileError> {
        guard let path else { return .success(XendConfiguration()) }
        do {
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
        return address.isEmpty || address == "localhost" ? "127.0.0.1" : address.contains(":") ? "[\(address)]" : address
    }

    func configuration(of host: SimulatedHost) throws -> String? { try configurationPath.map { try RealFiles.text($0) } }

    func adapt(_ configuration: inout XendConfiguration, _ options: inout DaemonOptions) {
        // Only this machine may come, unless the configuration says otherwise.
        configuration.address = configuration.address ?? "localhost"
        if let chosen = self.options.port, isFirst {
            configuration.port = chosen
            options.choosesPorts = chosen == 0
        }
        if !isFirst { options.choosesPorts = true }
        // Another life of the daemon listens where the first did.
        if let port { configuration.port = port }
        if let seconds = self.options.minimumRestartSeconds { configuration.minimumRestartSeconds = seconds }
        if let secure = LinuxNetwork.securing(root: hostRoot) {
            options.secureNetwork = { [self] security throws -> any HostNetwork in
                let network = try secure(security)
                return life?.fence(network) ?? network
            }
        }
        if let control = control() { options.additionalResources.append(control.resource) }
    }

    // MARK: Lives

    func begin(_ handles: Host) -> (host: Host, http: any HTTPListening) {
        absence?.cancel()
        let life = SocketLife(pacemaker: pacemaker, absence: listener) { [self] port in self.port = port }
        listener = nil
        self.life = life
        var host = handles
        host.network = life.network
        host.notifications = LinuxNotifications()
        return (host, life)
    }

    func end() {
        life?.end()
        life = nil
        guard let port else { return }
        // While no daemon runs somebody must still be there who can start one.
        absence = tasks.spawn { [self] in await stand(in: port) }
    }

    private func stand(in port: UInt16) async {
        guard let control = control() else { return }
        let pipeline = HTTPPipeline(
            service: AbsentDaemon(), tasks: tasks, clock: LinuxClock(),
            configuration: HTTPServerConfiguration(isSimulated: true, additionalResources: [control.resource]),
            logger: Logger(label: "absence") { _ in SwiftLogNoOpLogHandler() })
        let address = (try? configured.get())?.address ?? "localhost"
        // The port is free a moment after the daemon has let it go.
        for _ in 0..<100 where !Task.isCancelled && life == nil {
            if let listener = try? await LinuxHTTPListening().listen(
                address: address, port: port, configure: counted(pipeline.configure)) {
                if life == nil { self.listener = listener } else { await listener.close() }
                return
            }
            await Nap.short()
        }
    }

    private func counted(
        _ configure: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) -> @Sendable (any Channel) -> EventLoopFuture<Void> {
        let pacemaker = pacemaker
        return { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(RequestCounter(pacemaker))
            }.flatMap { configure(channel) }
        }
    }

    /// The process ends.
    func close() async {
        absence?.cancel()
        await listener?.close()
        await (log as? RotatingLog)?.flush()
    }
}

/// The sockets of one life of the daemon, all of which break off when it ends.
final class SocketLife: HTTPListening, @unchecked Sendable {
    let network: FencedNetwork
    private let further = Mutex<[FencedNetwork]>([])
    private let pacemaker: Pacemaker
    private let absence: (any HTTPListener)?
    private let listening: (UInt16) -> Void
    private let channels = Mutex<[ObjectIdentifier: any Channel]>([:])
    private let listeners = Mutex<[any HTTPListener]>([])

    init(pacemaker: Pacemaker, absence: (any HTTPListener)?, listening: @escaping (UInt16) -> Void) {
        self.pacemaker = pacemaker
        self.absence = absence
        self.listening = listening
        network = FencedNetwork(LinuxNetwork())
    }

    func listen(
        address: String, port: UInt16, configure: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) async throws(NetworkError) -> any HTTPListener {
        await absence?.close()
        let listener = try await LinuxHTTPListening().listen(address: address, port: port) { [self] channel in
            keep(channel)
            return channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(RequestCounter(self.pacemaker))
            }.flatMap { configure(channel) }
        }
        listeners.withLock { $0.append(listener) }
        listening(listener.port)
        return listener
    }

    /// Another network of this life.
    func fence(_ network: any HostNetwork) -> any HostNetwork {
        let fenced = FencedNetwork(network)
        further.withLock { $0.append(fenced) }
        return fenced
    }

    private func keep(_ channel: any Channel) {
        channels.withLock { $0[ObjectIdentifier(channel)] = channel }
        channel.closeFuture.whenComplete { [self] _ in
            channels.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(channel)) }
        }
    }

    /// The life is over: as the kernel closes what a dead process had open.
    func end() {
        for network in [network] + further.withLock({ $0 }) { network.end() }
        for listener in listeners.withLock({ $0 }) { LinuxTasks().spawn { await listener.close() } }
        for channel in channels.withLock({ Array($0.values) }) { channel.close(promise: nil) }
    }
}

/// Tells the pacemaker of requests under way, by what passes through a connection. Those to `/simulator` move time themselves.
final class RequestCounter: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer

    private let pacemaker: Pacemaker
    private var isOpen = false

    init(_ pacemaker: Pacemaker) { self.pacemaker = pacemaker }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        let line = bytes.getString(at: bytes.readerIndex, length: min(32, bytes.readableBytes)) ?? ""
        if !isOpen, !line.contains(" /simulator") {
            isOpen = true
            pacemaker.began()
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        close()
        context.write(data, promise: promise)
    }

    func channelInactive(context: ChannelHandlerContext) {
        close()
        context.fireChannelInactive()
    }

    private func close() {
        guard isOpen else { return }
        isOpen = false
        pacemaker.ended()
    }
}
