import DomainModel

/// How a client says which device of a type it means.
public enum DeviceSelector: Hashable, Sendable {
    /// By the field `idx` of the device.
    case idx(Int)
    /// As clients of Xen 3 do: by its number in xenstore or its name in the guest, of a vif also by its address.
    case name(String)

    /// Whether it is this one.
    func means(_ device: DeviceRecord) -> Bool {
        switch self {
        case .idx(let idx): return device.idx == idx
        case .name(let name):
            if name == String(device.handle) { return true }
            switch device.config {
            case .vif(let vif): return vif.address != nil && vif.address == MACAddress(text: name)
            case .vbd(let vbd):
                // Xen 3 wrote what it is behind the name: `xvda:disk`.
                let plain = name.split(separator: ":", maxSplits: 1).first.map(String.init) ?? name
                return Int(plain) == nil && VirtualDeviceNumber(name: plain) == vbd.number
            case .pci: return false
            }
        }
    }
}

extension DeviceSelector: CustomStringConvertible {
    public var description: String {
        switch self {
        case .idx(let idx): String(idx)
        case .name(let name): name
        }
    }
}

extension DeviceSelector: ExpressibleByIntegerLiteral {
    /// By the field `idx`.
    public init(integerLiteral idx: Int) { self = .idx(idx) }
}
