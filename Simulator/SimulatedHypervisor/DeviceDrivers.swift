import DomainModel

/// Which drivers the simulated machine has for a kind of device, each in a file of its own; nil: none.
extension DeviceType {
    /// Of the domain that serves it.
    var backendDriver: BackendDevice.Type? {
        switch self {
        case .vif: NetBackend.self
        case .vbd: BlockBackend.self
        case .pci: nil
        }
    }

    /// Of the guest that has it.
    var frontendDriver: Frontend.Type? {
        switch self {
        case .vif: NetFrontend.self
        case .vbd: BlockFrontend.self
        case .pci: nil
        }
    }
}
