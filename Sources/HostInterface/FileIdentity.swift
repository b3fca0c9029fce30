/// Which file it is, by whatever name: the device that it is on, and its number there (stat(2)).
public struct FileIdentity: Hashable, Sendable {
    /// The file system's device.
    public var device: UInt64
    /// The file's number on it.
    public var inode: UInt64

    public init(device: UInt64, inode: UInt64) {
        self.device = device
        self.inode = inode
    }
}
