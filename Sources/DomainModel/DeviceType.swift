/// The kinds of device a domain can have.
public enum DeviceType: String, CaseIterable, Comparable, Sendable {
    /// In the order they are listed.
    case vif, vbd, pci

    public static func < (a: DeviceType, b: DeviceType) -> Bool { order(a) < order(b) }

    private static func order(_ type: DeviceType) -> Int {
        switch type {
        case .vif: 0
        case .vbd: 1
        case .pci: 2
        }
    }
}
