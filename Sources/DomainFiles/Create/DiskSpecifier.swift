// One entry of `disk`.

import SExpressions

/// A disk: `UNAME,DEV,MODE[,BACKEND]` as Xen 2.0 had it, or one of xl's forms.
package struct DiskSpecifier: Equatable {
    /// `KIND:DETAILS`
    package var uname: String
    /// What it is in the domain, with `:cdrom` behind it for a drive.
    package var device: String
    package var mode: String
    package var backend: String?
    /// Whether the guest may give blocks back; nil: nothing is said of it.
    package var discards: Bool?
    /// Names without effect.
    package var warnings: [String]

    /// Reads an entry.
    /// - Parameters:
    ///   - text: as a file or a command line has it.
    ///   - isLater: as xl and the xm of Xen 3 read it, where numbers of devices are decimal and the access may be left out.
    /// - Throws: `Invalid disk specifier: …`.
    package init(_ text: String, isLater: Bool) throws(DomainFileFailure) {
        let entry = try DiskEntry(text)
        warnings = entry.warnings
        let isCDROM = try DiskSpecifier.isCDROM(entry)
        let target = entry.values["target"] ?? ""
        guard !target.isEmpty else {
            throw entry.failure(isCDROM ? "an empty drive is not supported: there must be a target" : "no target")
        }
        let vdev = entry.values["vdev"] ?? ""
        guard !vdev.isEmpty else {
            // By its name the target takes all that follows.
            throw entry.failure("no vdev, such as xvda" + (target.contains(",") ? "; target= must come last" : ""))
        }
        device = DiskSpecifier.deviceName(vdev, isLater: isLater) + (isCDROM ? ":cdrom" : "")
        mode = try DiskSpecifier.mode(entry, isCDROM: isCDROM || vdev.hasSuffix(":cdrom"), isLater: isLater)
        backend = entry.values["backend"].flatMap { $0.isEmpty ? nil : $0 }
        if entry.flags.contains("discard") { discards = true }
        if entry.flags.contains("no-discard") { discards = false }
        uname = try DiskSpecifier.uname(target, entry)
    }

    /// `(device (vbd …))`.
    package var expression: SExpression {
        var fields: [SExpression] = [.element("uname", uname), .element("dev", device), .element("mode", mode)]
        if let backend { fields.append(.element("backend", backend)) }
        if let discards { fields.append(.element("discard", discards ? "1" : "0")) }
        return .element("device", .element("vbd", fields))
    }

    private static func isCDROM(_ entry: DiskEntry) throws(DomainFileFailure) -> Bool {
        switch entry.values["devtype"] ?? "" {
        case "cdrom": return true
        case "", "disk": return entry.flags.contains("cdrom")
        case let type: throw entry.failure("\"\(type)\" is no devtype: cdrom or disk")
        }
    }

    private static let modes = [
        "rw": "w", "w": "w", "ro": "r", "r": "r", "w!": "w!", "rw!": "w!", "r!": "r!", "ro!": "r!", "!": "w!",
    ]

    private static func mode(_ entry: DiskEntry, isCDROM: Bool, isLater: Bool) throws(DomainFileFailure) -> String {
        let access = entry.values["access"] ?? ""
        guard !access.isEmpty else {
            guard isLater || !entry.hasKind else { throw entry.failure("no access: r or w") }
            return isCDROM ? "r" : "w"
        }
        guard let mode = modes[access] else { throw entry.failure("\"\(access)\" is no access: r, ro, w, rw") }
        return isCDROM ? "r" : mode
    }

    private static func deviceName(_ name: String, isLater: Bool) -> String {
        var name = Substring(name)
        if name.hasPrefix("ioemu:") { name = name.dropFirst("ioemu:".count) }
        if name.hasSuffix(":disk") { name = name.dropLast(":disk".count) }
        if name.hasPrefix("/dev/") { name = name.dropFirst("/dev/".count) }
        // xend takes numbers for hexadecimal, as in 2004.
        if isLater, let number = UInt32(name) { return "0x" + String(number, radix: 16) }
        return String(name)
    }

    // MARK: What it is made of

    /// Drivers that an image went through: there are none here, and a raw image behind one is a file or a device like any other.
    private static let drivers = ["tap2:", "tap:", "tapdisk:", "ioemu:"]
    private static let rawDrivers = ["aio:", "raw:", "sync:"]

    private static func uname(_ target: String, _ entry: DiskEntry) throws(DomainFileFailure) -> String {
        var target = target[...]
        while let driver = drivers.first(where: target.hasPrefix) { target = target.dropFirst(driver.count) }
        if let driver = rawDrivers.first(where: target.hasPrefix) { target = target.dropFirst(driver.count) }
        if let script = entry.values["script"], !script.isEmpty {
            return "\(try kind(ofScript: script, entry)):\(target)"
        }
        switch entry.values["format"] ?? "" {
        case "raw", "": break
        case "qcow2":
            for kind in ["qcow2:", "file:"] where target.hasPrefix(kind) { target = target.dropFirst(kind.count) }
            return "qcow2:\(target)"
        case let format:
            let known = ["raw", "qcow", "qcow2", "vhd", "qed"]
            guard known.contains(format) else {
                throw entry.failure("\"\(format)\" is no format: raw or qcow2; as in TARGET,FORMAT,VDEV,ACCESS")
            }
            throw entry.failure("only formats raw and qcow2 are supported, not \(format)")
        }
        // A kind of disk whose script finds it: drbd:web.
        if target.prefixMatch(of: #/[a-z][a-z0-9]*:/#) != nil { return String(target) }
        return (target.hasPrefix("/") && !target.hasPrefix("/dev/") ? "file:" : "phy:") + target
    }

    /// `block-KIND`, `KIND`, or the path of such a script where xend looks for them.
    private static func kind(ofScript script: String, _ entry: DiskEntry) throws(DomainFileFailure) -> String {
        let name = FilePathText.baseName(script)
        let kind = name.hasPrefix("block-") ? String(name.dropFirst("block-".count)) : name
        let folder = script.dropLast(name.count)
        guard ["", "/etc/xen/", "/etc/xen/scripts/"].contains(folder) else {
            throw entry.failure(
                "script \(script): say (block-\(kind) \(script)) in xend-config.sxp, and script=block-\(kind)")
        }
        return kind
    }
}
