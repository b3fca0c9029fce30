/// The number of a block device as Linux encodes it in 32 bits: minor bits 0–7 at the bottom, twelve bits of major
/// above them, the rest of the minor on top (`stat.st_rdev`; `major << 8 | minor` for small ones).
typealias DeviceNumber = UInt32

extension DeviceNumber {
    init(major: UInt32, minor: UInt32) {
        self = (minor & 0xff) | (major & 0xfff) << 8 | (minor & ~0xff) << 12
    }

    /// Reads `8:1`, as /proc and /sys write it.
    init?(majorMinor text: some StringProtocol) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let major = UInt32(parts[0]), let minor = UInt32(parts[1]) else { return nil }
        self.init(major: major, minor: minor)
    }

    var majorMinor: String { "\(self >> 8 & 0xfff):\(self & 0xff | self >> 12 & ~0xff)" }
}
