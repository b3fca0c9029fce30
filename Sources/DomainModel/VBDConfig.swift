import SExpressions

/// A block device: `(vbd (uname TYPE:DETAILS) (dev NAME) (mode …) (backend …))` (reference/domain.md §1.3).
public struct VBDConfig: DeviceSettings {
    /// The names that it may have.
    public static var words: WordTable { .vbd }
    /// The `(vbd …)` as it was asked for.
    public let source: SExpression
    /// `TYPE:DETAILS`, such as `phy:sda1` or `file:/srv/disk.img`.
    public let uname: String
    /// `phy`, `file`, or what a script `block-TYPE` serves.
    public let kind: String
    /// What follows the first `:`.
    public let details: String
    /// The device's name in the guest.
    public let device: String
    /// What the guest finds it by.
    public let number: VirtualDeviceNumber
    /// `r`, `w`, or with `!` behind it: not held against other uses of the same device.
    public let mode: String
    /// The driver domain that serves it; nil for domain 0.
    public let backend: DomainReference?
    /// A drive with a medium in it, which nobody writes.
    public let isCDROM: Bool
    /// Whether the guest may give blocks back; nil: as the back-end likes.
    public let discards: Bool?

    /// The guest finds it by its number.
    public var handle: UInt32? { number.rawValue }
    /// The guest may write.
    public var isWritable: Bool { mode.contains("w") }
    /// The in-use check is skipped.
    public var isForced: Bool { mode.contains("!") }

    init(_ source: SExpression) throws(ConfigurationError) {
        let fields = ConfigurationReader(source)
        self.source = source
        guard let uname = fields.text("uname"), !uname.isEmpty else {
            throw ConfigurationError("vbd: Missing uname", field: "uname", allowed: "phy:DEVICE, file:PATH")
        }
        self.uname = uname
        (kind, details) = try Self.split(uname)
        guard let name = fields.text("dev"), !name.isEmpty else {
            throw ConfigurationError("vbd: Missing dev", field: "dev", allowed: "hda1, sda1, xvda, ...")
        }
        let device: String
        (device, isCDROM) = Self.kind(name)
        guard let number = VirtualDeviceNumber(name: device) else {
            throw ConfigurationError(
                "vbd: Device not found: \(device)", field: "dev", value: device,
                allowed: "hda to hdt, sda, xvda and so on, each with a partition, or a number in hexadecimal")
        }
        self.device = device
        self.number = number
        let mode = fields.text("mode").flatMap { $0.isEmpty ? nil : $0 } ?? "r"
        guard Set(["r", "ro", "w", "rw", "w!", "rw!", "r!"]).contains(mode) else {
            throw ConfigurationError(
                "vbd: invalid mode: \(mode)", field: "mode", value: mode,
                allowed: "r, w, 'w!' (no check whether in use)")
        }
        self.mode = isCDROM ? "r" : mode
        discards = try fields.integer("discard", in: 0...1, error: "vbd: invalid discard").map { $0 == 1 }
        backend = try backendReference(fields)
    }

    /// Xen 3 wrote what a device is behind its name: `hdc:cdrom`, `xvda:disk`; and xm of the time `ioemu:hda`.
    private static func kind(_ name: String) -> (device: String, isCDROM: Bool) {
        let name = name.hasPrefix("ioemu:") ? String(name.dropFirst("ioemu:".count)) : name
        if name.hasSuffix(":cdrom") { return (String(name.dropLast(":cdrom".count)), true) }
        return (name.hasSuffix(":disk") ? String(name.dropLast(":disk".count)) : name, false)
    }

    /// The block device node that a `phy` name means.
    public var physicalNode: String { details.hasPrefix("/") ? details : "/dev/" + details }

    private static func split(_ uname: String) throws(ConfigurationError) -> (String, String) {
        let parts = uname.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let isPlain = parts[0].utf8.allSatisfy {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
        }
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty, isPlain,
            !parts[1].utf8.contains(where: { $0 < 0x20 })
        else {
            throw ConfigurationError(
                "vbd: invalid uname: \(uname)", field: "uname", value: uname, allowed: "TYPE:DETAILS, as in phy:sda1")
        }
        if parts[0] == "phy" || driven.contains(String(parts[0])), parts[1].split(separator: "/").contains("..") {
            throw ConfigurationError(
                "vbd: invalid uname: \(uname)", field: "uname", value: uname, allowed: "a device below /dev, without .."
            )
        }
        return driven.contains(String(parts[0])) ? try image(parts[1], uname) : (String(parts[0]), String(parts[1]))
    }

    /// What an image went through with Xen 3, as in `tap:aio:/srv/disk.img`. There are no such drivers here, and a raw image behind one is
    /// a file or a device like any other.
    private static let driven = ["tap", "tap2", "tapdisk"]

    private static func image(_ text: Substring, _ uname: String) throws(ConfigurationError) -> (String, String) {
        var text = text
        for driver in driven where text.hasPrefix(driver + ":") { text = text.dropFirst(driver.count + 1) }
        var format = "raw"
        if let end = text.firstIndex(of: ":"), !text[..<end].contains("/") {
            format = String(text[..<end])
            text = text[text.index(after: end)...]
        }
        guard ["aio", "sync", "raw", "qcow2"].contains(format), text.hasPrefix("/") else {
            throw ConfigurationError(
                "vbd: \(uname) cannot be served", field: "uname", value: uname,
                allowed: "aio, sync, raw and qcow2, and the path of an image, as in tap:aio:/srv/disk.img")
        }
        if format == "qcow2" { return ("qcow2", String(text)) }
        return (text.hasPrefix("/dev/") ? "phy" : "file", String(text))
    }
}
