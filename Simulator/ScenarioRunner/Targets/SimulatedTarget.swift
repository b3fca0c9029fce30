import DomainLifecycle
import DomainManagement
import DomainModel
import HostInterface
import SExpressions
import ScenarioLanguage
import SimulatedHost
import SimulatedHypervisor
import Simulation
import XendDaemon
import XendTesting

/// Runs a scenario in this process: deterministic, in virtual time.
package final class SimulatedTarget: ScenarioTarget {
    package let world: ScenarioWorld
    private let scenario: Scenario
    package var onFault: (String) -> Void = { _ in }
    /// Told of each event that a daemon publishes, at that moment. Set before `begin`; nil: nobody listens.
    package var onEvent: ((RunningHost, NumberedEvent) -> Void)?
    package var onDeed: ((String, Int, Deed) -> Void)?
    /// Called when every daemon runs, before the first step.
    package var afterStart: () -> Void = {}

    package init(_ scenario: Scenario, seed: UInt64, order: ExecutionOrder) {
        self.scenario = scenario
        let isPool = scenario.setup.poolIsShared && scenario.setup.hosts.count > 1
        world = ScenarioWorld(seed: seed, order: order, poolSecret: isPool ? ScenarioWorld.defaultPoolSecret : nil)
    }

    package var now: Duration { world.now - Instant(nanoseconds: 0) }
    package var wallTime: Double { SimulationClock.defaultStart.seconds + now.inSeconds }
    package var foreignJobs: Int { world.foreignJobs }

    // MARK: Setup

    package func begin() throws(ScenarioFailure) {
        for setup in scenario.setup.hosts {
            let host = world.addHost(setup)
            host.onFault = { [weak self] in self?.onFault($0) }
            host.host.faults.onFault = { [weak self] point, action in
                self?.onFault("\(FaultPattern(exactly: point).form) on \(setup.name): \(action.form)")
            }
            if let onEvent { host.onEvent = { [unowned host] in onEvent(host, $0) } }
            if let onDeed { host.onDeed = { onDeed(setup.name, $0, $1) } }
            // The language says so: every kernel path boots the default guest.
            host.host.kernels.fallback = GuestBehaviour()
        }
        for item in scenario.setup.items { try acts.change(item) }
        for host in world.hosts { try world.startAndWait(host) }
        afterStart()
    }

    /// Switches on what is off and starts every daemon that is down, as an operator would; twice, should the first try meet a fault.
    package func revive() {
        for host in world.hosts {
            for _ in 0..<2 where host.state == .down && !host.isRebooting { try? world.startAndWait(host) }
        }
    }

    package func end() { world.shutDown() }

    package func url(ofReceiver name: String) -> String { world.world.network.receivers.url(name) }

    private var acts: WorldActs { world.acts }

    // MARK: Time

    package func run(until condition: () throws -> Bool, limit: Duration) rethrows -> Bool {
        try world.run(until: condition, limit: limit)
    }

    package func advance(by duration: Duration) { world.advance(by: duration) }

    package func settle(_ openRequests: () -> [String]) throws(ScenarioFailure) {
        let open = world.settle(openRequests)
        guard open.isEmpty else {
            throw ScenarioFailure("after an hour still open: " + open.joined(separator: "; "))
        }
    }

    // MARK: Connections

    package func openHTTP(_ host: String, from origin: String?) throws(ScenarioFailure) -> any ByteStream {
        try world.openHTTP(host, from: origin)
    }

    package func hostHeader(_ host: String) -> String { world.hostHeader(host) }

    package func chosenDebugPort(of host: String) -> UInt16? { nil }

    package func openTCP(_ host: String, port: UInt16, from origin: String?) throws(ScenarioFailure) -> any ByteStream {
        // Consoles and debug port accept connections from the machine itself only, unless configured otherwise.
        let user = origin.flatMap(SimulatedAccounts.uid)
        let place = user == nil ? origin ?? host : host
        // Where the daemon listens for its own machine alone, others find nobody.
        if place != host, world.world.network.isForItsHostAlone(host: host, port: port) { return NoStream() }
        return MemoryTCP(
            world.world.client(on: place, of: user ?? 0), tasks: world.world.executor, host: host, port: port,
            deadline: world.now + .seconds(60))
    }

    // MARK: Acts

    package func perform(_ act: MachineAct, on host: String) throws(ScenarioFailure) {
        try world.perform(act, on: host)
    }

    /// The daemon's list, asked anew of the machine; empty when no daemon runs.
    package func domains(of host: RunningHost) -> [DomainInformation] { ask(host) { await $0.domains() } }

    /// The daemon's list as it is known to it, without a call to the machine and without time passing.
    package func knownDomains(of host: RunningHost) -> [DomainInformation] {
        ask(host) { await $0.manager.knownDomains().map(\.information) }
    }

    package func tasks(of host: RunningHost) -> [TaskInformation] { ask(host) { await $0.tasks() } }
    package func notificationURL(of host: RunningHost) -> String? {
        host.daemon?.manager.notification.url
    }

    private func ask<Value>(_ host: RunningHost, _ question: @escaping @Sendable (Daemon) async -> [Value]) -> [Value] {
        guard let daemon = host.daemon else { return [] }
        let box = Box<[Value]>()
        world.world.spawn { box.value = await question(daemon) }
        _ = world.run(until: { box.value != nil }, limit: .seconds(60))
        return box.value ?? []
    }

    // MARK: Files and the machine

    package func file(_ path: String, host: String) throws(ScenarioFailure) -> String? {
        try acts.file(path, host: host)
    }
    package func log(_ host: String) throws(ScenarioFailure) -> String { try acts.log(host) }
    package func memoryFree(_ host: String) throws(ScenarioFailure) -> Int { try acts.memoryFree(host) }
    package func leaks(_ host: String?) throws(ScenarioFailure) -> [String] { try acts.leaks(host) }
    package func runs(_ domain: String, on host: String) throws(ScenarioFailure) -> String {
        try acts.runs(domain, on: host)
    }
    package func received(_ receiver: String) -> [[UInt8]] { acts.received(receiver) }

    package func scriptCalls(_ path: String, host: String) throws(ScenarioFailure) -> [[String]] {
        try acts.scriptCalls(path, host: host)
    }
}
