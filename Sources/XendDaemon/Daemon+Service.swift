import DomainLifecycle
import DomainManagement
import DomainModel
import HostInterface
import HypervisorInterface
import SExpressions

/// The daemon as the wire sees it.
extension Daemon: DaemonService {
    /// A page or a client never wants more of the log.
    private static let shownLog = 1 << 20
    /// Bytes of an event that somebody injects. It is a few words; thousands of events are kept, and wait for slow readers.
    private static let maximumEvent = 8 << 10

    // MARK: Domains

    public func listedDomains() async -> [ListedDomain] { await manager.domains() }

    public func definedDomains(_ reference: DomainReference?) async -> [DefinedDomain] {
        await manager.definedDomains(reference)
    }

    public func domainNames() async -> [String] { await manager.domainNames() }

    public func domain(_ reference: DomainReference) async throws(OperationError) -> DomainInformation {
        try await manager.domain(reference)
    }

    public func vcpus(_ reference: DomainReference) async throws(OperationError) -> [VCPUReport] {
        try await manager.vcpus(reference)
    }

    public func refusals(_ reference: DomainReference) async throws(OperationError) -> [String: String] {
        try await manager.refusals(reference)
    }

    public func scheduler(_ reference: DomainReference) async throws(OperationError) -> SchedulerParameters {
        try await manager.scheduler(reference)
    }

    public func submit(
        _ operation: Operation, for requester: Requester
    ) async throws(OperationError) -> OperationResult {
        try await tracer.call("domain:\(operation.title)") { () async throws(OperationError) in
            try await manager.submit(operation, for: requester)
        }
    }

    // MARK: Consoles

    public func consoles() async -> [ConsoleInformation] { await manager.consoleList() }

    public func console(port: UInt16) async throws(OperationError) -> ConsoleInformation {
        try await manager.console(port: port)
    }

    public func openConsole(port: UInt16) async throws(OperationError) -> any ConsoleHub {
        try await manager.openConsole(port: port)
    }

    // MARK: The node

    public func node() async throws(OperationError) -> NodeInformation {
        let name = host.node.systemName
        do {
            return NodeInformation(
                system: name.system, host: name.host, release: name.release, version: name.version,
                machine: name.machine, report: try await machine.hypervisor.node(), isSimulated: machine.isSimulated,
                notices: await manager.notices)
        } catch {
            throw OperationError(.failed, "cannot ask Xen about the node: \(error)")
        }
    }

    public func dmesg(clear: Bool) async throws(OperationError) -> [UInt8] {
        do {
            return try await machine.hypervisor.consoleRing(clear: clear)
        } catch {
            throw OperationError(.failed, "cannot read Xen's messages: \(error)")
        }
    }

    public func log() async throws(OperationError) -> LogContents {
        LogContents(bytes: await logSink.newest(limit: Self.shownLog), modified: host.clock.wallTime.seconds)
    }

    public func shutDownNode(reboot: Bool, for requester: Requester) async throws(OperationError) {
        log.notice("the node \(reboot ? "reboots" : "shuts down") for \(requester)")
        do {
            if reboot { try await host.node.reboot() } else { try await host.node.powerOff() }
        } catch {
            throw OperationError(.failed, "cannot \(reboot ? "reboot" : "shut down") the node: \(error)")
        }
    }

    public func stopDomains(within seconds: Int, for requester: Requester) async throws(OperationError) {
        try await manager.stopDomains(within: seconds, for: requester)
    }

    public func setNotificationURL(_ url: String?) async throws(OperationError) {
        if let url, !url.isEmpty, NotificationTarget(url) == nil {
            throw OperationError(.invalid, "invalid notification url \"\(url)\" (allowed: http://HOST[:PORT]/PATH)")
        }
        try await manager.setNotificationURL(url)
    }

    // MARK: Events

    public func inject(_ event: SExpression) async throws(OperationError) -> String {
        guard let name = event.name, !name.isEmpty else {
            throw OperationError(.invalid, "invalid event (allowed: (NAME VALUE...))")
        }
        guard event.description.utf8.count <= Self.maximumEvent else {
            throw OperationError(.invalid, "invalid event: it is longer than \(Self.maximumEvent) bytes")
        }
        events.publish(Event(name, event))
        return name
    }

    public func events(since: UInt64?, matching patterns: [EventPattern]) async -> EventPage {
        events.page(since: since, matching: patterns)
    }

    public func eventReader(
        since: UInt64?, matching patterns: [EventPattern]
    ) async -> (any EventReading)? {
        events.reader(since: since, matching: patterns)
    }

    public func history(_ query: HistoryQuery) async -> HistoryAnswer { await history.answer(to: query) }

    // MARK: Tasks

    public func tasks() async -> [TaskInformation] { await manager.tasks() }

    public func task(_ id: Int) async throws(OperationError) -> TaskInformation { try await manager.task(id) }

    public func cancelTask(_ id: Int, for requester: Requester) async throws(OperationError) {
        try await manager.cancelTask(id, for: requester)
    }

    // MARK: Virtual networks

    public func virtualNetworks() async -> [String] { await virtualNetworks.list() }

    public func virtualNetwork(_ id: String) async throws(OperationError) -> SExpression {
        try await virtualNetworks.get(id)
    }

    public func createVirtualNetwork(_ config: SExpression) async throws(OperationError) {
        try await virtualNetworks.create(config)
    }

    public func deleteVirtualNetwork(_ id: String) async throws(OperationError) {
        try await virtualNetworks.delete(id)
    }

    // MARK: Watching the daemon itself

    public func measurements() async -> [Measurement] { await manager.measurements() + measuring.list(manager) }
    public func poolHosts() async -> [PoolHost] { await pool.known() }
    public func measures() async -> MeasureBook? { await measuring.book }
    public func isReady() async -> Bool { await isReadyNow }
}
