import Glibc
import HostInterface

/// What the kernel says about block devices: capacity, and how the host itself uses them.
struct BlockDevices: Sendable {
    /// Device mapper and md stack a few levels high; more is a loop.
    static let holderDepth = 8

    let root: HostRoot

    /// Bytes; 0 for a device the kernel does not have.
    func capacity(of device: DeviceNumber) -> UInt64 {
        let text = KernelFile.line(root.kernel("/sys/dev/block/\(device.majorMinor)/size"))
        // In sectors of 512 bytes, whatever the device's own are.
        return UInt64(text ?? "").map { $0 * 512 } ?? 0
    }

    /// How the host uses a device: it, one of its partitions, or something stacked on them is mounted, or used as swap.
    func mountState(of device: DeviceNumber) -> MountState {
        let devices = related(to: device, depth: BlockDevices.holderDepth)
        if !devices.isDisjoint(with: swaps()) { return .readWrite }
        let uses = MountTable.read(root).filter { !devices.isDisjoint(with: $0.devices) }
        if uses.isEmpty { return .notMounted }
        return uses.contains { !$0.readOnly } ? .readWrite : .readOnly
    }

    /// What is written when a device is.
    func extent(of device: DeviceNumber) -> BlockDeviceExtent {
        BlockDeviceExtent(devices: related(to: device, depth: BlockDevices.holderDepth), file: file(behind: device))
    }

    /// The file that a loop device shows, or that the one shows whose partition this is.
    private func file(behind device: DeviceNumber) -> FileIdentity? {
        let directory = root.kernel("/sys/dev/block/\(device.majorMinor)")
        // A partition's directory is in its disk's, where the kernel's link leads.
        let places = [directory, "\(directory)/.."].map { "\($0)/loop/backing_file" }
        guard let path = places.lazy.compactMap(KernelFile.line).first else { return nil }
        return (try? FileInformation(ofFile: path, root: root))?.identity
    }

    /// The device, its partitions, and everything the kernel stacked on them.
    private func related(to device: DeviceNumber, depth: Int) -> Set<DeviceNumber> {
        var devices: Set<DeviceNumber> = [device]
        guard depth > 0 else { return devices }
        let directory = root.kernel("/sys/dev/block/\(device.majorMinor)")
        let partitions = KernelFile.names(directory).map { "\(directory)/\($0)" }
            .filter { KernelFile.line("\($0)/partition") != nil }
        let holders = KernelFile.names("\(directory)/holders").map { "\(directory)/holders/\($0)" }
        for entry in partitions + holders {
            guard let text = KernelFile.line("\(entry)/dev"), let number = DeviceNumber(majorMinor: text) else {
                continue
            }
            devices.formUnion(related(to: number, depth: depth - 1))
        }
        return devices
    }

    private func swaps() -> Set<DeviceNumber> {
        let lines = KernelFile.lines(root.kernel("/proc/swaps")).dropFirst()
        let paths = lines.compactMap { $0.split(separator: " ").first.map(String.init) }
        return Set(paths.compactMap(MountTable.device(atPath:)))
    }
}
