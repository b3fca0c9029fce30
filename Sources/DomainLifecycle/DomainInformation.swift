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
    public var vcpus: Int
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
    public var held: [String]
    /// Of the last restart, in seconds since 1970.
    public var restartTime: Double?
    /// All vifs, then all vbds.
    public var devices: [DeviceRecord]
    /// The `(vm …)` expression; nil for domains that others made.
    public var config: SExpression?
    /// Name of the operation that is being done to it.
    public var operation: String?
    /// Which of two hosts owns it is not known: an operator may decide.
    public var isInDoubt: Bool

    public init(
        id: DomainID, name: String, uuid: DomainUUID, memory: MemorySize, maximumMemory: MemorySize? = nil,
        state: DomainState, shutdownReason: ShutdownReason? = nil, cpu: Int? = nil, vcpus: Int = 1,
        cpuTime: Duration? = nil, startTime: Double? = nil, upTime: Double? = nil,
        console: ConsoleInformation? = nil, restartState: RestartState? = nil, held: [String] = [],
        restartTime: Double? = nil, devices: [DeviceRecord] = [], config: SExpression? = nil,
        operation: String? = nil, isInDoubt: Bool = false
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
        self.isInDoubt = isInDoubt
    }
}

/// The six letters `rbpscd` (manual, decision 1).
public struct DomainState: Hashable, Sendable, CustomStringConvertible {
    /// `r`: one of its cpus runs.
    public var isRunning = false
    /// `b`: all of them wait for an event.
    public var isBlocked = false
    /// `p`: an operator has stopped it.
    public var isPaused = false
    /// `s`: the guest has ended by itself.
    public var isShutdown = false
    /// `c`: and that was a crash.
    public var isCrashed = false
    /// `d`: Xen is letting go of it.
    public var isDying = false

    public init() {}

    public var description: String {
        let none = UInt8(ascii: "-")
        return String(unsafeUninitializedCapacity: 6) { text in
            text[0] = isRunning ? UInt8(ascii: "r") : none
            text[1] = isBlocked ? UInt8(ascii: "b") : none
            text[2] = isPaused ? UInt8(ascii: "p") : none
            text[3] = isShutdown ? UInt8(ascii: "s") : none
            text[4] = isCrashed ? UInt8(ascii: "c") : none
            text[5] = isDying ? UInt8(ascii: "d") : none
            return 6
        }
    }
}

/// How far a restart is that is due.
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
    /// In the words of 2004 (reference/domain.md §4).
    public enum Status: String, Hashable, Sendable { case new, listening, connected, closed }
    /// Whether somebody is connected.
    public var status: Status
    /// Number of the console's channel: another after each restart.
    public var channel: Int
    /// Whose console it is.
    public var domain: DomainID
    /// Event channel; nil while detached.
    public var eventPort: UInt32?
    /// The TCP port; what addresses the console in a URL.
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
}

extension ConsoleInformation: SExpressible {
    /// `(console (status S) (id I) (domain D) (local_port L) (remote_port R) (console_port P) [(connected HOST PORT)])`
    public func describe(to sink: inout some SExpressionSink) {
        sink.open("console")
        sink.element("status", status.rawValue)
        sink.element("id", channel)
        sink.element("domain", Int(domain.rawValue))
        sink.element("local_port", Int(eventPort ?? 0))
        sink.element("remote_port", Int(eventPort ?? 0))
        sink.element("console_port", Int(port))
        if let client {
            sink.open("connected")
            sink.add(client.host)
            sink.add(Int(client.port))
            sink.close()
        }
        sink.close()
    }
}

extension DomainInformation: SExpressible {
    /// `(domain (id …) (name …) …)` in the order of reference/domain.md §3; fields of later versions stand before `devices`.
    public func describe(to sink: inout some SExpressionSink) {
        sink.open("domain")
        describeBeginning(to: &sink)
        describeTimes(to: &sink)
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

    /// What grows while nothing happens.
    func describeTimes(to sink: inout some SExpressionSink) {
        if let cpuTime { sink.element("cpu_time", seconds(cpuTime)) }
        if let upTime { sink.element("up_time", upTime) }
    }

    private func seconds(_ duration: Duration) -> Double {
        let (seconds, attoseconds) = duration.components
        return Double(seconds) + Double(attoseconds) / 1e18
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
