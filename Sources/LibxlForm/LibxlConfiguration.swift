import DomainModel
import SExpressions

/// The configuration of a domain in the form of Xen's libxl: JSON with the members of `libxl_domain_config` (libxl_types.idl of Xen 4.17).
public enum LibxlConfiguration {
    /// The object for a configuration `(vm …)`: what `xl create --dryrun` prints, and what libxl keeps of a domain.
    ///
    /// - Parameters:
    ///   - uuid: nil: the one that stands in it, if any.
    ///   - devices: those that it has now, in place of those that stand in it, each with its number, by which libxl knows a vif.
    public static func json(
        of config: SExpression, uuid: String? = nil, devices: [(source: SExpression, number: Int?)]? = nil
    ) -> JSONText {
        let image = config.childValue("image")
        let type = image?.name == "linux" ? "pv" : image?.name ?? "pv"
        let memory = config.childText("memory").flatMap { Int($0) }
        let maximum = config.childText("maxmem").flatMap { Int($0) } ?? memory
        let creation: [(String, JSONText?)] = [
            ("type", .string(type)), ("name", config.childText("name").map(JSONText.string)),
            ("uuid", (uuid ?? config.childText("uuid")).map(JSONText.string)),
            ("run_hotplug_scripts", .literal("True")),
        ]
        let vcpus = config.childText("vcpus").flatMap { Int($0) }
        let build: [(String, JSONText?)] = [
            ("max_vcpus", vcpus.map(JSONText.number)),
            ("avail_vcpus", config.childText("online_vcpus").flatMap { Int($0) }.map { numbers(0..<max(0, $0)) }),
            ("vcpu_hard_affinity", affinity(config, vcpus: vcpus ?? 1)), ("sched_params", scheduling(config)),
            ("max_memkb", maximum.map { .number($0 * 1024) }), ("target_memkb", memory.map { .number($0 * 1024) }),
            ("kernel", image?.childText("kernel").map(JSONText.string)),
            ("cmdline", image.map { .string(commandLine($0)) }),
            ("ramdisk", image?.childText("ramdisk").map(JSONText.string)),
            ("bootloader", config.childText("bootloader").map(JSONText.string)), ("type.\(type)", .object([])),
        ]
        var members: [(String, JSONText)] = [("c_info", .object(some: creation)), ("b_info", .object(some: build))]
        let devices = devices ?? config.children("device").compactMap { $0.child(at: 0) }.map { ($0, nil) }
        let disks = devices.filter { $0.source.name == "vbd" }.map { disk($0.source) }
        let nics = devices.filter { $0.source.name == "vif" }.map { nic($0.source, number: $0.number) }
        if !disks.isEmpty { members.append(("disks", .array(disks))) }
        if !nics.isEmpty { members.append(("nics", .array(nics))) }
        for action in ["on_poweroff", "on_reboot", "on_watchdog", "on_crash"] {
            guard let word = config.childText(action) else { continue }
            members.append((action, .string(word.replacing("-", with: "_"))))
        }
        return .object(members)
    }

    private static func numbers(_ range: some Sequence<Int>) -> JSONText { .array(range.map(JSONText.number)) }

    /// Its weight as xl has it, where 256 is an even share, and its cap.
    private static func scheduling(_ config: SExpression) -> JSONText? {
        let weight = config.childText("cpu_weight").flatMap { Double($0) }.map { JSONText.number(Int($0 * 256)) }
        let cap = config.childText("cpu_cap").flatMap { Int($0) }.map(JSONText.number)
        return weight == nil && cap == nil ? nil : .object(some: [("weight", weight), ("cap", cap)])
    }

    /// The cpus of each vcpu; an empty list is any.
    private static func affinity(_ config: SExpression, vcpus: Int) -> JSONText? {
        let sets =
            config.child("cpus")?.children().map { cpus($0.atom ?? "") } ?? config.childText("cpu").map { [cpus($0)] }
        guard let sets, let first = sets.first else { return nil }
        return .array(sets.count == 1 ? Array(repeating: first, count: vcpus) : sets)
    }

    /// `0-1,3` as numbers; nothing for `any`.
    private static func cpus(_ text: String) -> JSONText {
        numbers(
            text.split(separator: ",").flatMap { part -> [Int] in
                let ends = part.split(separator: "-").compactMap { Int($0) }
                guard let first = ends.first, let last = ends.last, first >= 0, first <= last else { return [] }
                return Array(first...last)
            })
    }

    private static func commandLine(_ image: SExpression) -> String {
        let parts = [("ip=", "ip"), ("root=", "root"), ("", "args")]
        return parts.compactMap { part in image.childText(part.1).map { part.0 + $0 } }.joined(separator: " ")
    }

    private static func disk(_ vbd: SExpression) -> JSONText {
        let parts = (vbd.childText("uname") ?? "").split(separator: ":", maxSplits: 1).map(String.init)
        let kind = parts.count > 1 ? parts[0] : "phy"
        let writable = vbd.childText("mode")?.contains("w") == true
        let device = vbd.childText("dev") ?? ""
        let isCDROM = device.hasSuffix(":cdrom")
        return .object(some: [
            ("backend_domname", vbd.childText("backend").map(JSONText.string)),
            ("pdev_path", .string(parts.last ?? "")),
            ("vdev", .string(isCDROM ? String(device.dropLast(":cdrom".count)) : device)),
            ("format", .string(kind == "qcow2" ? kind : "raw")),
            ("script", ["phy", "file", "qcow2"].contains(kind) ? nil : .string("block-\(kind)")),
            ("removable", isCDROM ? .number(1) : nil), ("readwrite", .number(writable ? 1 : 0)),
            ("is_cdrom", isCDROM ? .number(1) : nil),
            ("discard_enable", vbd.childText("discard").map { .literal($0 == "1" ? "True" : "False") }),
        ])
    }

    private static func nic(_ vif: SExpression, number: Int?) -> JSONText {
        let rate = vif.childText("rate").flatMap(TransmitRate.init(text:))
        return .object(some: [
            ("devid", number.map(JSONText.number)), ("backend_domname", vif.childText("backend").map(JSONText.string)),
            ("mtu", vif.childText("mtu").flatMap { Int($0) }.map(JSONText.number)),
            ("mac", vif.childText("mac").map(JSONText.string)), ("ip", vif.childText("ip").map(JSONText.string)),
            ("bridge", vif.childText("bridge").map(JSONText.string)),
            ("ifname", vif.childText("vifname").map(JSONText.string)),
            ("script", vif.childText("script").map(JSONText.string)), ("nictype", .string("vif")),
            ("rate_bytes_per_interval", rate.map { .number(Int($0.bytes)) }),
            ("rate_interval_usecs", rate.map { .number(Int($0.microseconds)) }),
        ])
    }
}
