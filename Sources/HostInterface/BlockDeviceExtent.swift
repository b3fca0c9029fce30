/// What is written when a block device is.
public struct BlockDeviceExtent: Hashable, Sendable {
    /// The device itself, its partitions, and what the kernel has made of either (device mapper, md). Numbers as in
    /// ``FileInformation/Kind/blockDevice(number:)``.
    public var devices: Set<UInt32>
    /// The file that a loop device shows.
    public var file: FileIdentity?

    public init(devices: Set<UInt32>, file: FileIdentity? = nil) {
        self.devices = devices
        self.file = file
    }
}
