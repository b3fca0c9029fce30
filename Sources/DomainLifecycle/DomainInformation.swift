import DomainModel
import SExpressions

/// What is known about a domain at one moment: the answer to `GET /xend/domain/X` (reference/domain.md §3).
public struct DomainInformation: Hashable, Sendable {
    public var id: DomainID
    public var name: String
    public var uuid: DomainUUID
    public var memory: MemorySize
    public var maximumMemory: MemorySize?
    public var state: DomainState
    public var shutdownReason: ShutdownReason?
    /// The physical cpu it is pinned to or ran on last.
    public var cpu: Int?
    public var vcpus: Int
    public var cpuTime: Duration?
    /// Seconds since 1970; nil for domains that xend did not start.
    public var startTime: Double?
    public var upTime: Double?
    public var console: ConsoleInformation?
    public var restartState: RestartState?
    /// What keeps a restart or a destruction waiting.
    public var held: [String]
    public var restartTime: Double?
    public var devices: [DeviceInformation]
    /// The `(vm …)` expression; nil for domains that others made.
    public var config: SExpression?
    /// Name of the operation that is being done to it.
    public var operation: String?

    public init(
        id: DomainID, name: String, uuid: DomainUUID, memory: MemorySize, maximumMemory: MemorySize? = nil,
        state: DomainState, shutdownReason: ShutdownReason? = nil, cpu: Int? = nil, vcpus: Int = 1,
        cpuTime: Duration? = nil, startTime: Double? = nil, upTime: Double? = nil,
        console: ConsoleInformation? = nil, restartState: RestartState? = nil, held: [String] = [],
        restartTime: Double? = nil, devices: [DeviceInformation] = [], config: SExpression? = nil,
        operation: String? = nil
    ) {
        self.id = id
        self.name = name
        self.uuid = uuid
        self.memory = memory
        self.maximumMemory = maximumMemory
        self.state = state
        self.shutdownReason = shutdownReason
        self.cpu = cpu
        self.vcpus = vcpus
        self.cpuTime = cpuTime
        self.startTime = startTime
        self.upTime = upTime
        self.console = console
        self.restartState = restartState
        self.held = held
        self.restartTime = restartTime
        self.devices = devices
        self.config = config
        self.operation = operation
    }
}

/// The six letters `rbpscd` (manual, decision 1).
public struct DomainState: Hashable, Sendable, CustomStringConvertible {
    public var isRunning = false
    public var isBlocked = false
    public var isPaused = false
    public var isShutdown = false
    public var isCrashed = false
    public var isDying = false

    public init() {}

    public var description: String {
        let flags = [isRunning, isBlocked, isPaused, isShutdown, isCrashed, isDying]
        return String(zip("rbpscd", flags).map { letter, isSet in isSet ? letter : "-" })
    }
}

public enum RestartState: String, Hashable, Sendable {
    /// Waits until the old life is gone.
    case pending
    /// Being built.
    case booting
    /// Waited too long, or could not be built; `held` says why.
    case blocked
}

/// A console as the wire shows it (reference/domain.md §4).
public struct ConsoleInformation: Hashable, Sendable {
    public enum Status: String, Hashable, Sendable { case new, listening, connected, closed }
    public var status: Status
    /// Number of the console's channel: another after each restart.
    public var channel: Int
    public var domain: DomainID
    /// Event channel; nil while detached.
    public var eventPort: UInt32?
    public var port: UInt16
    /// The client that may write.
    public var client: (host: String, port: UInt16)? {
        get { clientHost.map { ($0, clientPort) } }
        set { (clientHost, clientPort) = (newValue?.host, newValue?.port ?? 0) }
    }
    private var clientHost: String?
    private var clientPort: UInt16 = 0

    public init(status: Status, channel: Int, domain: DomainID, eventPort: UInt32?, port: UInt16) {
        self.status = status
        self.channel = channel
        self.domain = domain
        self.eventPort = eventPort
        self.port = port
    }

    /// `(console (status S) (id I) (domain D) (local_port L) (remote_port R) (console_port P) [(connected HOST PORT)])`
    public var expression: SExpression {
        var fields: [SExpression] = [
            .element("status", status.rawValue), .element("id", channel), .element("domain", domain),
            .element("local_port", eventPort ?? 0), .element("remote_port", eventPort ?? 0),
            .element("console_port", port),
        ]
        if let client { fields.append(["connected", .atom(client.host), .atom(String(client.port))]) }
        return .element("console", fields)
    }
}

/// A device as the wire shows it (reference/domain.md §3).
public struct DeviceInformation: Hashable, Sendable {
    public var type: DeviceType
    /// Counts up per type within the domain, never used again.
    public var idx: Int
    /// The whole element, `(vif (idx 0) …)`.
    public var expression: SExpression

    public init(type: DeviceType, idx: Int, expression: SExpression) {
        self.type = type
        self.idx = idx
        self.expression = expression
    }
}

extension DomainInformation {
    /// `(domain (id …) (name …) …)` in the order of reference/domain.md §3; fields of later versions stand before `devices`.
    public var expression: SExpression {
        var fields: [SExpression] = [
            .element("id", id), .element("name", name), .element("memory", memory.mebibytes),
        ]
        func add(_ name: String, _ value: (some CustomStringConvertible)?) {
            if let value { fields.append(.element(name, value)) }
        }
        func add(seconds name: String, _ value: Double?) {
            if let value { fields.append([.atom(name), .number(value)]) }
        }
        add("maxmem", maximumMemory?.mebibytes)
        add("state", state)
        add("shutdown_reason", shutdownReason)
        add("cpu", cpu)
        add(seconds: "cpu_time", cpuTime.map(seconds))
        add(seconds: "up_time", upTime)
        add(seconds: "start_time", startTime)
        if let console { fields.append(console.expression) }
        add("restart_state", restartState?.rawValue)
        add(seconds: "restart_time", restartTime)
        if !held.isEmpty { fields.append(.element("held", held.map(SExpression.atom))) }
        add("operation", operation)
        add("uuid", uuid)
        add("vcpus", vcpus)
        fields.append(.element("devices", devices.map(\.expression)))
        if let config { fields.append(.element("config", config)) }
        return .element("domain", fields)
    }

    private func seconds(_ duration: Duration) -> Double {
        let (seconds, attoseconds) = duration.components
        return Double(seconds) + Double(attoseconds) / 1e18
    }
}
