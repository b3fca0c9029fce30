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
        guard let name = inner.name else {
            let forms = DeviceType.split.map { "(device (\($0.rawValue) ...))" }
            throw ConfigurationError("invalid device", field: "device", allowed: forms.joined(separator: ", "))
        }
        switch DeviceType(word: name) {
        case .vif: self = .vif(try VIFConfig(inner))
        case .vbd: self = .vbd(try VBDConfig(.element("vbd", inner.children())))
        case .pci: self = .pci(try PCIConfig(inner))
        case nil:
            throw ConfigurationError(
                "unknown device type: \(name)", field: "device", value: name,
                allowed: DeviceType.allCases.map(\.rawValue).joined(separator: ", "))
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

    /// What devices of all kinds have.
    public var settings: any DeviceSettings {
        switch self {
        case .vif(let vif): vif
        case .vbd(let vbd): vbd
        case .pci(let pci): pci
        }
    }

    /// The inner element, with all its fields.
    public var source: SExpression { settings.source }

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
