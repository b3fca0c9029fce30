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
        let bound = device.node.map { BoundBlockDevice(node: $0, number: device.nodeNumber, isBound: device.isBound) }
        try await release(device.config, on: bound, at: path, domainName: domainName, force: force)
    }
}
