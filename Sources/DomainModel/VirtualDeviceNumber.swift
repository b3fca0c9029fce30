/// The number by which a guest knows a block device: major · 256 + minor (reference/domain.md §1.3).
public struct VirtualDeviceNumber: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Linux' old numbering, major · 256 + minor, and Xen's own above 2²⁸ (docs/misc/vbd-interface of Xen).
    public let rawValue: UInt32

    public init(_ value: UInt32) { rawValue = value }

    /// From a name of Linux (`hda1`, `sdb`, `xvda2`, with or without `/dev/`), as Xen counts (`d16p1`), or a hexadecimal number with or without `0x`.
    public init?(name: String) {
        let name = name.hasPrefix("/dev/") ? name.dropFirst(5) : name[...]
        if let number = Self.ide(name) ?? Self.scsi(name) ?? Self.xen(name) ?? Self.counted(name) {
            rawValue = number
        } else {
            let digits = name.hasPrefix("0x") ? name.dropFirst(2) : name
            guard !digits.isEmpty, digits.utf8.allSatisfy({ hexadecimalValue($0) != nil }),
                let number = UInt32(digits, radix: 16), number <= Self.largest
            else { return nil }
            rawValue = number
        }
    }

    /// Xen's own numbers end here: 2²⁸ and above it 20 bits for the disk and 8 for the partition.
    static let largest: UInt32 = 0x1FFF_FFFF

    private static let ideMajors: [UInt32] = [3, 22, 33, 34, 56, 57, 88, 89, 90, 91]
    private static let scsiMajors: [UInt32] = [8, 65, 66, 67, 68, 69, 70, 71, 128, 129, 130, 131, 132, 133, 134, 135]

    /// Two disks for each major, 64 minors for each disk.
    private static func ide(_ name: Substring) -> UInt32? {
        guard let (disk, partition) = parse(name, prefix: "hd", disks: 20, partitions: 63) else { return nil }
        return ideMajors[disk / 2] * 256 + UInt32(disk % 2) * 64 + partition
    }

    /// Sixteen disks for each major, 16 minors for each disk.
    private static func scsi(_ name: Substring) -> UInt32? {
        guard let (disk, partition) = parse(name, prefix: "sd", disks: 256, partitions: 15) else { return nil }
        return scsiMajors[disk / 16] * 256 + UInt32(disk % 16) * 16 + partition
    }

    private static func xen(_ name: Substring) -> UInt32? {
        guard let (disk, partition) = parse(name, prefix: "xvd", disks: 1 << 20, partitions: 255) else { return nil }
        return number(ofDisk: UInt32(disk), partition)
    }

    /// `dDISKpPARTITION`, both counted from 0, where partition 0 is the whole disk.
    private static func counted(_ name: Substring) -> UInt32? {
        guard let match = name.wholeMatch(of: #/d([0-9]{1,7})(?:p([0-9]{1,3}))?/#), let disk = UInt32(match.1),
            disk < 1 << 20
        else { return nil }
        let partition = match.2.flatMap { UInt32($0) } ?? 0
        return partition < 256 ? number(ofDisk: disk, partition) : nil
    }

    /// What the 16 disks with 15 partitions of Linux' old numbers cannot say has one of Xen's own.
    private static func number(ofDisk disk: UInt32, _ partition: UInt32) -> UInt32 {
        disk < 16 && partition < 16 ? 202 * 256 + disk * 16 + partition : 1 << 28 | disk << 8 | partition
    }

    /// `PREFIX` + one to four letters + an optional partition from 1.
    private static func parse(
        _ name: Substring, prefix: String, disks: Int, partitions: UInt32
    ) -> (disk: Int, partition: UInt32)? {
        guard name.hasPrefix(prefix) else { return nil }
        let rest = name.dropFirst(prefix.count)
        let letters = rest.prefix { ("a"..."z").contains($0) }
        let digits = rest.dropFirst(letters.count)
        guard (1...4).contains(letters.count), !digits.hasPrefix("0") else { return nil }
        let disk = letters.utf8.reduce(0) { $0 * 26 + Int($1 - UInt8(ascii: "a")) + 1 } - 1
        guard disk < disks else { return nil }
        guard !digits.isEmpty else { return (disk, 0) }
        guard digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let partition = UInt32(digits), partition <= partitions
        else { return nil }
        return (disk, partition)
    }

    public static func < (a: VirtualDeviceNumber, b: VirtualDeviceNumber) -> Bool { a.rawValue < b.rawValue }
    public var description: String { String(rawValue) }
}
