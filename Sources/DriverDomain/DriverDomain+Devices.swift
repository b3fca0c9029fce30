import DomainModel

/// Every kind of device by the same two verbs. What a kind needs stands in a file of its own beside this one.
extension DriverDomain {
    /// Attaches a device.
    ///
    /// - Parameters:
    ///   - bound: what stands behind a vbd; nil for other kinds.
    ///   - domainName: what a script is told.
    public func attach(
        _ config: DeviceConfig, on bound: BoundBlockDevice? = nil, at path: DevicePath, domainName: String
    ) async throws(DeviceError) {
        switch config {
        case .vif(let vif): try await attach(vif: vif, at: path, domainName: domainName)
        case .vbd(let vbd):
            guard let bound else { throw DeviceError("nothing was found to stand behind \(vbd.uname)") }
            try await attach(vbd: vbd, on: bound, at: path)
        case .pci: throw DeviceError("xend does not pass PCI devices through")
        }
    }

    /// Releases a device.
    ///
    /// - Parameters:
    ///   - config: nil when only its remains are known.
    ///   - bound: what stands behind a vbd, if that is known.
    ///   - domainName: what a script is told.
    ///   - force: the guest cannot take part.
    public func release(
        _ config: DeviceConfig?, on bound: BoundBlockDevice? = nil, at path: DevicePath, domainName: String = "",
        force: Bool
    ) async throws(DeviceError) {
        switch path.type {
        case .vif:
            try await release(
                vif: config?.settings as? VIFConfig, at: path, domainName: domainName, force: force)
        case .vbd: try await release(vbd: path, config: config?.settings as? VBDConfig, on: bound, force: force)
        case .pci: break
        }
    }
}
