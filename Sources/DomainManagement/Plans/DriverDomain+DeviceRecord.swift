import DomainLifecycle
import DomainModel
import DriverDomain

extension DriverDomain {
    /// Releases a device, as its record knows it.
    ///
    /// - Parameter force: the guest cannot take part.
    func release(
        _ device: DeviceRecord, at path: DevicePath, domainName: String, force: Bool
    ) async throws(DeviceError) {
        switch device.config {
        case .vif(let vif): try await release(vif: vif, at: path, domainName: domainName, force: force)
        case .vbd(let vbd):
            let bound = device.node.map {
                BoundBlockDevice(node: $0, number: device.nodeNumber, isBound: device.isBound)
            }
            try await release(vbd: path, config: vbd, on: bound, force: force)
        case .pci: break
        }
    }
}
