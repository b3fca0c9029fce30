import DomainModel
import HostInterface
import HypervisorInterface
import SExpressions

/// A device as its back-end directory describes it.
public struct FoundDevice: Hashable, Sendable {
    /// Where it is.
    public var path: DevicePath
    /// What would make one like it.
    public var config: DeviceConfig
    /// What stands behind a block device.
    public var bound: BoundBlockDevice?
}

extension DriverDomain {
    /// The devices of a domain that domain 0 serves, in order of their kinds and numbers.
    /// - Returns: those that the guest has been told of and whose directories can be understood.
    /// - Throws: that xenstore does not answer.
    public func found(of domain: DomainID) async throws(DeviceError) -> [FoundDevice] {
        var found: [FoundDevice] = []
        do {
            for path in try await remains(of: domain) {
                guard let device = try await read(path) else { continue }
                found.append(device)
            }
        } catch {
            throw DeviceError(error)
        }
        return found
    }

    private func read(_ path: DevicePath) async throws(XenStoreError) -> FoundDevice? {
        var nodes: [String: String] = [:]
        for name in try await store.listIfPresent(path.backendDirectory) {
            nodes[name] = try await store.readIfPresent("\(path.backendDirectory)/\(name)")
        }
        switch path.type {
        case .vif: return interface(path, nodes)
        case .vbd: return await blockDevice(path, nodes)
        case .pci: return nil
        }
    }

    private func interface(_ path: DevicePath, _ nodes: [String: String]) -> FoundDevice? {
        var fields = ["mac", "bridge", "script", "rate", "vifname", "mtu"].compactMap { name in
            nodes[name].map { SExpression.element(name, $0) }
        }
        fields += (nodes["ip"] ?? "").split(separator: " ").map { .element("ip", String($0)) }
        guard nodes["mac"] != nil, let config = try? DeviceConfig(.element("vif", fields)) else { return nil }
        return FoundDevice(path: path, config: config)
    }

    private func blockDevice(_ path: DevicePath, _ nodes: [String: String]) async -> FoundDevice? {
        guard let node = nodes["params"], let device = nodes["dev"], let mode = nodes["mode"] else { return nil }
        let uname = "\(nodes[Self.boundKind] ?? "phy"):\(nodes[Self.boundDetails] ?? node)"
        let fields = [("uname", uname), ("dev", device), ("mode", mode)].map { SExpression.element($0, $1) }
        guard let config = try? DeviceConfig(.element("vbd", fields)) else { return nil }
        var number: UInt32?
        if case .blockDevice(let found) = (try? await files.information(node))??.kind { number = found }
        let bound = BoundBlockDevice(node: node, number: number, isBound: nodes[Self.boundKind] != nil)
        return FoundDevice(path: path, config: config, bound: bound)
    }
}
