import DomainModel
import HostInterface
import HypervisorInterface

extension DriverDomain {
    /// Attaches a network interface: the back-end makes `vifD.N`, the script puts it onto its bridge.
    ///
    /// - Parameter domainName: what the script is told.
    public func attach(
        vif config: VIFConfig, at path: DevicePath, domainName: String
    ) async throws(DeviceError) {
        let mac = config.address?.description ?? ""
        let script = settings.path(ofScript: config.script ?? settings.vifScript)
        var nodes = [
            ("handle", "\(path.handle)"), ("mac", mac), ("bridge", config.bridge ?? settings.bridge),
            ("script", script),
        ]
        if !config.ip.isEmpty { nodes.append(("ip", config.ip.joined(separator: " "))) }
        if let rate = config.rate { nodes.append(("rate", "\(rate.bytes),\(rate.microseconds)")) }
        if let name = config.interfaceName { nodes.append(("vifname", name)) }
        if let mtu = config.mtu { nodes.append(("mtu", "\(mtu)")) }
        try await plug(path, backend: nodes, frontend: [("handle", "\(path.handle)"), ("mac", mac)])
        try await awaitReady(path)
        // Another driver domain has hotplug scripts of its own.
        guard path.backend == .zero else { return }
        let appeared = await poll { await isThere(path, config) }
        guard appeared else {
            throw DeviceError("the back-end made no interface \(path.interface)", kind: .timedOut)
        }
        try await scripts.vif("up", interface: path.interface, domain: domainName, config: config)
        do {
            try await store.write("\(path.backendDirectory)/hotplug-status", "connected")
        } catch {
            throw DeviceError(error)
        }
    }

    /// Under the name that the back-end gave it, or the one that its script did.
    private func isThere(_ path: DevicePath, _ config: VIFConfig) async -> Bool {
        let interfaces = await node.networkInterfaces()
        return interfaces.contains(path.interface) || config.interfaceName.map(interfaces.contains) ?? false
    }

    /// Gives an attached interface another bridge, script or list of addresses.
    public func reconfigure(
        vif old: VIFConfig, to new: VIFConfig, at path: DevicePath, domainName: String
    ) async throws(DeviceError) {
        guard path.backend == .zero else {
            throw DeviceError("it is served by domain \(path.backend), whose scripts xend does not run")
        }
        try await scripts.vif("down", interface: path.interface, domain: domainName, config: old)
        do {
            try await scripts.vif("up", interface: path.interface, domain: domainName, config: new)
        } catch {
            // Back to what worked.
            try? await scripts.vif("up", interface: path.interface, domain: domainName, config: old)
            throw error
        }
    }

    /// Releases an interface. `config` is nil when only its remains are known.
    public func release(
        vif config: VIFConfig?, at path: DevicePath, domainName: String, force: Bool
    ) async throws(DeviceError) {
        if let config, path.backend == .zero, await isThere(path, config) {
            // A script that cannot take the interface off its bridge does not keep the domain: the interface goes anyway.
            try? await scripts.vif("down", interface: path.interface, domain: domainName, config: config)
        }
        try await letGo(path, force: force)
        try await removeDirectories(path)
    }
}
