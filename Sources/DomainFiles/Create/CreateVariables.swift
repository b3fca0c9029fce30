import DomainModel

// The variables of `xm create`, in the order in which the help shows them.

/// A variable that a configuration file or `VAR=VAL` can set.
package struct CreateVariable: Sendable {
    package enum Kind: Sendable {
        case text, int, float
        /// `yes` or `no` on the command line, any value that is true in a file.
        case bool
        /// May be given several times on the command line; a list in a file.
        case list
    }

    package var name: String
    package var kind: Kind
    /// What the value is called in the help.
    package var value: String
    /// What it has without being set, for the help.
    package var standard: String
    /// What it does, for the help.
    package var use: String
    /// Whether Xen 2.0 had it.
    package var isOriginal = true
}

extension CreateVariable {
    package static let all = original + later

    private static let original = [
        CreateVariable(
            name: "name", kind: .text, value: "NAME", standard: "the name of the file",
            use: "The domain's name, which no other domain may have."),
        CreateVariable(
            name: "kernel", kind: .text, value: "FILE", standard: "None", use: "The kernel image. Required."),
        CreateVariable(name: "ramdisk", kind: .text, value: "FILE", standard: "None", use: "The initial ramdisk."),
        CreateVariable(
            name: "builder", kind: .text, value: "KIND", standard: "linux", use: "The kind of image: linux or pvh."),
        CreateVariable(
            name: "memory", kind: .int, value: "MB", standard: "128", use: "Megabytes of memory to begin with."),
        CreateVariable(
            name: "maxmem", kind: .int, value: "MB", standard: "as memory", use: "Megabytes it may grow to."),
        CreateVariable(name: "cpu", kind: .int, value: "CPU", standard: "None", use: "The cpu to run on; -1 is any."),
        CreateVariable(
            name: "cpu_weight", kind: .float, value: "WEIGHT", standard: "None",
            use: "Its share of the cpus; 1 is an even share."),
        CreateVariable(
            name: "console", kind: .int, value: "PORT", standard: "9600 + domain id",
            use: "The TCP port of its console."),
        CreateVariable(
            name: "restart", kind: .text, value: RestartMode.allCases.map(\.rawValue).joined(separator: "|"),
            standard: RestartMode.onreboot.rawValue,
            use: (["When it is started again by itself:"] + RestartMode.allCases.map { "\($0.rawValue): \($0.meaning)" })
                .joined(separator: "\n")),
        CreateVariable(
            name: "blkif", kind: .bool, value: "no|yes", standard: "no",
            use: "It serves block devices to other domains."),
        CreateVariable(
            name: "netif", kind: .bool, value: "no|yes", standard: "no",
            use: "It serves network interfaces to other domains."),
        CreateVariable(
            name: "disk", kind: .list, value: "phy:DEV,VDEV,MODE[,DOM]", standard: "[]",
            use:
                "A disk: DEV of this machine (or file:PATH) is VDEV in the domain.\n"
                + "MODE is r or w; DOM is the driver domain. May be repeated."
        ),
        CreateVariable(
            name: "pci", kind: .list, value: "BUS,DEV,FUNC", standard: "[]",
            use: "A PCI device, in hexadecimal. May be repeated."),
        CreateVariable(
            name: "ipaddr", kind: .list, value: "IPADDR", standard: "[]",
            use: "Accepted and without effect, as in Xen 2.0."),
        CreateVariable(
            name: "vif", kind: .list, value: "mac=MAC,bridge=BRIDGE,script=SCRIPT,backend=DOM,ip=ADDRESS",
            standard: "[]",
            use:
                "A network interface, any part of which may be left out:\n"
                + "an address is then invented, bridge and script are xend's own. May be repeated."
        ),
        CreateVariable(
            name: "nics", kind: .int, value: "NUM", standard: "1 (xl: 0)",
            use: "How many network interfaces there are at least."),
        CreateVariable(
            name: "root", kind: .text, value: "DEVICE", standard: "None",
            use: "root= of the kernel's command line, for example '/dev/sda1 ro'."),
        CreateVariable(
            name: "extra", kind: .text, value: "ARGS", standard: "None", use: "The rest of the kernel's command line."),
        CreateVariable(name: "ip", kind: .text, value: "IPADDR", standard: "None", use: "The kernel's own address."),
        CreateVariable(name: "gateway", kind: .text, value: "IPADDR", standard: "None", use: "The kernel's gateway."),
        CreateVariable(name: "netmask", kind: .text, value: "MASK", standard: "None", use: "The kernel's netmask."),
        CreateVariable(name: "hostname", kind: .text, value: "NAME", standard: "None", use: "The kernel's host name."),
        CreateVariable(
            name: "interface", kind: .text, value: "INTF", standard: "eth0", use: "The interface the kernel configures."
        ),
        CreateVariable(
            name: "dhcp", kind: .text, value: "off|dhcp", standard: "off",
            use: "Whether the kernel asks for its address."),
        CreateVariable(
            name: "nfs_server", kind: .text, value: "IPADDR", standard: "None", use: "The server of an NFS root."),
        CreateVariable(
            name: "nfs_root", kind: .text, value: "PATH", standard: "None",
            use: "The directory of an NFS root; needs nfs_server."),
    ]

    private static let later = [
        CreateVariable(
            name: "vcpus", kind: .int, value: "NUM", standard: "1", use: "How many cpus the domain sees.",
            isOriginal: false),
        CreateVariable(
            name: "uuid", kind: .text, value: "UUID", standard: "invented", use: "What identifies the domain for ever.",
            isOriginal: false),
        CreateVariable(
            name: "type", kind: .text, value: "pv|pvh", standard: "pv", use: "The kind of guest, in xl's words.",
            isOriginal: false),
        CreateVariable(
            name: "on_poweroff", kind: .text, value: "ACTION", standard: "destroy",
            use: "What happens after a poweroff: destroy, restart, preserve.", isOriginal: false),
        CreateVariable(
            name: "on_reboot", kind: .text, value: "ACTION", standard: "restart", use: "What happens after a reboot.",
            isOriginal: false),
        CreateVariable(
            name: "on_crash", kind: .text, value: "ACTION", standard: "destroy", use: "What happens after a crash.",
            isOriginal: false),
        CreateVariable(
            name: "cmdline", kind: .text, value: "ARGS", standard: "None",
            use: "The whole command line, in place of root and extra.", isOriginal: false),
        CreateVariable(
            name: "on_watchdog", kind: .text, value: "ACTION", standard: "destroy",
            use: "What happens after its watchdog has ended it.", isOriginal: false),
        CreateVariable(
            name: "description", kind: .text, value: "TEXT", standard: "none",
            use: "What it is for; kept and shown.", isOriginal: false),
        CreateVariable(
            name: "on_xend_start", kind: .text, value: "WORD", standard: "ignore",
            use: "Of a domain that new defines, when the machine has started: ignore, start.", isOriginal: false),
        CreateVariable(
            name: "on_xend_stop", kind: .text, value: "WORD", standard: "ignore",
            use: "The same when the machine goes down: ignore, shutdown, suspend.", isOriginal: false),
        CreateVariable(
            name: "maxvcpus", kind: .int, value: "NUM", standard: "as vcpus",
            use: "How many cpus the domain can have; vcpus of them are in use at first.", isOriginal: false),
        CreateVariable(
            name: "vcpu_avail", kind: .int, value: "MASK", standard: "None",
            use: "The same in the words of Xen 3: a bit for each of vcpus that is in use at first.", isOriginal: false),
        CreateVariable(
            name: "cpus", kind: .text, value: "CPUS", standard: "None",
            use: "The cpus to run on, as in 0-3,5,^1; a list has one such text for each cpu of the domain.",
            isOriginal: false),
        CreateVariable(
            name: "cpu_cap", kind: .int, value: "PERCENT", standard: "0",
            use: "At most so many per cent of one cpu; 0 is no limit.", isOriginal: false),
        CreateVariable(name: "cap", kind: .int, value: "PERCENT", standard: "0", use: "As cpu_cap.", isOriginal: false),
        CreateVariable(
            name: "bootloader", kind: .text, value: "pvgrub", standard: "None",
            use: "grub finds the kernel on the domain's own disk. Others are not run.", isOriginal: false),
        CreateVariable(
            name: "firmware", kind: .text, value: "pvgrub32|pvgrub64", standard: "None",
            use: "As bootloader = \"pvgrub\".", isOriginal: false),
    ]
}
