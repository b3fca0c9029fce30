import DomainModel
import SExpressions

/// What xend keeps about a domain.
public struct DomainRecord: Hashable, Sendable {
    /// All of it: a record is copied as one reference.
    private var box: Boxed<Fields>

    /// Whether nothing of it has been changed since an earlier copy. It is not looked at: false says nothing.
    func isUnchanged(since earlier: DomainRecord) -> Bool { box.isUnchanged(since: earlier.box) }

    /// What is the same in all its lives, on every host.
    public var uuid: DomainUUID { box.wrappedValue.uuid }
    /// nil until Xen has made it for the first time; kept through restarts.
    public var id: DomainID? {
        get { box.wrappedValue.id }
        _modify { yield &box.wrappedValue.id }
    }
    /// No two records have the same.
    public var name: DomainName {
        get { box.wrappedValue.name }
        _modify { yield &box.wrappedValue.name }
    }
    /// What was asked for, and what operators have decided since; nil for a domain that others made, or whose file was lost.
    public var config: DomainConfig? {
        get { box.wrappedValue.config }
        _modify { yield &box.wrappedValue.config }
    }
    /// Counts what has changed of its configuration and settings, so that a client can tell whether it knows them (manual, decision
    /// 18).
    public var generation: UInt64 {
        get { box.wrappedValue.generation }
        _modify { yield &box.wrappedValue.generation }
    }
    /// Whether the configuration has what operators have decided. An older xend kept that nowhere but in the machine.
    public var keepsSettings: Bool {
        get { box.wrappedValue.keepsSettings }
        _modify { yield &box.wrappedValue.keepsSettings }
    }
    /// Made by another toolstack: listed and operated on, but never reaped, restarted or cleaned up.
    public var isForeign: Bool {
        get { box.wrappedValue.isForeign }
        _modify { yield &box.wrappedValue.isForeign }
    }
    /// Where it is in its life.
    public var stage: Stage {
        get { box.wrappedValue.stage }
        _modify { yield &box.wrappedValue.stage }
    }
    /// The operation that is being done to it, with its serial number.
    public var operation: OperationTicket? {
        get { box.wrappedValue.operation }
        _modify { yield &box.wrappedValue.operation }
    }
    /// Serial number of the last operation: what was seen before it began says nothing about the domain now.
    public var lastSerial: UInt64 {
        get { box.wrappedValue.lastSerial }
        _modify { yield &box.wrappedValue.lastSerial }
    }
    /// In the order in which they were attached.
    public var devices: [DeviceRecord] {
        get { box.wrappedValue.devices }
        _modify { yield &box.wrappedValue.devices }
    }
    /// The next idx by type.
    public var nextIndex: [DeviceType: Int] {
        get { box.wrappedValue.nextIndex }
        _modify { yield &box.wrappedValue.nextIndex }
    }
    /// nil before it has one, and for domains of others.
    public var console: ConsoleRecord? {
        get { box.wrappedValue.console }
        _modify { yield &box.wrappedValue.console }
    }
    /// What a user asked for and the guest has not done yet.
    public var requested: ShutdownRequest? {
        get { box.wrappedValue.requested }
        _modify { yield &box.wrappedValue.requested }
    }
    /// The cpu that `pincpu` chose for a domain without a configuration.
    public var pinnedCPU: Int? {
        get { box.wrappedValue.pinnedCPU }
        _modify { yield &box.wrappedValue.pinnedCPU }
    }
    /// Seconds since 1970.
    public var startTime: Double? {
        get { box.wrappedValue.startTime }
        _modify { yield &box.wrappedValue.startTime }
    }
    /// Of the last restart, in seconds since 1970; nil before the first.
    public var restartTime: Double? {
        get { box.wrappedValue.restartTime }
        _modify { yield &box.wrappedValue.restartTime }
    }
    /// Attempts to build the next life that failed in a row.
    public var failedRestarts: Int {
        get { box.wrappedValue.failedRestarts }
        _modify { yield &box.wrappedValue.failedRestarts }
    }
    /// What keeps an end or a restart waiting, in words; of a defined domain why it could not be started.
    public var held: [String] {
        get { box.wrappedValue.held }
        _modify { yield &box.wrappedValue.held }
    }
    /// nil: it is forgotten when its life is over.
    public var definition: Definition? {
        get { box.wrappedValue.definition }
        _modify { yield &box.wrappedValue.definition }
    }

    /// A record of a domain that has neither a number nor a past yet.
    public init(uuid: DomainUUID, name: DomainName, config: DomainConfig?, stage: Stage, isForeign: Bool = false) {
        box = Boxed(
            wrappedValue: Fields(uuid: uuid, name: name, config: config, isForeign: isForeign, stage: stage))
    }

    /// `domain 7 "web"`: how messages call it.
    public var title: String { id.map { "domain \($0) \"\(name)\"" } ?? "domain \"\(name)\"" }

    /// Whether it has a life in Xen that is not to end.
    public var isInXen: Bool {
        switch stage {
        case .live, .exited, .inDoubt: true
        case .creating, .ending, .restarting, .defined: false
        }
    }

    /// Whether it stopped by itself and is kept.
    public var isExited: Bool {
        if case .exited = stage { return true }
        return false
    }

    /// Whether its configuration is the one that a client has seen.
    func checkGeneration(_ reference: DomainReference) throws(Refusal) {
        guard reference.generation == nil || reference.generation == generation else {
            throw .stale(title: title, generation: generation)
        }
    }

    /// Whether one of its devices is this node of domain 0.
    public func hasDevice(at node: String) -> Bool { devices.contains { $0.node == node } }

    /// The device that a client means.
    public func device(_ type: DeviceType, _ index: DeviceSelector) -> DeviceRecord? {
        devices.first { $0.type == type && index.means($0) }
    }

    /// Whether a restart was asked for that has not come yet: a reboot, or a poweroff of a domain that restarts after every one.
    var awaitsRestart: Bool {
        switch requested {
        // Who made it builds its next life.
        case .reboot: !isForeign
        case .poweroff: config?.exitActions.action(for: .poweroff).end == .restarts
        case .halt, nil: false
        }
    }

    /// Its life ends, and another follows: without the devices that were to go.
    mutating func endForRestart() {
        stage = .ending(then: .restart)
        guard devices.contains(where: \.isUnwanted) else { return }
        config = config?.with(devices: devices.filter { !$0.isUnwanted }.map(\.config))
    }

    /// The domain as it begins a life here that goes on with one elsewhere: all of it comes along, but for what that life had of its
    /// machine, its operations and its daemon.
    func arriving() -> DomainRecord {
        var record = self
        (record.id, record.console, record.startTime) = (nil, nil, nil)
        (record.stage, record.isForeign) = (.creating, false)
        (record.operation, record.lastSerial, record.requested) = (nil, 0, nil)
        (record.devices, record.held, record.failedRestarts) = ([], [], 0)
        return record
    }

    /// A new device with the next idx of its type, which is thereby used up.
    mutating func newDevice(_ config: DeviceConfig, backend: DomainID) -> DeviceRecord {
        let type = config.type
        let idx = nextIndex[type, default: 0]
        nextIndex[type] = idx + 1
        let index = devices.count { $0.type == type }
        return DeviceRecord(type: type, idx: idx, index: index, config: config, backend: backend)
    }
}

extension DomainRecord: CustomReflectable {
    /// With its fields, wherever they are kept.
    public var customMirror: Mirror { Mirror(reflecting: box.wrappedValue) }

    /// What a record has: see there.
    private struct Fields: Hashable, Sendable {
        let uuid: DomainUUID
        var id: DomainID?
        var name: DomainName
        @Boxed var config: DomainConfig?
        var generation: UInt64 = 1
        var keepsSettings = true
        var isForeign: Bool
        var stage: Stage
        var operation: OperationTicket?
        var lastSerial: UInt64 = 0
        var devices: [DeviceRecord] = []
        var nextIndex: [DeviceType: Int] = [:]
        var console: ConsoleRecord?
        var requested: ShutdownRequest?
        var pinnedCPU: Int?
        var startTime: Double?
        var restartTime: Double?
        var failedRestarts = 0
        var held: [String] = []
        var definition: Definition?
    }
}

/// Domain records as s-expressions: in the journal, and in the database's `domain/ID` files.
///
/// The expression begins like the `(domain …)` of the wire, so that people and old tools can read it.
extension DomainRecord: SExpressible {
    /// As it is kept.
    public func describe(to sink: inout some SExpressionSink) {
        sink.open("domain")
        if let id { sink.element("id", id.description) }
        sink.element("name", name.rawValue)
        sink.element("uuid", uuid.description)
        if let startTime { sink.element("start_time", "\(startTime)") }
        if let restartTime { sink.element("restart_time", "\(restartTime)") }
        if let word = restartWord { sink.element("restart_state", word) }
        if case .exited(let reason) = stage { sink.element("exited", Int(reason.code)) }
        if case .ending(.forget) = stage { sink.element("ending") }
        if case .inDoubt(let doubt) = stage { sink.element("doubt", doubt.rawValue) }
        if let definition { sink.add(definition.expression) }
        if stage == .defined { sink.element("shelved") }
        if let requested { sink.element("requested", requested.rawValue) }
        if let pinnedCPU { sink.element("pinned", pinnedCPU) }
        describeConsole(to: &sink)
        sink.open("next")
        for (type, index) in nextIndex.sorted(by: { $0.key < $1.key }) {
            sink.open(named: type.rawValue)
            sink.add(index)
            sink.close()
        }
        sink.close()
        sink.open("devices")
        for device in devices { device.describeStored(to: &sink) }
        sink.close()
        if generation > 1 { sink.element("generation", generation) }
        if keepsSettings { sink.element("settings", "in-config") }
        if let config { sink.element("config") { $0.add(config.source) } }
        sink.close()
    }

    /// Here, where it is compiled for this sink alone: each creation writes some.
    public func write(to writer: inout SXPWriter) { describe(to: &writer) }

    private func describeConsole(to sink: inout some SExpressionSink) {
        guard let console else { return }
        sink.open("console")
        sink.element("console_port", Int(console.port))
        sink.element("id", "\(console.channel)")
        sink.element("remote_port", Int(console.eventPort ?? 0))
        sink.close()
    }

    private var restartWord: String? {
        switch stage {
        case .restarting(.blocked): "blocked"
        case .restarting, .ending(.restart): "pending"
        case .creating, .live, .exited, .ending(.forget), .inDoubt, .defined: nil
        }
    }

    /// - Returns: nil when it is not the record of a domain.
    package init?(_ expression: SExpression) {
        guard expression.isElement("domain"), let name = expression.childText("name"),
            let uuid = expression.childText("uuid").flatMap({ DomainUUID(text: $0) })
        else { return nil }
        let config = expression.childValue("config").flatMap { try? DomainConfig($0) }
        self.init(
            uuid: uuid, name: DomainName(foreign: name), config: config, stage: Self.stage(in: expression))
        id = expression.childText("id").flatMap { DomainID(text: $0) }
        startTime = expression.childText("start_time").flatMap(Double.init)
        restartTime = expression.childText("restart_time").flatMap(Double.init)
        requested = expression.childText("requested").flatMap(ShutdownRequest.init)
        generation = expression.childText("generation").flatMap(UInt64.init) ?? 1
        keepsSettings = expression.child("settings") != nil
        pinnedCPU = expression.childText("pinned").flatMap(Int.init)
        // What an older xend kept of all settings.
        if !keepsSettings, let cpu = pinnedCPU { self.config = config?.pinned(to: CPUSet(cpu: cpu), vcpu: nil) }
        definition = expression.child("defined").map(Definition.init)
        console = expression.child("console").flatMap(ConsoleRecord.init)
        devices = (expression.child("devices")?.children() ?? []).compactMap(DeviceRecord.init)
        for element in expression.child("next")?.children() ?? [] {
            guard let type = element.name.flatMap(DeviceType.init(rawValue:)), let next = element.children().first?.atom
            else {
                continue
            }
            nextIndex[type] = Int(next)
        }
    }

    private static func stage(in expression: SExpression) -> Stage {
        if expression.child("shelved") != nil { return .defined }
        if let state = expression.childText("restart_state").flatMap(RestartState.init) { return .restarting(state) }
        if let doubt = expression.childText("doubt").flatMap(Stage.Doubt.init) { return .inDoubt(doubt) }
        if let code = expression.childText("exited").flatMap(UInt8.init) { return .exited(ShutdownReason(code: code)) }
        return expression.child("ending") == nil ? .live : .ending(then: .forget)
    }
}
