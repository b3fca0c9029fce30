// Settings to `(vm …)`.

import DomainModel
import SExpressions

/// Makes the configuration that is sent to xend, in the order of the original's fields (reference/domain.md §8).
package struct DomainConfiguration {
    let settings: CreateSettings
    /// As xl and the xm of Xen 3 read it.
    let isLater: Bool
    /// The directory that kernel paths are relative to.
    let currentDirectory: String
    let randomByte: () -> UInt8
    /// What was set and is without effect.
    package private(set) var warnings: [String] = []

    package init(settings: CreateSettings, isLater: Bool, currentDirectory: String, randomByte: @escaping () -> UInt8) {
        self.settings = settings
        self.isLater = isLater
        self.currentDirectory = currentDirectory
        self.randomByte = randomByte
    }

    /// Says of each name what becomes of it.
    ///
    /// - Parameters:
    ///   - names: that somebody set, in their order.
    ///   - own: those among them that the file itself reads, which may be called as it likes.
    package mutating func judge(_ names: [String], own: Set<String>) throws(DomainFileFailure) {
        for name in names {
            guard let value = settings.word(name), WordTable.file[name] != nil || !own.contains(name) else { continue }
            switch WordTable.file.verdict(on: name, value: value) {
            case .accepted: break
            case .warning(let text): warn(text)
            case .refusal(let text): throw .init(text)
            }
        }
    }

    /// What no variable can be: other tools pass over it in silence.
    package static func judgeTypes(of variables: [(name: String, value: ConfigValueView)], own: Set<String>)
        throws(DomainFileFailure)
    {
        for (name, value) in variables where WordTable.file[name] != nil && !own.contains(name) {
            if case .other(let type) = value, type == "tuple" || type == "dict" {
                throw .init("\(name) must be a number, a text or a list such as [ 'TEXT', 'TEXT' ], not a \(type)")
            }
        }
    }

    /// Says of names on the command line that are no variables of `create` what becomes of them, where the file did not read them.
    package mutating func judgeUnread(_ names: [String]) {
        for name in names where CreateVariable.all.allSatisfy({ $0.name != name }) {
            if case .warning(let text) = WordTable.file.verdict(on: name, value: "given") { warn(text) }
        }
    }

    private mutating func warn(_ text: String) {
        if !warnings.contains(text) { warnings.append(text) }
    }

    /// The whole `(vm …)`.
    /// - Parameter standardName: the name if none is set.
    package mutating func expression(standardName: String?) throws(DomainFileFailure) -> SExpression {
        let builder = try builder()
        let loader = try bootLoader()
        guard settings.isTrue("kernel") || loader != nil else { throw .init("No kernel specified") }
        var disks: [SExpression] = []
        for text in try settings.list("disk") {
            let disk = try DiskSpecifier(text, isLater: isLater)
            disks.append(disk.expression)
            for text in disk.warnings { warn(text) }
        }
        var cards: [SExpression] = []
        for text in try settings.list("pci") { cards.append(try PCISpecifier(text).expression) }
        let interfaces = try networkInterfaces()
        let address = try kernelAddress()
        let arguments = try kernelArguments()
        var members = try head(standardName, loader)
        members.append(.element("image", .element(builder, try image(address: address, arguments: arguments))))
        return .element("vm", members + disks + cards + interfaces)
    }

    /// What finds the kernel, in xend's words.
    private func bootLoader() throws(DomainFileFailure) -> String? {
        if let loader = try settings.nonEmpty("bootloader") { return loader }
        guard let firmware = try settings.nonEmpty("firmware") else { return nil }
        guard BootLoader.grubWords.contains(firmware) else {
            throw .init(
                "firmware \"\(firmware)\" is not supported: only emulated machines have it; \"pvgrub64\" is grub in the guest"
            )
        }
        return "pvgrub"
    }

    private func head(_ standardName: String?, _ loader: String?) throws(DomainFileFailure) -> [SExpression] {
        var members: [SExpression] = []
        func add(_ name: String, _ value: String?) {
            if let value { members.append(.element(name, .atom(value))) }
        }
        add("name", try settings.nonEmpty("name") ?? standardName ?? "")
        add("memory", try settings.text("memory") ?? "128")
        add("maxmem", try settings.nonEmpty("maxmem"))
        let cpus = try VirtualCPUSettings(settings)
        add("cpu", cpus.cpu)
        if !cpus.pins.isEmpty { members.append(.element("cpus", cpus.pins.map { .atom($0) })) }
        add("cpu_weight", try weight())
        add("cpu_cap", try settings.nonEmpty(settings.isTrue("cpu_cap") ? "cpu_cap" : "cap"))
        add("vcpus", cpus.vcpus)
        add("online_vcpus", cpus.online)
        add("vcpu_avail", try settings.nonEmpty("vcpu_avail"))
        add("uuid", try settings.nonEmpty("uuid"))
        add("bootloader", loader)
        if settings.isTrue("blkif") { members.append(.element("backend", .list([.atom("blkif")]))) }
        if settings.isTrue("netif") { members.append(.element("backend", .list([.atom("netif")]))) }
        add("restart", try settings.nonEmpty("restart"))
        for action in ["on_poweroff", "on_reboot", "on_crash", "on_watchdog", "on_xend_start", "on_xend_stop"] {
            add(action, try settings.nonEmpty(action))
        }
        add("console", try settings.nonEmpty("console"))
        add("description", try settings.nonEmpty("description"))
        return members
    }

    /// In the later form 256 is an even share, in Xen 2.0 it was 1.
    private func weight() throws(DomainFileFailure) -> String? {
        guard let text = try settings.text("cpu_weight") else { return nil }
        guard isLater, let weight = PythonText.double(text) else { return text }
        return PythonText.float(weight / 256)
    }

    // MARK: The kernel

    private func image(address: String?, arguments: String?) throws(DomainFileFailure) -> [SExpression] {
        var fields: [SExpression] = []
        for key in ["kernel", "ramdisk"] {
            if let path = try settings.nonEmpty(key) { fields.append(.element(key, .atom(absolute(path)))) }
        }
        if let address { fields.append(.element("ip", .atom(address.without(prefix: "ip=")))) }
        if let root = try settings.nonEmpty("root"), !settings.isTrue("cmdline") {
            fields.append(.element("root", .atom(root.without(prefix: "root="))))
        }
        if let arguments { fields.append(.element("args", .atom(arguments))) }
        return fields
    }

    /// The head of the image: `builder`, or what xl's `type` means.
    private func builder() throws(DomainFileFailure) -> String {
        if let type = try settings.nonEmpty("type") {
            switch type {
            case "pv": return "linux"
            case "pvh": return "pvh"
            default: throw .init("domains of type \"\(type)\" are not supported: type must be \"pv\" or \"pvh\"")
            }
        }
        let builder = try settings.nonEmpty("builder") ?? "linux"
        guard isLater else { return builder }
        switch builder {
        case "linux", "generic", "pv": return "linux"
        case "hvm": throw .init("builder \"hvm\" is not supported: set type = \"pv\" or \"pvh\"")
        default: return builder
        }
    }

    /// `IP:NFS:GATEWAY:NETMASK:HOST:INTERFACE:DHCP`, if there is an address or one is to be asked for.
    private func kernelAddress() throws(DomainFileFailure) -> String? {
        let dhcp = try settings.text("dhcp") ?? "off"
        // In the later form `dhcp = "dhcp"` without an address is all there is to say, too.
        guard settings.isTrue("ip") || dhcp != "off" else { return nil }
        // The kernel wants a server in that place; the original put this one where none was given.
        let server = try settings.nonEmpty("nfs_server") ?? "1.2.3.4"
        var parts = [try settings.text("ip") ?? "", server]
        for key in ["gateway", "netmask", "hostname"] { parts.append(try settings.text(key) ?? "") }
        parts.append(try settings.text("interface") ?? "eth0")
        return (parts + [dhcp]).joined(separator: ":")
    }

    private mutating func kernelArguments() throws(DomainFileFailure) -> String? {
        if let whole = try settings.nonEmpty("cmdline") {
            for name in ["root", "extra"] where settings.isTrue(name) {
                warn("\(name) is without effect: cmdline is the whole command line")
            }
            return whole
        }
        let extra = try settings.text("extra") ?? ""
        guard let root = try settings.nonEmpty("nfs_root") else { return extra.isEmpty ? nil : extra }
        guard let server = try settings.nonEmpty("nfs_server") else {
            throw .init("Must set nfs root and nfs server")
        }
        return "nfsroot=\(server):\(root) \(extra)"
    }

    private func absolute(_ path: String) -> String { FilePathText.absolute(path, in: currentDirectory) }

    // MARK: Devices

    private mutating func networkInterfaces() throws(DomainFileFailure) -> [SExpression] {
        var interfaces: [VIFSpecifier] = []
        for text in try settings.list("vif") {
            let interface = try VIFSpecifier(text)
            for text in interface.warnings { warn(text) }
            interfaces.append(interface)
        }
        let least = try settings.number("nics") ?? (isLater ? 0 : 1)
        guard least <= DomainConfiguration.maximumInterfaces else {
            throw .init("nics must be at most \(DomainConfiguration.maximumInterfaces), not \(least)")
        }
        while interfaces.count < least { interfaces.append(VIFSpecifier()) }
        return interfaces.map { $0.expression { VIFSpecifier.randomMAC(randomByte) } }
    }

    /// xend takes no more devices than this for one domain.
    private static let maximumInterfaces = 256
}

extension String {
    fileprivate func without(prefix: String) -> String {
        hasPrefix(prefix) ? String(dropFirst(prefix.count)) : self
    }
}

/// Paths as text, by the rules of Python's `os.path`.
package enum FilePathText {
    /// The path from the root, without `.`, `..` and double slashes.
    package static func absolute(_ path: String, in directory: String) -> String {
        normalized(path.hasPrefix("/") ? path : directory + "/" + path)
    }

    private static func normalized(_ path: String) -> String {
        // POSIX leaves the meaning of exactly two slashes at the start open, so they are kept.
        let start = path.hasPrefix("//") && !path.hasPrefix("///") ? "//" : "/"
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part != ".." { parts.append(part) } else if !parts.isEmpty { parts.removeLast() }
        }
        return start + parts.joined(separator: "/")
    }

    /// What follows the last slash.
    package static func baseName(_ path: String) -> String {
        path.split(separator: "/", omittingEmptySubsequences: false).last.map(String.init) ?? path
    }

    /// A file within a directory; an absolute file stays itself.
    package static func joined(_ directory: String, _ file: String) -> String {
        if file.hasPrefix("/") { return file }
        return directory.hasSuffix("/") || directory.isEmpty ? directory + file : directory + "/" + file
    }
}
