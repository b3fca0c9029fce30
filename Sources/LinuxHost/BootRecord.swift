import Glibc
import SystemPackage

/// The newest boot record of wtmp (manual D7), which login programs call `reboot`.
enum BootRecord {
    /// Records read at once, from the end: wtmp may have grown for years.
    private static let recordsAtOnce = 256

    /// Text that changes with each boot; nil when the file has no such record, or is not there.
    static func newest(inFile path: String) -> String? {
        try? Blocking.withFile(path, .readOnly, []) { file in
            let size = MemoryLayout<utmp>.stride
            var count = try Int(Blocking.status(file).st_size) / size
            while count > 0 {
                let part = min(count, recordsAtOnce)
                count -= part
                let bytes = try [UInt8](unsafeUninitializedCapacity: part * size) { buffer, initialized in
                    initialized = try file.read(
                        fromAbsoluteOffset: Int64(count * size), into: UnsafeMutableRawBufferPointer(buffer))
                }
                if let record = newest(in: bytes) { return record }
            }
            return nil
        }
    }

    /// The last boot record of whole records: the newest, since wtmp is only ever appended to.
    static func newest(in bytes: [UInt8]) -> String? {
        let size = MemoryLayout<utmp>.stride
        return bytes.withUnsafeBytes { buffer in
            for start in stride(from: 0, through: bytes.count - size, by: size).reversed() {
                let record = buffer.loadUnaligned(fromByteOffset: start, as: utmp.self)
                if record.ut_type == Int16(BOOT_TIME) { return text(record) }
            }
            return nil
        }
    }

    private static func text(_ record: utmp) -> String {
        // The host field of a boot record holds the kernel's release.
        let release = withUnsafeBytes(of: record.ut_host) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        return "reboot \(release) \(record.ut_tv.tv_sec).\(record.ut_tv.tv_usec)"
    }
}
