import DomainModel
import HostInterface
import NIOEmbedded
import SExpressions
import Simulation
import SimulatedHost
import SimulatedHypervisor
import XendDaemon
import XendServer

/// A simulated host with the daemon that runs on it: starts, stops and kills it, and does what the daemon asks of the node.
///
/// `@unchecked Sendable`: touched by the thread that drives the world, and by tasks that run on it.
public final class RunningHost: @unchecked Sendable {
    /// What the daemon is doing.
    public enum State: Hashable, Sendable { case down, starting, up, stopping }

    public let host: SimulatedHost
    public private(set) var state = State.down
    /// Why the last start failed.
    public private(set) var startFailure: String?
    /// Whether the node is on its way down or up again.
    public private(set) var isRebooting = false
    /// Called when the daemon is killed or the power fails, by a fault or on request.
    var onFault: (String) -> Void = { _ in }
    let log = MemoryLog()

    private let world: SimulatedWorld
    private let loop: EmbeddedEventLoop
    private var daemon: Daemon?
    private var http: MemoryHTTP?
    private let additionalResources: [Resource]

    /// Where xend's configuration is.
    static let configurationPath = XendConfiguration.defaultPath
    /// Between an order to shut down and the end of power: what init needs to stop everything.
    private static let shutdownTime = Duration.seconds(2)

    init(_ host: SimulatedHost, world: SimulatedWorld, loop: EmbeddedEventLoop, additionalResources: [Resource] = []) {
        self.host = host
        self.world = world
        self.loop = loop
        self.additionalResources = additionalResources
        host.onDaemonKilled = { [weak self] in self?.daemonIsGone() }
        host.onPowerOffRequested = { [weak self] in self?.shutDown(reboot: false) }
        host.onRebootRequested = { [weak self] in self?.shutDown(reboot: true) }
    }

    public var name: String { host.name }

    // MARK: The daemon

    /// Begins to start the daemon.
    public func start() {
        guard state == .down else { return }
        if !host.isOn { host.powerOn() }
        startFailure = nil
        let (machine, handles) = host.startIncarnation()
        guard let configuration = readConfiguration() else { return host.daemonStopped() }
        var options = DaemonOptions()
        options.additionalResources = additionalResources
        if let incarnation = host.incarnation {
            options.checkpoint = { name in
                let action = try await incarnation.pass(.step, name)
                try incarnation.finish(action)
            }
        }
        let http = MemoryHTTP(network: handles.network, loop: loop)
        let daemon = Daemon(
            machine: machine, host: handles, http: http, log: log, configuration: configuration, options: options)
        self.http = http
        self.daemon = daemon
        state = .starting
        let life = host.incarnation
        world.spawn { [self] in
            do {
                try await daemon.start()
                if host.incarnation === life { state = .up }
            } catch {
                guard host.incarnation === life else { return }
                startFailure = "\(error)"
                end()
            }
        }
    }

    private func readConfiguration() -> XendConfiguration? {
        let text = host.files.contents(Self.configurationPath).map { SXPText.string(decoding: $0) } ?? ""
        do {
            return try XendConfiguration(text, file: Self.configurationPath)
        } catch {
            startFailure = "\(error)"
            return nil
        }
    }

    /// Begins to stop the daemon in good order.
    public func stop() {
        guard state == .up, let daemon else { return }
        state = .stopping
        let life = host.incarnation
        world.spawn { [self] in
            await daemon.stop()
            if host.incarnation === life { end() }
        }
    }

    private func end() {
        host.daemonStopped()
        http?.breakOff()
        forget()
    }

    /// As `kill -9`.
    public func kill() { host.killDaemon() }

    private func daemonIsGone() {
        onFault("the daemon of \(name) is killed")
        http?.breakOff()
        forget()
    }

    private func forget() {
        daemon = nil
        http = nil
        state = .down
    }

    // MARK: Power

    /// The power fails now.
    public func losePower() { host.losePower() }

    /// What the daemon asks the node to do: everything ends in good order, then the power goes, or the node boots.
    func shutDown(reboot: Bool) {
        guard !isRebooting else { return }
        isRebooting = true
        world.spawn { [self] in
            try? await world.executor.sleep(until: world.executor.now + Self.shutdownTime)
            stop()
            while state != .down {
                try? await world.executor.sleep(until: world.executor.now + .milliseconds(100))
            }
            host.files.syncAll()
            host.losePower()
            if reboot {
                try? await world.executor.sleep(until: world.executor.now + host.latencies.boot)
                host.powerOn()
                start()
            }
            isRebooting = false
        }
    }

    // MARK: From outside

    /// Connects to the HTTP port of the configuration; nil when nobody listens.
    func connectHTTP(from peer: String) -> MemoryHTTPConnection? { http?.connect(port: nil, from: peer) }

    public var httpPort: UInt16? { http?.port }

    func drain() { http?.drain() }

    /// What keeps the daemon busy, each as a phrase: operations under way, restarts that are due.
    func openOperations() async -> [String] {
        guard state == .up, let daemon else { return state == .down ? [] : ["the daemon of \(name) is \(state)"] }
        var work: [String] = []
        for domain in await daemon.domains() {
            if let operation = domain.operation { work.append("\(operation) of \(domain.name) on \(name)") }
            switch domain.restartState {
            case .pending, .booting: work.append("restart of \(domain.name) on \(name)")
            case .blocked, nil: break
            }
        }
        for task in await daemon.tasks() where task.outcome == .running {
            work.append("\(task.operation) of \(task.domain) on \(name)")
        }
        return work
    }
}
