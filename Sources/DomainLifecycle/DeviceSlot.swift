import DomainModel

/// Which device of a domain.
public struct DeviceSlot: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Each type counts by itself.
    public var type: DeviceType
    /// As in ``DeviceRecord/idx``.
    public var idx: Int

    public init(type: DeviceType, idx: Int) {
        self.type = type
        self.idx = idx
    }

    public static func < (a: DeviceSlot, b: DeviceSlot) -> Bool { (a.type, a.idx) < (b.type, b.idx) }
    public var description: String { "\(type.rawValue) \(idx)" }
}
