import DomainModel
import SExpressions

/// A device of a domain, from the decision to attach it until it is gone.
public struct DeviceRecord: Hashable, Sendable {
    /// With ``idx`` what names the device.
    public let type: DeviceType
    /// Counts up per type within a life of the domain, never used again: the N of `vifD.N`.
    public let idx: Int
    /// How many devices of the type there were when it was added (reference/domain.md §2).
    public let index: Int
    /// What was asked for; a vif's can be changed while it is connected.
    public var config: DeviceConfig
    /// The driver domain that serves it.
    public var backend: DomainID
    /// vbd: the block device node in the driver domain.
    public var node: String?
    /// vbd: the number of that device.
    public var nodeNumber: UInt32?
    /// vbd: a script bound `node`, and has to unbind it.
    public var isBound: Bool
    /// It is to go, or its attachment failed and could not be undone: it is released as soon as that is possible.
    public var isUnwanted = false
    /// The front-end's event channel, once it is connected.
    public var eventPort: UInt32?

    public init(type: DeviceType, idx: Int, index: Int, config: DeviceConfig, backend: DomainID = .zero) {
        self.type = type
        self.idx = idx
        self.index = index
        self.config = config
        self.backend = backend
        isBound = false
    }

    /// The device's number in xenstore: a vif's idx, a vbd's virtual device number.
    public var handle: UInt32 { config.settings.handle ?? UInt32(idx) }

    /// The device with another configuration.
    func configured(_ config: DeviceConfig) -> DeviceRecord {
        var device = self
        device.config = config
        return device
    }

    /// Which device of its domain it is.
    public var slot: DeviceSlot { DeviceSlot(type: type, idx: idx) }
}

extension DeviceRecord: SExpressible {
    /// `(vif (idx 0) …)`, as the wire shows it (reference/domain.md §3).
    public func describe(to sink: inout some SExpressionSink) {
        sink.open(named: type.rawValue)
        describeFields(to: &sink)
        sink.close()
    }

    private func describeFields(to sink: inout some SExpressionSink) {
        sink.element("idx", idx)
        switch config {
        case .vif(let vif): describe(vif, to: &sink)
        case .vbd(let vbd): describe(vbd, to: &sink)
        case .pci(let pci):
            sink.element("bus", "\(pci.bus)")
            sink.element("dev", "\(pci.device)")
            sink.element("func", "\(pci.function)")
        }
        if backend != .zero { sink.element("backend", "\(backend)") }
        sink.element("index", index)
    }

    private func describe(_ vif: VIFConfig, to sink: inout some SExpressionSink) {
        sink.element("vif", idx)
        if let address = vif.address { sink.element("mac", "\(address)") }
        if let bridge = vif.bridge { sink.element("bridge", bridge) }
        if let script = vif.script { sink.element("script", script) }
        for address in vif.ip { sink.element("ip", "\(address)") }
        for word in ["vifname", "rate", "mtu"] {
            guard let value = vif.source.childText(word), !value.isEmpty else { continue }
            sink.open(named: word)
            sink.add(value)
            sink.close()
        }
        describeEventPort(to: &sink)
    }

    private func describe(_ vbd: VBDConfig, to sink: inout some SExpressionSink) {
        sink.element("vdev", "\(vbd.number)")
        if let nodeNumber { sink.element("device", Int(nodeNumber)) }
        sink.element("mode", vbd.mode)
        sink.element("dev", vbd.device)
        sink.element("uname", vbd.uname)
        if let node { sink.element("node", node) }
        describeEventPort(to: &sink)
    }

    /// Both ends have the same number.
    private func describeEventPort(to sink: inout some SExpressionSink) {
        guard let eventPort else { return }
        sink.open("evtchn")
        for _ in 0..<2 { sink.add(Int(eventPort)) }
        sink.close()
    }
}

extension DeviceRecord {
    /// The device as the wire shows it, and behind that what only xend needs.
    func describeStored(to sink: inout some SExpressionSink) {
        sink.open(named: type.rawValue)
        describeFields(to: &sink)
        sink.open("xend")
        sink.element("backend", backend.description)
        sink.element("config") { $0.add(config.source) }
        if let node { sink.element("node", node) }
        if let nodeNumber { sink.element("number", Int(nodeNumber)) }
        if isBound { sink.element("bound") }
        if isUnwanted { sink.element("unwanted") }
        if let eventPort { sink.element("port", Int(eventPort)) }
        sink.close()
        sink.close()
    }

    init?(_ expression: SExpression) {
        guard let type = expression.name.flatMap(DeviceType.init(rawValue:)), let own = expression.child("xend"),
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
