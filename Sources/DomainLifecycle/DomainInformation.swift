import DomainModel
import SExpressions

/// What is known about a domain at one moment: the answer to `GET /xend/domain/X` (reference/domain.md §3).
public struct DomainInformation: Hashable, Sendable {
    /// Kept through restarts.
    public var id: DomainID
    /// Of a domain that others made it may be anything.
    public var name: String
    /// Kept through restart, save and migration.
    public var uuid: DomainUUID
    /// What it has now; between two lives, what it will be built with.
    public var memory: MemorySize
    /// nil while Xen has not been asked.
    public var maximumMemory: MemorySize?
    /// What it does at this moment.
    public var state: DomainState
    /// nil unless it has shut down.
    public var shutdownReason: ShutdownReason?
    /// The physical cpu it is pinned to or ran on last.
    public var cpu: Int?
    /// Virtual cpus that are online.
    public var vcpus = 1
    /// Of all virtual cpus, in this life.
    public var cpuTime: Duration?
    /// Seconds since 1970; nil for domains that xend did not start.
    public var startTime: Double?
    /// Seconds since it was started; a restart does not begin anew.
    public var upTime: Double?
    /// nil: it has none, as domain 0.
    public var console: ConsoleInformation?
    /// nil: no restart is due.
    public var restartState: RestartState?
    /// What keeps a restart or a destruction waiting.
    public var held: [String] = []
    /// Of the last restart, in seconds since 1970.
    public var restartTime: Double?
    /// All vifs, then all vbds.
    public var devices: [DeviceRecord] = []
    /// The `(vm …)` expression; nil for domains that others made.
    public var config: SExpression?
    /// Name of the operation that is being done to it.
    public var operation: String?
    /// Of its configuration and settings.
    public var generation: UInt64 = 1
    /// xend keeps it when it does not run, too.
    public var isDefined = false
    /// Which of two hosts owns it is not known: an operator may decide.
    public var isInDoubt = false

    /// What every domain has; the rest has its default.
    public init(id: DomainID, name: String, uuid: DomainUUID, memory: MemorySize, state: DomainState) {
        self.id = id
        self.name = name
        self.uuid = uuid
        self.memory = memory
        self.state = state
    }

    /// - Parameters:
    ///   - id: of the domain.
    ///   - record: what xend keeps of it.
    ///   - report: what Xen said last; nil when it said nothing.
    ///   - console: how its console is at the moment.
    ///   - now: seconds since 1970.
    init(
        _ id: DomainID, _ record: DomainRecord, _ report: DomainReport?, console: ConsoleInformation?, now: Double
    ) {
        self.init(
            id: id, name: record.name.rawValue, uuid: record.uuid,
            memory: report?.memory ?? record.config?.memory ?? .zero, state: DomainState(record, report))
        maximumMemory = report?.maximumMemory ?? record.config?.maximumMemory
        shutdownReason = report?.shutdownReason
        cpu = record.firstCPU
        vcpus = report?.onlineVCPUs ?? record.config?.onlineVCPUs ?? 1
        let times = LifeTimes(record, report, now: now)
        (cpuTime, upTime) = (times.cpuTime, times.upTime)
        startTime = record.startTime
        self.console = console
        restartState = RestartState(record)
        held = record.held
        restartTime = record.restartTime
        devices = record.devices
        config = record.config?.source
        operation = record.operation?.name
        generation = record.generation
        isDefined = record.definition != nil
        isInDoubt = record.stage.isInDoubt
    }
}

extension DomainInformation: SExpressible {
    /// `(domain (id …) (name …) …)` in the order of reference/domain.md §3; fields of later versions stand before `devices`.
    public func describe(to sink: inout some SExpressionSink) {
        sink.open("domain")
        describeBeginning(to: &sink)
        LifeTimes(cpuTime: cpuTime, upTime: upTime).describe(to: &sink)
        describeRest(to: &sink)
        sink.close()
    }

    func describeBeginning(to sink: inout some SExpressionSink) {
        sink.element("id", Int(id.rawValue))
        sink.element("name", name)
        sink.element("memory", memory.mebibytes)
        if let maximumMemory { sink.element("maxmem", maximumMemory.mebibytes) }
        sink.element("state", state.description)
        if let shutdownReason { sink.element("shutdown_reason", shutdownReason.description) }
        if let cpu { sink.element("cpu", cpu) }
    }

    func describeRest(to sink: inout some SExpressionSink) {
        if let startTime { sink.element("start_time", startTime) }
        console?.describe(to: &sink)
        if let restartState { sink.element("restart_state", restartState.rawValue) }
        if let restartTime { sink.element("restart_time", restartTime) }
        if !held.isEmpty {
            sink.open("held")
            for reason in held { sink.add(reason) }
            sink.close()
        }
        if let operation { sink.element("operation", operation) }
        sink.element("uuid", uuid.description)
        sink.element("vcpus", vcpus)
        sink.element("generation", "\(generation)")
        if isDefined { sink.element("defined", "running") }
        sink.open("devices")
        for device in devices { device.describe(to: &sink) }
        sink.close()
        if let config {
            sink.open("config")
            sink.add(config)
            sink.close()
        }
    }
}

extension DomainRecord {
    /// The first physical cpu on which it may run.
    fileprivate var firstCPU: Int { max(0, config?.pins.first?.cpus?.min() ?? pinnedCPU ?? 0) }
}

extension Stage {
    fileprivate var isInDoubt: Bool {
        if case .inDoubt = self { return true }
        return false
    }
}
