import DomainModel

/// Where a split device is in xenstore: a front-end directory in the guest's part and a back-end directory in the driver domain's.
public struct DevicePath: Hashable, Sendable {
    public let type: DeviceType
    public let domain: DomainID
    public let backend: DomainID
    /// A vif's idx, a vbd's virtual device number.
    public let handle: UInt32

    public init(type: DeviceType, domain: DomainID, backend: DomainID, handle: UInt32) {
        self.type = type
        self.domain = domain
        self.backend = backend
        self.handle = handle
    }

    public var frontendDirectory: String { "/local/domain/\(domain)/device/\(type.rawValue)/\(handle)" }
    public var backendDirectory: String { "\(backendParent)/\(handle)" }
    /// Where the back-ends of all the domain's devices of this type are.
    var backendParent: String { "/local/domain/\(backend)/backend/\(type.rawValue)/\(domain)" }
    /// The name under /sys/bus/xen-backend/devices.
    public var kernelName: String { "\(type.rawValue)-\(domain)-\(handle)" }
    /// The Linux interface of a vif.
    public var interface: String { "vif\(domain).\(handle)" }
}
