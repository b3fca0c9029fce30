import DomainModel
import HostInterface
import HypervisorInterface

/// What stands behind an attached block device.
public struct BoundBlockDevice: Hashable, Sendable {
    /// The device node in the driver domain.
    public var node: String
    /// Its number; nil when it is in another driver domain.
    public var number: UInt32?
    /// A script bound it and has to unbind it.
    public var isBound: Bool

    public init(node: String, number: UInt32?, isBound: Bool) {
        self.node = node
        self.number = number
        self.isBound = isBound
    }

    /// The number that a back-end's node `physical-device` names, `7:1a`; nil: it names none.
    public static func number(_ text: String) -> UInt32? {
        let parts = text.split(separator: ":").map { UInt32($0, radix: 16) }
        guard parts.count == 2, let major = parts[0], let minor = parts[1] else { return nil }
        return minor & 0xFF | (major & 0xFFF) << 8 | (minor & ~0xFF) << 12
    }
}

extension DriverDomain {
    /// Nodes of ours in a back-end directory: which script bound what, so that whoever finds only the directory can unbind it.
    static let boundKind = "xend-bound"
    static let boundDetails = "xend-details"

    /// Finds or makes the block device behind a vbd. What was bound has to be unbound with `unbind`.
    public func bind(vbd config: VBDConfig, backend: DomainID) async throws(DeviceError) -> BoundBlockDevice {
        guard backend == .zero else {
            return BoundBlockDevice(node: config.details, number: nil, isBound: false)
        }
        if config.kind == "phy" {
            let number = try await blockDevice(config.physicalNode, config)
            return BoundBlockDevice(node: config.physicalNode, number: number, isBound: false)
        }
        if config.kind == "file" { try await checkFile(config) }
        let node = try await scripts.bind(
            kind: config.kind, details: config.details, isWritable: config.isWritable)
        do {
            return BoundBlockDevice(node: node, number: try await blockDevice(node, config), isBound: true)
        } catch {
            try? await scripts.unbind(kind: config.kind, node: node)
            throw error
        }
    }

    /// Gives back what `bind` made. Fine when it has been given back already.
    private func unbind(_ node: String, kind: String, details: String) async throws(DeviceError) {
        if kind == "file", await !self.node.loopDevices(showing: details).contains(node) { return }
        try await scripts.unbind(kind: kind, node: node)
    }

    /// Loop devices that show a file, but for those that the host itself uses, which are none of our business.
    /// - Throws: that it cannot be seen.
    public func unmountedLoopDevices(showing file: String) async throws(DeviceError) -> [String] {
        var found: [String] = []
        for node in await node.loopDevices(showing: file) {
            let kind: FileInformation.Kind?
            do { kind = try await files.information(node)?.kind } catch { throw DeviceError(error) }
            guard case .blockDevice(let number) = kind, await self.node.mountState(ofDevice: number) == .notMounted
            else { continue }
            found.append(node)
        }
        return found
    }

    /// Gives back the loop device that the script for files has made.
    public func unbindFile(from node: String) async throws(DeviceError) {
        try await scripts.unbind(kind: "file", node: node)
    }

    private func blockDevice(_ node: String, _ config: VBDConfig) async throws(DeviceError) -> UInt32 {
        let information: FileInformation?
        do {
            information = try await files.information(node)
        } catch {
            throw DeviceError(error)
        }
        guard case .blockDevice(let number) = information?.kind else {
            let why = information == nil ? "\(node) does not exist" : "\(node) is no block device"
            throw DeviceError("vbd: Segment not found: uname=\(config.uname) (\(why))")
        }
        return number
    }

    private func checkFile(_ config: VBDConfig) async throws(DeviceError) {
        let information: FileInformation?
        do {
            information = try await files.information(config.details)
        } catch {
            throw DeviceError(error)
        }
        guard information?.kind == .file else {
            let why = information == nil ? "does not exist" : "is no file"
            throw DeviceError("vbd: Segment not found: uname=\(config.uname) (\(config.details) \(why))")
        }
    }

    /// Attaches a block device that `bind` found.
    public func attach(
        vbd config: VBDConfig, on device: BoundBlockDevice, at path: DevicePath
    ) async throws(DeviceError) {
        var nodes = [
            ("mode", config.isWritable ? "w" : "r"), ("type", "phy"), ("dev", config.device),
            ("params", device.node),
        ]
        if let number = device.number {
            nodes.append(("physical-device", physicalDevice(number)))
        }
        if let discards = config.discards { nodes.append(("discard-enable", discards ? "1" : "0")) }
        if device.isBound { nodes += [(Self.boundKind, config.kind), (Self.boundDetails, config.details)] }
        try await plug(
            path, backend: nodes,
            frontend: [("virtual-device", "\(path.handle)"), ("device-type", config.isCDROM ? "cdrom" : "disk")])
        try await awaitReady(path)
    }

    /// Releases a block device: its two ends, then what stands behind it; its back-end directory, which says what that is, last.
    ///
    /// - Parameter device: what stands behind it; nil when only its remains are known.
    public func release(
        vbd path: DevicePath, config: VBDConfig?, on device: BoundBlockDevice?, force: Bool
    ) async throws(DeviceError) {
        try await letGo(path, force: force)
        let back = path.backendDirectory
        do {
            if let device, let config {
                if device.isBound { try await unbind(device.node, kind: config.kind, details: config.details) }
            } else if let kind = try await store.readIfPresent("\(back)/\(Self.boundKind)"),
                let node = try await store.readIfPresent("\(back)/params")
            {
                let details = try await store.readIfPresent("\(back)/\(Self.boundDetails)") ?? ""
                try await unbind(node, kind: kind, details: details)
            } else if let node = try await store.readIfPresent("\(back)/node"), node.hasPrefix("/dev/loop") {
                // Set up by the script `block` of Xen's own tools, for a file.
                try await unbind(node, kind: "file", details: try await store.readIfPresent("\(back)/params") ?? "")
            }
        } catch {
            throw DeviceError(error)
        }
        try await removeDirectories(path)
    }
}

/// `major:minor` in hexadecimal, as blkback wants it.
private func physicalDevice(_ number: UInt32) -> String {
    let major = number >> 8 & 0xFFF
    let minor = number & 0xFF | number >> 12 & 0xFFF00
    return "\(String(major, radix: 16)):\(String(minor, radix: 16))"
}
