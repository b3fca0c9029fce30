import DomainLifecycle
import DomainModel
import SExpressions

/// Domain records as s-expressions: in the journal, and in the database's `domain/ID` files.
///
/// The expression begins like the `(domain …)` of the wire, so that people and old tools can read it.
extension DomainRecord {
    var expression: SExpression {
        var fields: [SExpression] = []
        if let id { fields.append(.element("id", id)) }
        fields += [.element("name", name), .element("uuid", uuid)]
        if let startTime { fields.append(["start_time", .atom("\(startTime)")]) }
        if let restartTime { fields.append(["restart_time", .atom("\(restartTime)")]) }
        if let word = restartWord { fields.append(.element("restart_state", word)) }
        if case .exited(let reason) = stage { fields.append(.element("exited", String(reason.code))) }
        if case .ending(.forget) = stage { fields.append(["ending"]) }
        if case .inDoubt(let doubt) = stage { fields.append(.element("doubt", doubt.rawValue)) }
        if let requested { fields.append(.element("requested", requested.rawValue)) }
        if let pinnedCPU { fields.append(.element("pinned", pinnedCPU)) }
        if let console {
            fields.append(
                .element(
                    "console", .element("console_port", console.port), .element("id", console.channel),
                    .element("remote_port", console.eventPort ?? 0)))
        }
        fields.append(
            .element("next", nextIndex.sorted { $0.key < $1.key }.map { .element($0.key.rawValue, $0.value) }))
        fields.append(.element("devices", devices.map(\.storedExpression)))
        if keepsSettings { fields.append(["settings", "in-config"]) }
        if let config { fields.append(.element("config", config.source)) }
        return .element("domain", fields)
    }

    private var restartWord: String? {
        switch stage {
        case .restarting(.blocked): "blocked"
        case .restarting, .ending(.restart): "pending"
        case .creating, .live, .exited, .ending(.forget), .inDoubt: nil
        }
    }

    /// - Returns: nil when it is not the record of a domain.
    init?(_ expression: SExpression) {
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
        keepsSettings = expression.child("settings") != nil
        pinnedCPU = expression.childText("pinned").flatMap(Int.init)
        // What an older xend kept of all settings.
        if !keepsSettings, let cpu = pinnedCPU { self.config = config?.pinned(to: CPUSet(cpu: cpu), vcpu: nil) }
        console = expression.child("console").flatMap(ConsoleRecord.init)
        devices = (expression.child("devices")?.children() ?? []).compactMap(DeviceRecord.init)
        for element in expression.child("next")?.children() ?? [] {
            guard let type = element.name.flatMap(DeviceType.init), let next = element.children().first?.atom else {
                continue
            }
            nextIndex[type] = Int(next)
        }
    }

    private static func stage(in expression: SExpression) -> Stage {
        if let state = expression.childText("restart_state").flatMap(RestartState.init) { return .restarting(state) }
        if let doubt = expression.childText("doubt").flatMap(Stage.Doubt.init) { return .inDoubt(doubt) }
        if let code = expression.childText("exited").flatMap(UInt8.init) { return .exited(ShutdownReason(code: code)) }
        return expression.child("ending") == nil ? .live : .ending(then: .forget)
    }
}

extension ConsoleRecord {
    fileprivate init?(_ expression: SExpression) {
        guard let port = expression.childText("console_port").flatMap(UInt16.init) else { return nil }
        self.init(
            port: port, channel: expression.childText("id").flatMap(Int.init) ?? 0,
            eventPort: expression.childText("remote_port").flatMap(UInt32.init).flatMap { $0 == 0 ? nil : $0 })
    }
}

extension DeviceRecord {
    /// The device as the wire shows it, and behind that what only xend needs.
    fileprivate var storedExpression: SExpression {
        guard case .list(let members) = expression else { return expression }
        var own: [SExpression] = [.element("backend", backend), .element("config", config.source)]
        if let node { own.append(.element("node", node)) }
        if let nodeNumber { own.append(.element("number", nodeNumber)) }
        if isBound { own.append(["bound"]) }
        if isUnwanted { own.append(["unwanted"]) }
        if let eventPort { own.append(.element("port", eventPort)) }
        return .list(members + [.element("xend", own)])
    }

    fileprivate init?(_ expression: SExpression) {
        guard let type = expression.name.flatMap(DeviceType.init), let own = expression.child("xend"),
            let idx = expression.childText("idx").flatMap(Int.init),
            let config = own.childValue("config").flatMap({ try? DeviceConfig($0) })
        else { return nil }
        let backend = own.childText("backend").flatMap { DomainID(text: $0) } ?? .zero
        let index = expression.childText("index").flatMap(Int.init) ?? idx
        self.init(type: type, idx: idx, index: index, config: config, backend: backend)
        node = own.childText("node")
        nodeNumber = own.childText("number").flatMap(UInt32.init)
        isBound = own.child("bound") != nil
        isUnwanted = own.child("unwanted") != nil
        eventPort = own.childText("port").flatMap(UInt32.init)
    }
}
