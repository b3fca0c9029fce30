import SExpressions

/// One `(device …)` of a configuration.
public enum DeviceConfig: Hashable, Sendable {
    /// A network interface.
    case vif(VIFConfig)
    /// A block device.
    case vbd(VBDConfig)
    /// A device of the machine itself, handed to the domain.
    case pci(PCIConfig)

    /// - Parameter element: `(device (vif …))` or the inner element alone.
    public init(_ element: SExpression) throws(ConfigurationError) {
        let inner = element.isElement("device") ? element.children().first ?? .list([]) : element
        guard let type = inner.name else {
            throw ConfigurationError(
                "invalid device", field: "device", allowed: "(device (vif ...)), (device (vbd ...))")
        }
        switch type {
        case "vif": self = .vif(try VIFConfig(inner))
        case "vbd": self = .vbd(try VBDConfig(inner))
        case "pci": self = .pci(try PCIConfig(inner))
        default:
            throw ConfigurationError(
                "unknown device type: \(type)", field: "device", value: type, allowed: "vif, vbd, pci")
        }
    }

    /// By which devices are numbered, and found in xenstore.
    public var type: DeviceType {
        switch self {
        case .vif: .vif
        case .vbd: .vbd
        case .pci: .pci
        }
    }

    /// The inner element, with all its fields.
    public var source: SExpression {
        switch self {
        case .vif(let vif): vif.source
        case .vbd(let vbd): vbd.source
        case .pci(let pci): pci.source
        }
    }

    var needsAddress: Bool {
        guard case .vif(let vif) = self else { return false }
        return vif.address == nil
    }

    /// A vif without an address gets one.
    public func bound(address: () -> MACAddress) -> DeviceConfig {
        guard case .vif(let vif) = self, vif.address == nil else { return self }
        return .vif(vif.with(address: address()))
    }
}
