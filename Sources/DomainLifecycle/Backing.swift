import DomainModel

/// What can be written by one at a time, whatever it is called.
public enum BackingKey: Hashable, Sendable {
    /// A block device by its number.
    case device(UInt32)
    /// A file by its file system's device and its number there.
    case file(device: UInt64, inode: UInt64)
    /// A name in a directory, where a file may come into being.
    case entry(String, directory: BackingDirectory)
    /// What only another driver domain knows: what is said to it.
    case text(String)
}

/// A directory, by its file system's device and its number there.
public struct BackingDirectory: Hashable, Sendable {
    var device: UInt64
    var inode: UInt64

    public init(device: UInt64, inode: UInt64) {
        self.device = device
        self.inode = inode
    }
}

/// What stands behind a block device of a domain, or behind the path of a save file.
public struct Backing: Hashable, Sendable {
    /// Where it is.
    public var backend: DomainID
    /// What it is: a loop device is also its file.
    public var keys: Set<BackingKey>
    /// What is written along with it, itself included: a disk's partitions.
    public var extent: Set<BackingKey>

    /// - Parameters:
    ///   - keys: what it is.
    ///   - parts: what is written along with it.
    public init(in backend: DomainID = .zero, _ keys: Set<BackingKey>, parts: Set<BackingKey> = []) {
        self.backend = backend
        self.keys = keys
        extent = keys.union(parts)
    }

    /// Two partitions do not overlap, though one disk overlaps both.
    public func overlaps(_ other: Backing) -> Bool {
        backend == other.backend && !(keys.isDisjoint(with: other.extent) && extent.isDisjoint(with: other.keys))
    }
}
