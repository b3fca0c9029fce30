import DomainModel
import SExpressions

/// A device of a domain, from the decision to attach it until it is gone.
public struct DeviceRecord: Hashable, Sendable {
    public let type: DeviceType
    /// Counts up per type within a life of the domain, never used again: the N of `vifD.N`.
    public let idx: Int
    /// How many devices of the type there were when it was added (reference/domain.md §2).
    public let index: Int
    public var config: DeviceConfig
    /// The driver domain that serves it.
    public var backend: DomainID
    /// vbd: the block device node in the driver domain.
    public var node: String?
    /// vbd: the number of that device.
    public var nodeNumber: UInt32?
    /// vbd: a script bound `node`, and has to unbind it.
    public var isBound: Bool
    /// Its attachment failed and could not be undone: it is to be released as soon as that is possible.
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
    public var handle: UInt32 {
        if case .vbd(let vbd) = config { return vbd.number.rawValue }
        return UInt32(idx)
    }

    public var slot: DeviceSlot { DeviceSlot(type: type, idx: idx) }
}

/// Which device of a domain.
public struct DeviceSlot: Hashable, Comparable, Sendable, CustomStringConvertible {
    public var type: DeviceType
    public var idx: Int

    public init(type: DeviceType, idx: Int) {
        self.type = type
        self.idx = idx
    }

    public static func < (a: DeviceSlot, b: DeviceSlot) -> Bool { (a.type, a.idx) < (b.type, b.idx) }
    public var description: String { "\(type.rawValue) \(idx)" }
}

extension DeviceRecord {
    /// As the wire shows it (reference/domain.md §3).
    public var information: DeviceInformation {
        DeviceInformation(type: type, idx: idx, expression: expression)
    }

    private var expression: SExpression {
        var fields: [SExpression] = [.element("idx", idx)]
        switch config {
        case .vif(let vif):
            fields.append(.element("vif", idx))
            if let address = vif.address { fields.append(.element("mac", address)) }
            if let bridge = vif.bridge { fields.append(.element("bridge", bridge)) }
            if let script = vif.script { fields.append(.element("script", script)) }
            fields += vif.ip.map { .element("ip", $0) }
            if let eventPort { fields.append(["evtchn", .atom(String(eventPort)), .atom(String(eventPort))]) }
        case .vbd(let vbd):
            fields.append(.element("vdev", vbd.number))
            if let nodeNumber { fields.append(.element("device", nodeNumber)) }
            fields += [.element("mode", vbd.mode), .element("dev", vbd.device), .element("uname", vbd.uname)]
            if let node { fields.append(.element("node", node)) }
            if let eventPort { fields.append(["evtchn", .atom(String(eventPort)), .atom(String(eventPort))]) }
        case .pci(let pci):
            fields += [.element("bus", pci.bus), .element("dev", pci.device), .element("func", pci.function)]
        }
        if backend != .zero { fields.append(.element("backend", backend)) }
        fields.append(.element("index", index))
        return .element(type.rawValue, fields)
    }
}
