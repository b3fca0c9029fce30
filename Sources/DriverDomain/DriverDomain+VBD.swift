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
}

extension DriverDomain {
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
        let node = try await scripts.bind(kind: config.kind, details: config.details)
        do {
            return BoundBlockDevice(node: node, number: try await blockDevice(node, config), isBound: true)
        } catch {
            try? await scripts.unbind(kind: config.kind, node: node)
            throw error
        }
    }

    /// Gives back what `bind` made.
    public func unbind(_ device: BoundBlockDevice, vbd config: VBDConfig) async throws(DeviceError) {
        guard device.isBound else { return }
        try await scripts.unbind(kind: config.kind, node: device.node)
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
        if device.isBound { nodes.append((boundNode, config.kind)) }
        try await plug(
            path, backend: nodes,
            frontend: [("virtual-device", "\(path.handle)"), ("device-type", "disk")])
        try await awaitReady(path)
    }

    /// Releases a block device's two ends; then `unbind` gives back what stands behind it.
    public func release(vbd path: DevicePath, force: Bool) async throws(DeviceError) {
        try await unplug(path, force: force)
    }
}

/// `major:minor` in hexadecimal, as blkback wants it.
private func physicalDevice(_ number: UInt32) -> String {
    let major = number >> 8 & 0xFFF
    let minor = number & 0xFF | number >> 12 & 0xFFF00
    return "\(String(major, radix: 16)):\(String(minor, radix: 16))"
}

/// A node of ours in a back-end directory: the script type that bound the device, so that whoever finds only the directory can
/// unbind it.
let boundNode = "xend-bound"
