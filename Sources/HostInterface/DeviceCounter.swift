/// What a back-end of this host has moved for one device, since it connected it.
public struct DeviceCounter: Hashable, Sendable {
    /// As under /sys/bus/xen-backend/devices: `vif-1-0`, `vbd-1-2049`.
    public var device: String
    /// Of a vif bytes that the domain has received, of a vbd requests that it has read by.
    public var inward: UInt64
    /// Bytes that it has sent, requests that it has written by.
    public var outward: UInt64

    public init(device: String, inward: UInt64, outward: UInt64) {
        self.device = device
        self.inward = inward
        self.outward = outward
    }
}
