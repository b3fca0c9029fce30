/// The forms of every resource, by the path in the route table. Names of fields are those of xend 2.0's pages where it
/// had them (reference/http-api.md §6.6).
enum OperationForms {
    /// The form for an operation at a resource, if it has one.
    static func form(at path: String, for operation: String) -> OperationForm? {
        all[path]?.first { $0.operation == operation }
    }

    static let all: [String: [OperationForm]] = [
        "/xend/node": node, "/xend/node/dmesg": [clearMessages], "/xend/domain": [createFromText, restore],
        "/xend/domain/:domain": domain, "/xend/console/:port": [disconnect], "/xend/event": [injectText],
        "/xend/vnet": [createNetwork], "/xend/vnet/:id": [deleteNetwork], "/xend/task/:id": [cancelTask],
    ]

    // MARK: Domains

    static let createFromText = OperationForm(
        "create", "Create from text", button: "Create",
        help: "A configuration in SXP. The new domain is paused; unpause it to let it run.",
        [.init(name: "config", title: "Configuration", kind: .area(rows: 8), value: sampleConfiguration)])

    static let createFromFile = OperationForm(
        "create", "Create from a file", button: "Create",
        help: "A file with the configuration of a domain in SXP.",
        [.init(name: "config", title: "Configuration file", kind: .file)])

    private static let sampleConfiguration = """
        (vm (name vm1) (memory 64)
         (image (linux (kernel /boot/vmlinuz) (root '/dev/sda1 ro')))
         (device (vif)))
        """

    static let restore = OperationForm(
        "restore", "Restore a saved domain", button: "Restore",
        [.init(name: "state", title: "Save file on this node", kind: .text)])

    static let unpause = OperationForm("unpause", "Run", button: "Unpause", help: "Lets the domain run.")
    static let pause = OperationForm("pause", "Pause", button: "Pause", help: "Stops its cpus at once.")

    static let shutdown = OperationForm(
        "shutdown", "Shut down", button: "Shut down", help: "Asks the guest; it takes its time.",
        [
            .init(
                name: "reason", title: "Then",
                kind: .choice([
                    ("poweroff", "power off"), ("halt", "halt"), ("reboot", "reboot"),
                ]))
        ])

    static let destroy = OperationForm(
        "destroy", "Destroy", button: "Destroy", help: "Ends the domain at once; what it has not written is lost.",
        isDestructive: true,
        [
            .init(
                name: "reason", title: "Then",
                kind: .choice([
                    ("halt", "leave it ended"), ("reboot", "build it again"),
                ]))
        ])

    static let save = OperationForm(
        "save", "Save", button: "Save", help: "Writes the domain to a file on this node and ends it here.",
        [.init(name: "file", title: "File", kind: .text)])

    static let migrate = OperationForm(
        "migrate", "Migrate", button: "Migrate", help: "Moves the domain to another node.",
        [
            .init(name: "destination", title: "To node", kind: .text),
            .init(name: "resource", title: "Limit in Mbit/s, 0 = none", kind: .number(0...1_000_000), value: "0"),
            .init(name: "live", title: "while it runs", kind: .flag, value: "1"),
        ])

    static let maximumMemory = OperationForm(
        "maxmem_set", "Memory limit", button: "Set",
        [.init(name: "memory", title: "Megabytes", kind: .number(1...16_777_216))])
    static let memoryTarget = OperationForm(
        "mem_target_set", "Memory target", button: "Ask", help: "Asks the guest to shrink or grow.",
        [.init(name: "target", title: "Megabytes", kind: .number(1...16_777_216))])
    static let pin = OperationForm(
        "pincpu", "Pin to a cpu", button: "Pin",
        [.init(name: "cpu", title: "Cpu, -1 = any", kind: .number(-1...4095))])
    static let vcpus = OperationForm(
        "vcpus_set", "Virtual cpus", button: "Ask", help: "At most as many as it was made with.",
        [.init(name: "vcpus", title: "In use", kind: .number(1...128))])
    static let scheduler = OperationForm(
        "sched_credit_set", "Share of the cpus", button: "Set",
        [
            .init(name: "weight", title: "Weight, 256 = normal", kind: .number(1...65535), isRequired: false),
            .init(name: "cap", title: "Cap in percent of a cpu, 0 = none", kind: .number(0...65535), isRequired: false),
        ])
    static let rename = OperationForm(
        "rename", "Rename", button: "Rename", [.init(name: "name", title: "New name", kind: .text)])
    static let createDevice = OperationForm(
        "device_create", "Add a device", button: "Add",
        [
            .init(
                name: "config", title: "Configuration", kind: .area(rows: 3), value: "(vif (bridge xen-br0))")
        ])
    static let configureDevice = OperationForm(
        "device_configure", "Change a vif", button: "Change",
        help: "Bridge, script and addresses; its address in hardware stays.",
        [
            .init(name: "idx", title: "Number", kind: .number(0...65535), value: "0"),
            .init(
                name: "config", title: "Configuration", kind: .area(rows: 3),
                value: "(vif (bridge xen-br0) (ip 10.0.0.1))"),
        ])
    static let destroyDevice = OperationForm(
        "device_destroy", "Remove a device", button: "Remove", help: "The guest loses it at once.",
        isDestructive: true,
        [.init(name: "type", title: "Type", kind: .fixed), .init(name: "idx", title: "Number", kind: .fixed)])
    static let sysrq = OperationForm(
        "sysrq", "SysRq", button: "Press", help: "Asks the guest's kernel: s syncs its disks, b boots it again.",
        [.init(name: "key", title: "Letter or digit", kind: .text)])
    static let configure = OperationForm(
        "configure", "Configure", button: "Configure",
        help: "xend has no configuration of this domain. With one, its devices are connected.",
        [
            .init(
                name: "config", title: "Configuration", kind: .area(rows: 8),
                value: "(domain (config\n\(sampleConfiguration)))")
        ])
    static let cancelWork = OperationForm(
        "cancel", "Cancel", button: "Cancel", help: "The domain runs on here as if nothing had been asked.")
    static let resolve = OperationForm(
        "resolve", "Decide", button: "Decide",
        help: "This copy waits for word from the other node. Decide only if that node will never answer.",
        [
            .init(
                name: "decision", title: "This copy",
                kind: .choice([
                    ("keep", "keep and run it"), ("drop", "drop it"),
                ]))
        ])

    /// Moving and ending, in the order in which they stand on the page.
    static let domainLife = [shutdown, save, migrate, destroy]
    static let domainSettings = [memoryTarget, maximumMemory, vcpus, pin, scheduler, rename, sysrq]
    private static let domain =
        [unpause, pause] + domainLife + domainSettings
        + [createDevice, configureDevice, destroyDevice, configure, cancelWork, resolve]

    // MARK: The node

    static let shutDownNode = OperationForm(
        "shutdown", "Shut the node down", button: "Shut down", help: "Ends the machine with all its domains.",
        isDestructive: true)
    static let rebootNode = OperationForm(
        "reboot", "Reboot the node", button: "Reboot", help: "Ends all domains and starts the machine again.",
        isDestructive: true)
    static let notify = OperationForm(
        "notify", "Notify", button: "Set", help: "Every event is posted to this URL. Blank ends it.",
        [.init(name: "url", title: "URL", kind: .text, isRequired: false)])
    private static let node = [shutDownNode, rebootNode, notify]
    static let clearMessages = OperationForm(
        "clear", "Clear", button: "Clear", help: "Empties Xen's message ring for everybody.", isDestructive: true)

    // MARK: Consoles, events, virtual networks, tasks

    static let disconnect = OperationForm(
        "disconnect", "Disconnect", button: "Disconnect", help: "Closes the client's connection; listening goes on.")
    static let injectText = OperationForm(
        "inject", "Inject from text", button: "Inject",
        [.init(name: "event", title: "Event", kind: .area(rows: 3), value: "(my.event (note 'hello'))")])
    static let injectFile = OperationForm(
        "inject", "Inject from a file", button: "Inject", [.init(name: "event", title: "File", kind: .file)])
    static let createNetwork = OperationForm(
        "create", "Create from text", button: "Create",
        [.init(name: "config", title: "Configuration", kind: .area(rows: 3), value: "(vnet (id 5))")])
    static let createNetworkFromFile = OperationForm(
        "create", "Create from a file", button: "Create",
        [.init(name: "config", title: "Configuration file", kind: .file)])
    static let deleteNetwork = OperationForm(
        "delete", "Delete", button: "Delete", help: "Domains on it lose their connection.", isDestructive: true)
    static let cancelTask = OperationForm(
        "cancel", "Cancel", button: "Cancel", help: "The domain stays as it was.")
}
