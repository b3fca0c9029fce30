import Glibc
import HostInterface
import SystemPackage

extension FileInformation {
    /// What stands at a real path; nil when there is nothing.
    init?(ofFile path: String, root: HostRoot) throws {
        var status = stat()
        do {
            try check { stat(path, &status) }
        } catch {
            if error == .noSuchFileOrDirectory || error == .notDirectory { return nil }
            throw error
        }
        let modified = WallTime(
            nanoseconds: Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec))
        let size = UInt64(clamping: status.st_size)
        let identity = FileIdentity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
        switch status.st_mode & S_IFMT {
        case S_IFREG: self.init(kind: .file, size: size, modified: modified, identity: identity)
        case S_IFDIR: self.init(kind: .directory, size: size, modified: modified, identity: identity)
        case S_IFBLK:
            let device = DeviceNumber(truncatingIfNeeded: status.st_rdev)
            let capacity = BlockDevices(root: root).capacity(of: device)
            self.init(kind: .blockDevice(number: device), size: capacity, modified: modified, identity: identity)
        default: self.init(kind: .other, size: size, modified: modified, identity: identity)
        }
    }
}
