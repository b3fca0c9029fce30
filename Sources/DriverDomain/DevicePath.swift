import DomainModel

/// Where a split device is in xenstore: a front-end directory in the guest's part and a back-end directory in the driver domain's.
public struct DevicePath: Hashable, Sendable {
    /// Names the directory.
    public let type: DeviceType
    /// Whose front-end it is.
    public let domain: DomainID
    /// The domain that serves it.
    public let backend: DomainID
    /// A vif's idx, a vbd's virtual device number.
    public let handle: UInt32

    public init(type: DeviceType, domain: DomainID, backend: DomainID, handle: UInt32) {
        self.type = type
        self.domain = domain
        self.backend = backend
        self.handle = handle
    }

    /// `/local/domain/D/device/TYPE/HANDLE`, which the guest may write.
    public var frontendDirectory: String { "\(frontendParent)/\(handle)" }
    /// Where the front-ends of all the domain's devices of this type are.
    var frontendParent: String { "/local/domain/\(domain)/device/\(type.rawValue)" }
    /// `/local/domain/B/backend/TYPE/D/HANDLE`, which the driver domain may write.
    public var backendDirectory: String { "/local/domain/\(backend)/backend/\(type.rawValue)/\(domain)/\(handle)" }
    /// The directories around the back-end's, from the inside out: of the domain, of the type, of all.
    var backendParents: [String] {
        let all = "/local/domain/\(backend)/backend"
        return ["\(all)/\(type.rawValue)/\(domain)", "\(all)/\(type.rawValue)", all]
    }
    /// The name under /sys/bus/xen-backend/devices.
    public var kernelName: String { "\(type.rawValue)-\(domain)-\(handle)" }
    /// The Linux interface of a vif.
    public var interface: String { "vif\(domain).\(handle)" }
}
