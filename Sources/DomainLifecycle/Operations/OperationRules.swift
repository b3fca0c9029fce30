import DomainModel

/// The table of operations: each is one row here, one case of `DomainOperation`, and one plan.
///
/// Who adds one writes: a case of `DomainOperation`; its row here, its place in `ofDomain` (or among the
/// `settings`, if it is one) and its line in `rule`; its plan in `PlanDrafter.draft`; and what CONTRIBUTING.md says beside. The compiler or a
/// test asks for each of them.
///
/// On the page of a domain forms stand in the order of the rows.
extension OperationRule {
    /// Every row.
    public static let all: [OperationRule] = ofNode + ofDomains + ofDomain

    /// By what they are done to.
    public static func all(of target: Target) -> [OperationRule] { all.filter { $0.target == target } }

    /// What is decided about a domain that lives, and kept in its configuration.
    public static let settings = [setMemoryTarget, setMaximumMemory, setVCPUs, pinCPU, setScheduler]

    private static let ofNode = [notify, reload, reboot, shutDown, stopDomains]
    private static let ofDomains = [create, restore, define]
    private static let ofDomain =
        [unpause, pause, shutdown, save, dump, migrate, destroy] + settings + [rename, sysrq]
        + [createDevice, configureDevice, destroyDevice, configure, resolve, keep, undefine, start, suspend, autostart]
}

extension DomainOperation {
    /// The operation's row.
    public var rule: OperationRule {
        switch self {
        case .pause: .pause
        case .unpause: .unpause
        case .shutdown: .shutdown
        case .destroy: .destroy
        case .pinCPU: .pinCPU
        case .setVCPUs: .setVCPUs
        case .sysrq: .sysrq
        case .setMaximumMemory: .setMaximumMemory
        case .setMemoryTarget: .setMemoryTarget
        case .setScheduler: .setScheduler
        case .createDevice: .createDevice
        case .destroyDevice: .destroyDevice
        case .configureDevice: .configureDevice
        case .configure: .configure
        case .rename: .rename
        case .save: .save
        case .dump: .dump
        case .migrate: .migrate
        case .resolve: .resolve
        case .define: .keep
        case .undefine: .undefine
        case .start: .start
        case .suspend: .suspend
        case .autostart: .autostart
        }
    }
}

// MARK: - Running

extension OperationRule {
    static let unpause = OperationRule(
        "unpause",
        // A domain whose next life could not be built is tried again.
        admission: Admission([.live, .exited, .blocked], onForeign: true, onDomainZero: true), role: .operator,
        form: FormText("Run", button: "Unpause", help: "Lets the domain run."), probing: .act
    ) { .unpause }

    static let pause = OperationRule(
        "pause", admission: Admission([.live, .exited], onForeign: true), role: .operator,
        form: FormText("Pause", button: "Pause", help: "Stops its cpus at once."), probing: .act
    ) { .pause }

    static let shutdown = OperationRule(
        "shutdown", Argument<ShutdownRequest>.word("reason").or(.poweroff),
        admission: Admission(.live, onForeign: true), role: .operator, reply: .asked,
        form: FormText(
            "Shut down", button: "Shut down", help: "Asks the guest; it takes its time.", place: .life,
            [
                .init(
                    "reason", "Then", .choice([("poweroff", "power off"), ("halt", "halt"), ("reboot", "reboot")]))
            ]),
        probing: .act
    ) { .shutdown($0) }

    static let sysrq = OperationRule(
        "sysrq", .sysrqKey("key"), admission: Admission(.live, onForeign: true), role: .operator,
        form: FormText(
            "SysRq", button: "Press", help: "Asks the guest's kernel: s syncs its disks, b boots it again.",
            place: .settings, [.init("key", "Letter or digit")]),
        probing: .with([.init("key", "s", "h", "sync")])
    ) { .sysrq($0) }
}

// MARK: - Moving and ending

extension OperationRule {
    static let save = OperationRule(
        "save", .text("file").or(""), Argument<AfterSave>.word("afterwards").or(.gone), admission: Admission(.live),
        // Who names a file or a host is an administrator (manual, decision 14).
        role: .administrator, listedRole: .operator, isTransfer: true,
        form: FormText(
            "Save", button: "Save", help: "Writes the domain to a file on this node.", place: .life,
            [
                .init("file", "File; blank: a new one where xend keeps them", isRequired: false),
                .init(
                    "afterwards", "Then",
                    .choice([("gone", "it ends here"), ("running", "it runs on"), ("paused", "it stays, paused")])),
            ]),
        probing: .act
    ) { .save(path: $0, afterwards: $1) }

    static let dump = OperationRule(
        "dump", .text("file").or(""), Argument<Bool>.flag("live").or(false), Argument<Bool>.flag("crash").or(false),
        Argument<Bool>.flag("reset").or(false), admission: Admission([.live, .exited]),
        // What a guest's memory holds is nobody else's to read.
        role: .administrator, isTransfer: true,
        form: FormText(
            "Dump", button: "Dump", help: "Writes a core of the domain: its memory, for a debugger.", place: .life,
            [
                .init("file", "File; blank: a new one where cores go", isRequired: false),
                .init("live", "while it runs", value: "1"), .init("crash", "end it then", value: "1"),
                .init("reset", "restart it then", value: "1"),
            ]),
        probing: .with([.init("file", "", "/var/dump/d.core"), .init("live", "0", "1")])
    ) { file, isLive, ends, restarts throws(OperationError) in
        guard !(ends && restarts) else {
            throw OperationError(.invalid, "crash and reset exclude each other: one ends the domain, one restarts it")
        }
        return .dump(
            DumpRequest(path: file, isLive: isLive, afterwards: ends ? .ends : restarts ? .restarts : .goesOn))
    }

    static let migrate = OperationRule(
        "migrate", .text("destination", "dst"), Argument<Bool>.flag("live").or(false),
        Argument<Int>.integer("resource", in: 0...1_000_000).or(0), Argument<Int>.integer("port", in: 0...65535).or(0),
        admission: Admission(.live), role: .administrator, listedRole: .operator, isTransfer: true,
        form: FormText(
            "Migrate", button: "Migrate", help: "Moves the domain to another node.", place: .life,
            [
                .init("destination", "To node"), .init("resource", "Limit in Mbit/s, 0 = none", value: "0"),
                .init("live", "while it runs", value: "1"),
            ]),
        probing: .act
    ) { .migrate(MigrationRequest(destination: $0, port: $3, live: $1, rate: $2)) }

    static let destroy = OperationRule(
        "destroy", Argument<DestroyMode>.word("reason").or(.halt),
        admission: Admission(.made, onForeign: true, inTransfer: .endsIt), role: .administrator, reply: .ended,
        form: FormText(
            "Destroy", button: "Destroy", help: "Ends the domain at once; what it has not written is lost.",
            isDestructive: true, place: .life,
            [.init("reason", "Then", .choice([("halt", "leave it ended"), ("reboot", "build it again")]))]),
        probing: .act
    ) { .destroy($0) }

    static let resolve = OperationRule(
        "resolve", .decision("decision", "action", yes: "keep", no: "drop"),
        admission: Admission(.inDoubt, inTransfer: .decidesIt),
        role: .administrator,
        form: FormText(
            "Decide", button: "Decide",
            help: "This copy waits for word from the other node. Decide only if that node will never answer.",
            place: .inDoubt,
            [.init("decision", "This copy", .choice([("keep", "keep and run it"), ("drop", "drop it")]))]),
        probing: .never(because: "whoever decides by hand vouches that the other host never answers")
    ) { .resolve(keep: $0) }
}

// MARK: - Settings

extension OperationRule {
    static let setMemoryTarget = OperationRule(
        "mem_target_set", .memory("target"),
        admission: Admission([.live, .defined], onForeign: true, onDomainZero: true),
        role: .administrator,
        form: FormText(
            "Memory target", button: "Ask", help: "Asks the guest to shrink or grow.", place: .settings,
            [.init("target", "Megabytes")]),
        probing: .with([.init("target", "0", "8", "16", "32", "100000")])
    ) { .setMemoryTarget($0) }

    static let setMaximumMemory = OperationRule(
        "maxmem_set", .memory("memory"),
        admission: Admission([.live, .exited, .defined], onForeign: true, onDomainZero: true), role: .administrator,
        form: FormText("Memory limit", button: "Set", place: .settings, [.init("memory", "Megabytes")]),
        probing: .act
    ) { .setMaximumMemory($0) }

    static let setVCPUs = OperationRule(
        "vcpus_set", .integer("vcpus", in: 1...DomainConfig.maximumVCPUs), alsoCalled: ["set_vcpus"],
        admission: Admission([.live, .defined], onForeign: true), role: .administrator,
        form: FormText(
            "Virtual cpus", button: "Ask", help: "At most as many as it was made with.", place: .settings,
            [.init("vcpus", "In use")]),
        probing: .with([.init("vcpus", "0", "1", "2", "128")])
    ) { .setVCPUs($0) }

    static let pinCPU = OperationRule(
        "pincpu", .cpuSet("cpu", "cpus", "cpumap"), .vcpu("vcpu"),
        admission: Admission(
            [.live, .exited, .defined], onForeign: true, onDomainZero: true, inTransfer: .besideIt),
        role: .administrator,
        form: FormText("Pin to a cpu", button: "Pin", place: .settings, [.init("cpu", "Cpu, -1 = any")]),
        probing: .act
    ) { .pinCPU($0, vcpu: $1) }

    static let setScheduler = OperationRule(
        "sched_credit_set", .optionalInteger("weight", in: 1...65535), .optionalInteger("cap", in: 0...65535),
        alsoCalled: ["domain_sched_credit_set"],
        admission: Admission(
            [.live, .exited, .defined], onForeign: true, onDomainZero: true, inTransfer: .besideIt),
        role: .administrator,
        form: FormText(
            "Share of the cpus", button: "Set", place: .settings,
            [
                .init("weight", "Weight, 256 = normal", isRequired: false),
                .init("cap", "Cap in percent of a cpu, 0 = none", isRequired: false),
            ]),
        probing: .with([.init("weight", "", "1", "512", "65536"), .init("cap", "", "0", "50")])
    ) { weight, cap throws(OperationError) in
        guard weight != nil || cap != nil else { throw OperationError(.invalid, "Missing parameter: weight") }
        return .setScheduler(weight: weight, cap: cap)
    }

    static let rename = OperationRule(
        "rename", .domainName("name"), admission: Admission([.live, .exited, .defined]), role: .administrator,
        form: FormText("Rename", button: "Rename", place: .settings, [.init("name", "New name")]), probing: .act
    ) { .rename($0) }

    static let configure = OperationRule(
        "configure", .expression("config"), admission: Admission(.live), role: .administrator, reply: .summary,
        form: FormText(
            "Configure", button: "Configure",
            help: "xend has no configuration of this domain. With one, its devices are connected.",
            place: .unconfigured,
            [.init("config", "Configuration", .area(rows: 8), value: "(domain (config\n\(sampleConfiguration)))")]),
        probing: .with([.init("config", "(domain (config \(sampleConfiguration)))", "(vm)")])
    ) { expression throws(OperationError) in .configure(try configuredDomain(expression)) }
}

// MARK: - Devices

extension OperationRule {
    static let createDevice = OperationRule(
        "device_create", .expression("config"), admission: Admission(.live), role: .administrator,
        form: FormText(
            "Add a device", button: "Add", place: .devices,
            [.init("config", "Configuration", value: "(vif (bridge xen-br0))")]),
        probing: .act
    ) { expression throws(OperationError) in .createDevice(try device(expression)) }

    static let configureDevice = OperationRule(
        "device_configure", .expression("config"), .device("idx", "index", "dev"), admission: Admission(.live),
        role: .administrator,
        form: FormText(
            "Change a vif", button: "Change", help: "Bridge, script and addresses; its address in hardware stays.",
            place: .vifs,
            [
                .init("idx", "Number", .number(0...65535), value: "0"),
                .init("config", "Configuration", value: "(vif (bridge xen-br0) (ip 10.0.0.1))"),
            ]),
        probing: .with([.init("idx", "0", "1"), .init("config", "(vif (ip 10.0.0.1))", "(vif (ip 10.0.0.2))")])
    ) { expression, index throws(OperationError) in .configureDevice(try device(expression), index: index) }

    static let destroyDevice = OperationRule(
        "device_destroy", .deviceType("type"), .device("idx", "index", "dev"), admission: Admission(.live),
        role: .administrator, reply: .nothing,
        form: FormText(
            "Remove a device", button: "Remove", help: "The guest loses it at once.", isDestructive: true,
            [.init("type", "Type", .fixed), .init("idx", "Number", .fixed)]),
        probing: .act
    ) { .destroyDevice($0, index: $1) }
}

// MARK: - What makes domains

extension OperationRule {
    static let create = OperationRule(
        making: "create", .newDomain("config"), role: .administrator,
        form: FormText(
            "Create from text", button: "Create",
            help: "A configuration in SXP. The new domain is paused; unpause it to let it run.", place: .making,
            [.init("config", "Configuration", .area(rows: 8), value: sampleConfiguration)]),
        probing: .act
    ) { .create($0) }

    static let restore = OperationRule(
        making: "restore", .text("file", "state"), Argument<Bool>.flag("paused").or(false), role: .administrator,
        listedRole: .operator,
        isTransfer: true,
        form: FormText(
            "Restore a saved domain", button: "Restore", place: .bringing, [.init("state", "Save file on this node")]),
        probing: .act
    ) { .restore(path: $0, isPaused: $1) }

    /// What forms show as an example.
    static let sampleConfiguration = """
        (vm (name vm1) (memory 64)
         (image (linux (kernel /boot/vmlinuz) (root '/dev/sda1 ro')))
         (device (vif)))
        """
}

// MARK: - Defined domains

extension OperationRule {
    static let define = OperationRule(
        making: "define", .newDomain("config"), alsoCalled: ["new"], role: .administrator,
        form: FormText(
            "Define from text", button: "Define",
            help:
                "A configuration in SXP that is kept, also when the machine is rebooted. The domain is started when you "
                + "want it, or with the machine.",
            place: .making, [.init("config", "Configuration", .area(rows: 8), value: sampleConfiguration)]),
        probing: .with([
            .init("config", keptExample, keptExample.replacing("(name d)", with: "(name a)"), "(vm (name d))")
        ])
    ) { .define($0) }

    static let keep = OperationRule(
        "keep", admission: Admission([.live, .exited, .defined]), role: .administrator,
        form: FormText(
            "Keep", button: "Keep", help: "Keeps the domain as it is now, also when it does not run.", place: .settings),
        probing: .with([])
    ) { .define(nil) }

    static let undefine = OperationRule(
        "undefine", Argument<Bool>.decision("memory", yes: "drop", no: "keep").or(false), alsoCalled: ["delete"],
        admission: Admission([.live, .exited, .defined]), role: .administrator,
        form: FormText(
            "Forget", button: "Undefine", help: "It is not kept any more when it does not run.", isDestructive: true,
            place: .kept,
            [.init("memory", "Memory of a suspended one", .choice([("keep", "refuse"), ("drop", "drop")]))]),
        probing: .with([.init("memory", "keep", "drop")])
    ) { .undefine(dropsMemory: $0) }

    static let start = OperationRule(
        "start", Argument<Bool>.flag("paused").or(false), alsoCalled: ["resume"], admission: Admission(.defined),
        role: .operator,
        form: FormText(
            "Start", button: "Start", help: "Builds it, or lets it go on where it was suspended.", place: .kept,
            [.init("paused", "paused")]),
        probing: .with([.init("paused", "0", "1")])
    ) { .start(paused: $0) }

    static let suspend = OperationRule(
        "suspend", admission: Admission(.live), role: .operator, isTransfer: true,
        form: FormText(
            "Suspend", button: "Suspend",
            help: "Keeps the memory of a defined domain and ends it here until it is started.",
            place: .life),
        probing: .with([])
    ) { .suspend(path: nil) }

    static let autostart = OperationRule(
        "autostart", Argument<Bool?>.optionalFlag("on"), .optionalInteger("order", in: AutostartPolicy.orders),
        .optionalInteger("delay", in: AutostartPolicy.delays),
        Argument<AutostartPolicy.AtShutdown?>.optionalWord("stop"),
        admission: Admission([.live, .exited, .defined]), role: .administrator,
        form: FormText(
            "With the machine", button: "Set", help: "What becomes of it when the machine starts and goes down.",
            place: .kept,
            [
                .init("on", "Start it", .choice([("0", "no"), ("1", "yes")]), isRequired: false),
                .init("order", "Order, lower ones first", isRequired: false),
                .init("delay", "Seconds until the next", isRequired: false),
                .init("stop", "When the machine goes down", isRequired: false),
            ]),
        probing: .with([
            .init("on", "1", "0", ""), .init("order", "", "1", "10000"), .init("delay", "", "5"),
            .init("stop", "", "suspend", "odd"),
        ])
    ) { isOn, order, delay, stop throws(OperationError) in
        var change = AutostartChange()
        (change.isOn, change.order, change.delay, change.atShutdown) = (isOn, order, delay, stop)
        guard change != AutostartChange() else { throw OperationError(.invalid, "Missing parameter: on") }
        return .autostart(change)
    }

    /// What exploration keeps: it starts with its machine.
    private static let keptExample =
        "(vm (name d) (memory 16) (on_xend_start start) (on_xend_stop suspend) (image (linux (kernel /boot/k))) "
        + "(device (vbd (uname phy:sda1) (dev sda1) (mode w))))"
}

// MARK: - The node

extension OperationRule {
    static let stopDomains = OperationRule(
        node: "stop_domains", Argument<Int>.integer("timeout", in: 0...86_400).or(120), role: .administrator,
        form: FormText(
            "Stop the defined domains", button: "Stop", help: "Shuts down or suspends them as each of them says.",
            isDestructive: true, place: .node, [.init("timeout", "Seconds they have", value: "120")]),
        probing: .with([.init("timeout", "0", "5")])
    ) { .stopDomains(seconds: $0) }

    static let notify = OperationRule(
        node: "notify", .rawText("uri", "url"), role: .administrator,
        form: FormText(
            "Notify", button: "Set", help: "Every event is posted to this URL. Blank ends it.", place: .node,
            [.init("url", "URL", isRequired: false)]),
        probing: .act
    ) { .notify(url: $0) }

    static let reload = OperationRule(
        node: "reload", role: .administrator,
        form: FormText(
            "Read the configuration again", button: "Reload",
            help: "Roles, access, log level, certificates and tokens; says what counts from the next start on.",
            place: .node),
        probing: .with([])
    ) { .reload }

    static let reboot = OperationRule(
        node: "reboot", role: .administrator,
        form: FormText(
            "Reboot the node", button: "Reboot", help: "Ends all domains and starts the machine again.",
            isDestructive: true, place: .node),
        probing: .never(because: "the end of a host is an act of the story, which has to bring it back")
    ) { .shutDown(reboot: true) }

    static let shutDown = OperationRule(
        node: "shutdown", role: .administrator,
        form: FormText(
            "Shut the node down", button: "Shut down", help: "Ends the machine with all its domains.",
            isDestructive: true, place: .node),
        probing: .never(because: "the end of a host is an act of the story, which has to bring it back")
    ) { .shutDown(reboot: false) }
}
