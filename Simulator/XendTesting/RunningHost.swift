import DomainLifecycle
import DomainManagement
import DomainModel
import HostInterface
import SExpressions
import SimulatedHost
import SimulatedHypervisor
import Simulation
import XendDaemon

/// A simulated host with the daemon that runs on it: starts, stops and kills it, and does what the daemon asks of the node.
///
/// `@unchecked Sendable`: touched by the thread that drives the world, and by tasks that run on it.
public final class RunningHost: @unchecked Sendable {
    /// What the daemon is doing.
    public enum State: Hashable, Sendable { case down, starting, up, stopping }

    /// The machine, files and scripts below the daemon.
    public let host: SimulatedHost
    /// Whether there is a daemon, and whether it answers yet.
    public private(set) var state = State.down
    /// Why the last start failed.
    public private(set) var startFailure: String?
    /// Whether the node is on its way down or up again.
    public private(set) var isRebooting = false
    /// Called when the daemon is killed or the power fails, by a fault or on request.
    public var onFault: (String) -> Void = { _ in }
    /// Told of each event that the daemon publishes, at that moment, which must not wait. Set before the daemon starts.
    public var onEvent: ((NumberedEvent) -> Void)?
    /// Told of all that the daemon does: which life it is, and the deed. Set before the daemon starts; nil: nobody listens.
    public var onDeed: ((Int, Deed) -> Void)?
    /// What carries its bytes: memory, or real sockets.
    public let surroundings: any Surroundings

    /// Numbers of the tasks that faults have cancelled since the host booted.
    public private(set) var cancelled: Set<Int> = []
    private var boot = 0

    private let world: SimulatedWorld
    /// nil while none runs.
    public private(set) var daemon: Daemon?

    /// Between an order to shut down and the end of power: what init needs to stop everything.
    private static let shutdownTime = Duration.seconds(2)

    /// A host with no daemon yet; `start` begins one.
    /// - Parameters:
    ///   - host: the machine.
    ///   - world: that it is in.
    ///   - surroundings: what carries its bytes.
    public init(_ host: SimulatedHost, world: SimulatedWorld, surroundings: any Surroundings) {
        self.host = host
        self.world = world
        self.surroundings = surroundings
        host.onDaemonKilled = { [weak self] in self?.daemonIsGone() }
        host.onPowerOffRequested = { [weak self] in self?.shutDown(reboot: false) }
        host.onRebootRequested = { [weak self] in self?.shutDown(reboot: true) }
        host.faults.cancelOperations = { [weak self] in self?.cancelTasks() }
    }

    /// By which steps and other hosts call it.
    public var name: String { host.name }

    // MARK: The daemon

    /// Begins to start the daemon; `state` and `startFailure` tell what becomes of it.
    public func start() {
        guard state == .down else { return }
        if !host.isOn { host.powerOn() }
        if boot != host.bootCount { cancelled = [] }
        boot = host.bootCount
        startFailure = nil
        var configuration: XendConfiguration
        do {
            let text = try surroundings.configuration(of: host) ?? ""
            configuration = try XendConfiguration(text, file: XendConfiguration.defaultPath)
        } catch {
            startFailure = "\(error)"
            return
        }
        let (machine, handles) = host.startIncarnation()
        var options = DaemonOptions()
        if let life = host.incarnation { options.checkpoint = Self.checkpoint(life) }
        if let life = host.incarnation, onDeed != nil {
            options.observer = { [weak self, weak life] deed in
                if let life, !life.isFenced { self?.onDeed?(life.number, deed) }
            }
        }
        options.configuration = { [surroundings, host] in
            try XendConfiguration(try surroundings.configuration(of: host) ?? "", file: XendConfiguration.defaultPath)
        }
        surroundings.adapt(&configuration, &options)
        let (outside, http) = surroundings.begin(handles)
        let life = host.incarnation
        run(
            Daemon(
                machine: machine, host: outside, http: http, log: FencedLog(log: surroundings.log, life: life),
                audit: FencedLog(log: surroundings.audit, life: life),
                history: FencedLog(log: surroundings.history, life: life), configuration: configuration,
                options: options))
    }

    /// Each step of a plan is a point at which things may go wrong.
    private static func checkpoint(_ life: Incarnation) -> @Sendable (@Sendable () -> String) async throws -> Void {
        { name in
            if life.isOpen(takes: .zero) { return }
            let action = try await life.pass(.step, name())
            try life.finish(action)
        }
    }

    private func run(_ daemon: Daemon) {
        self.daemon = daemon
        let life = host.incarnation
        // What a daemon that was killed still believes to do is nothing that happens.
        if onEvent != nil {
            daemon.events.observe { [weak self, weak life] event in if life?.isFenced == false { self?.onEvent?(event) }
            }
        }
        state = .starting
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
        forget()
    }

    /// As `kill -9`.
    public func kill() { host.killDaemon() }

    private func daemonIsGone() {
        onFault("the daemon of \(name) is killed")
        forget()
    }

    private func forget() {
        surroundings.end()
        daemon = nil
        state = .down
    }

    /// Cancels the transfers that are under way, as a user would who has lost patience.
    private func cancelTasks() {
        guard let daemon else { return }
        world.spawn { [self] in
            for task in await daemon.tasks() where task.outcome == .running {
                guard (try? await daemon.cancelTask(task.id, for: Requester("fault"))) != nil else { continue }
                cancelled.insert(task.id)
            }
        }
    }

    // MARK: Power

    /// The power fails now.
    public func losePower() { host.losePower() }

    /// What the daemon asks the node to do: everything ends in good order, then the power goes, or the node boots.
    package func shutDown(reboot: Bool) {
        guard !isRebooting else { return }
        isRebooting = true
        world.spawn { [self] in
            await rest(Self.shutdownTime)
            stop()
            while state != .down { await rest(.milliseconds(100)) }
            host.files.syncAll()
            host.losePower()
            if reboot {
                await rest(host.latencies.boot)
                host.powerOn()
                start()
            }
            isRebooting = false
        }
    }

    private func rest(_ time: Duration) async { try? await world.executor.sleep(until: world.executor.now + time) }

    // MARK: From outside

    /// What keeps the daemon busy, each as a phrase: operations under way, restarts that are due.
    public func openOperations() async -> [String] {
        guard state == .up, let daemon else { return state == .down ? [] : ["the daemon of \(name) is \(state)"] }
        var work: [String] = []
        let there = Set(host.machine.reports.map(\.id))
        for domain in await daemon.domains() {
            if let operation = domain.operation { work.append("\(operation) of \(domain.name) on \(name)") }
            if !domain.held.isEmpty, domain.restartState == nil {
                work.append("what \(domain.name) on \(name) still holds")
            }
            if domain.isSettled, !there.contains(domain.id) {
                work.append("the end of \(domain.name) on \(name), which xend has not seen yet")
            }
            switch domain.restartState {
            case .pending where lives(domain.id) && domain.held.isEmpty, .blocked, nil: break
            case .pending, .booting: work.append("restart of \(domain.name) on \(name)")
            }
        }
        for task in await daemon.tasks() where task.outcome == .running {
            work.append("\(task.operation) of \(task.domain) on \(name)")
        }
        if await daemon.manager.isTidyingUp { work.append("what an earlier xend has left on \(name)") }
        if await daemon.manager.isLooking { work.append("a look of xend at the domains of \(name)") }
        return work
    }

    /// Whether the old life of a domain goes on: a restart that was asked for is then the guest's affair, which may be paused or
    /// may not listen.
    private func lives(_ id: DomainID) -> Bool {
        host.machine.report(of: id).map { !$0.isDying && $0.shutdownReason == nil } ?? false
    }

    /// What keeps the machine busy, each as a phrase: guests on their way, handshakes, scripts, the node itself.
    public func openMachineWork() -> [String] {
        guard host.isOn else { return isRebooting ? ["\(name) boots"] : [] }
        return (isRebooting ? ["\(name) goes down"] : []) + host.machine.inspection.openWork.map { "\($0) on \(name)" }
            + host.scripts.running.map { "script \($0) on \(name)" }
    }
}

extension DomainInformation {
    /// Whether nothing is done to it, so that Xen must have it.
    fileprivate var isSettled: Bool { operation == nil && held.isEmpty && restartState == nil }
}
