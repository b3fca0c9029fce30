import Glibc
import HostInterface

/// One line of /proc/self/mountinfo.
struct MountTable: Hashable, Sendable {
    /// The devices behind the mount: the one of its files and, where btrfs and its like show an anonymous one, its
    /// source.
    var devices: Set<DeviceNumber>
    /// Whether neither the mount nor its file system may be written.
    var readOnly: Bool

    static func read(_ root: HostRoot) -> [MountTable] {
        KernelFile.lines(root.kernel("/proc/self/mountinfo")).compactMap(MountTable.init(line:))
    }

    /// Reads `36 35 8:1 / /mnt rw,noatime shared:1 - ext4 /dev/sda1 ro,errors=continue` (proc(5)).
    init?(line: some StringProtocol) {
        let words = line.split(separator: " ")
        guard words.count > 6, let number = DeviceNumber(majorMinor: words[2]),
            let dash = words.dropFirst(6).firstIndex(of: "-")
        else { return nil }
        let after = words[(dash + 1)...]
        guard after.count >= 3 else { return nil }
        let source = String(after[after.startIndex + 1])
        devices = [number]
        if source.hasPrefix("/dev/"), let device = MountTable.device(atPath: source) { devices.insert(device) }
        // A read-only mount of a writable file system still lets another mount write; the file system's own option
        // decides.
        readOnly = after[after.startIndex + 2].split(separator: ",").contains("ro")
    }

    /// The number of the block device at a path.
    static func device(atPath path: String) -> DeviceNumber? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFBLK else { return nil }
        return DeviceNumber(truncatingIfNeeded: status.st_rdev)
    }
}
