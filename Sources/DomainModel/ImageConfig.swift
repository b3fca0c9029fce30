import SExpressions

/// What a domain boots: `(image (linux (kernel …) …))` (reference/domain.md §1.1).
public struct ImageConfig: Hashable, Sendable {
    /// Linux takes no more on x86 without complaint (COMMAND_LINE_SIZE 2048); Xen's start_info has 1024 bytes for PV.
    public static let maximumCommandLine = 1023

    /// By the head word: `linux` is PV, `pvh` is PVH.
    public let kind: GuestKind
    /// A file of domain 0.
    public let kernel: String
    /// Another one; nil for none.
    public let ramdisk: String?
    /// `ip`, `root` and `args` in that order, each with a blank before it.
    public let commandLine: String

    /// - Parameters:
    ///   - element: the member of `(image …)`, `(linux …)`; `(pvh …)` has the same fields. Where there is a boot loader it may be nil,
    ///     for PV.
    ///   - bootLoader: where there is one, the kernel is grub.
    init(_ element: SExpression?, bootLoader: BootLoader?) throws(ConfigurationError) {
        let element = element ?? (bootLoader == nil ? nil : SExpression.list([.atom("linux")]))
        guard let element, case .list(let members) = element, !members.isEmpty else {
            throw ConfigurationError(
                "missing image", field: "image", allowed: "(image (linux (kernel PATH) ...))")
        }
        guard let name = element.name, !name.isEmpty else {
            throw ConfigurationError("missing image name", field: "image", allowed: "linux, pvh")
        }
        switch name {
        case "linux": kind = .pv
        case "pvh": kind = .pvh
        default:
            throw ConfigurationError(
                "unknown image type: \(name)", field: "image", value: name, allowed: "linux, pvh")
        }
        let fields = ConfigurationReader(element)
        let own = try Self.path(fields, "kernel") ?? ""
        kernel = bootLoader == nil ? own : BootLoader.grubImage(for: kind)
        guard !kernel.isEmpty else {
            throw ConfigurationError("missing kernel", field: "kernel", allowed: "the path of a kernel image")
        }
        ramdisk = bootLoader == nil ? try Self.path(fields, "ramdisk") : nil
        commandLine = Self.commandLine(fields)
        guard commandLine.utf8.count <= Self.maximumCommandLine else {
            throw ConfigurationError(
                "kernel command line too long", field: "args", value: "\(commandLine.utf8.count) bytes",
                allowed: "at most \(Self.maximumCommandLine)")
        }
    }

    private static func path(_ fields: ConfigurationReader, _ field: String) throws(ConfigurationError) -> String? {
        guard let path = fields.text(field), !path.isEmpty else { return nil }
        guard path.hasPrefix("/"), !path.utf8.contains(0), path.utf8.count < 4096 else {
            throw ConfigurationError(
                "invalid \(field)", field: field, value: path, allowed: "an absolute path without NUL")
        }
        return path
    }

    private static func commandLine(_ fields: ConfigurationReader) -> String {
        var line = ""
        if let ip = fields.text("ip"), !ip.isEmpty { line += " ip=\(ip)" }
        if let root = fields.text("root"), !root.isEmpty { line += " root=\(root)" }
        if let args = fields.text("args"), !args.isEmpty { line += " \(args)" }
        return line
    }
}
