import SimulatedHypervisor

/// What a simulated host is fitted with.
public struct HostFittings: Sendable {
    /// Disks and partitions. `/dev/sda1` … `/dev/sda9` of 1 GB unless changed.
    public var blockDevices: [HostHardware.BlockDevice]
    /// Bridges that its start-up scripts make: `xen-br0` unless changed.
    public var bridges: Set<String> = ["xen-br0"]

    /// A host with nine disks and the bridge of the manual (D3).
    public init() {
        blockDevices = (1...9).map { partition in
            HostHardware.BlockDevice(
                path: "/dev/sda\(partition)", number: deviceNumber(major: 8, minor: UInt32(partition)), size: 1 << 30)
        }
    }

    /// Adds a block device with a number that no other has. Replaces one of the same path.
    public mutating func addBlockDevice(_ path: String, size: UInt64) {
        blockDevices.removeAll { $0.path == path }
        // SCSI disks beyond the first; 16 numbers each.
        let used = Set(blockDevices.map(\.number))
        let number = (16...).lazy.map { deviceNumber(major: 8, minor: UInt32($0)) }.first { !used.contains($0) }
        guard let number else { return }
        blockDevices.append(HostHardware.BlockDevice(path: path, number: number, size: size))
    }
}
