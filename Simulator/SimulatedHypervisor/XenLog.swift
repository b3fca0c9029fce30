/// Xen's own console ring, as `xl dmesg` reads it.
final class XenLog {
    /// CONFIG_CONSOLE_RING of a stock Xen: 16 KiB; what is older is overwritten.
    static let capacity = 16 * 1024
    private var bytes: [UInt8] = []

    init() {}

    func add(_ line: String) {
        bytes += Array("(XEN) \(line)\n".utf8)
        if bytes.count > Self.capacity { bytes.removeFirst(bytes.count - Self.capacity) }
    }

    func read(clear: Bool) -> [UInt8] {
        defer { if clear { bytes = [] } }
        return bytes
    }
}
