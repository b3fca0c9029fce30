// One entry of `disk`.

import SExpressions

/// A disk: `UNAME,DEV,MODE[,BACKEND]` as Xen 2.0 had it, or one of xl's forms.
struct DiskSpecifier: Equatable {
    var uname: String
    var device: String
    var mode: String
    var backend: String?

    /// Reads an entry.
    /// - Throws: `Invalid disk specifier: …`.
    init(_ text: String) throws(XmFailure) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { PythonText.stripped($0) }
        if let modern = try DiskSpecifier(modern: parts, text) {
            self = modern
            return
        }
        guard parts.count == 3 || parts.count == 4 else { throw .error("Invalid disk specifier: \(text)") }
        uname = DiskSpecifier.simplified(parts[0])
        device = DiskSpecifier.deviceName(parts[1])
        mode = parts[2]
        if let backend = parts.dropFirst(3).first, !backend.isEmpty { self.backend = backend }
    }

    /// `(device (vbd …))`.
    var expression: SExpression {
        var fields: [SExpression] = [.element("uname", uname), .element("dev", device), .element("mode", mode)]
        if let backend { fields.append(.element("backend", backend)) }
        return .element("device", .element("vbd", fields))
    }

    /// A raw image behind a tap driver is the same as a file, and one in the format qcow2 has a script of its own.
    private static func simplified(_ uname: String) -> String {
        for tap in ["tap", "tap2"] {
            for (driver, type) in [("aio", "file"), ("qcow2", "qcow2")] where uname.hasPrefix("\(tap):\(driver):") {
                return "\(type):" + uname.dropFirst("\(tap):\(driver):".count)
            }
        }
        return uname
    }

    private static func deviceName(_ name: String) -> String {
        var name = Substring(name)
        if name.hasPrefix("ioemu:") { name = name.dropFirst("ioemu:".count) }
        for suffix in [":cdrom", ":disk"] where name.hasSuffix(suffix) { name = name.dropLast(suffix.count) }
        return String(name)
    }

    // MARK: xl's forms

    private static let formats: Set<String> = ["raw", "qcow", "qcow2", "vhd", "qed", ""]
    private static let keys: Set<String> = [
        "target", "format", "vdev", "access", "backend", "backendtype", "script", "devtype",
    ]

    /// `TARGET,FORMAT,VDEV,ACCESS` and `key=value` in any mixture; nil if this is neither.
    private init?(modern parts: [String], _ text: String) throws(XmFailure) {
        var named: [String: String] = [:]
        var positional: [String] = []
        for part in parts {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map {
                PythonText.stripped($0)
            }
            if pair.count == 2, DiskSpecifier.keys.contains(pair[0]) {
                named[pair[0]] = pair[1]
            } else {
                positional.append(part)
            }
        }
        let isPositional = positional.count == 4 && DiskSpecifier.formats.contains(positional[1])
        guard !named.isEmpty || isPositional else { return nil }
        for (key, value) in zip(["target", "format", "vdev", "access"], positional) where named[key] == nil {
            named[key] = value
        }
        try self.init(named: named, text)
    }

    private init(named: [String: String], _ text: String) throws(XmFailure) {
        guard let target = named["target"], !target.isEmpty, let vdev = named["vdev"], !vdev.isEmpty else {
            throw .error("Invalid disk specifier: \(text)")
        }
        let format = named["format"] ?? "raw"
        guard ["raw", "qcow2", ""].contains(format) else {
            throw .error("Invalid disk specifier: \(text) (only formats raw and qcow2 are supported, not \(format))")
        }
        device = DiskSpecifier.deviceName(vdev)
        mode = DiskSpecifier.modes[named["access"] ?? "rw"] ?? named["access"] ?? "w"
        backend = named["backend"]
        uname = DiskSpecifier.uname(target, format: format, script: named["script"])
    }

    private static let modes = ["rw": "w", "w": "w", "ro": "r", "r": "r", "": "w"]

    private static func uname(_ target: String, format: String, script: String?) -> String {
        if let script { return "\(script.hasPrefix("block-") ? String(script.dropFirst(6)) : script):\(target)" }
        if format == "qcow2" { return "qcow2:" + (target.hasPrefix("file:") ? target.dropFirst(5) : target[...]) }
        // A kind of disk whose script finds it: drbd:web.
        if target.prefixMatch(of: #/[a-z][a-z0-9]*:/#) != nil { return simplified(target) }
        return (target.hasPrefix("/dev/") ? "phy:" : "file:") + target
    }
}
