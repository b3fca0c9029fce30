import DomainFiles
import LibxlForm
import SExpressions
import XendClient

/// Devices, in the words of Xen 2.0 and in those of later versions.
enum DeviceCommands {
    static let vifList = XmCommand(
        name: "vif-list", group: .vif, arguments: "DOM", summary: "List the network interfaces of a domain.",
        details: "Shows the network interfaces of domain DOM, one to a line.", options: [CommonOption.json],
        completes: .domains
    ) { session, invocation throws(XmFailure) in
        let (domain, isJSON) = try invocation.onlyWord()
        let devices = try await session.ask { (client) async throws(XendError) in try await client.domainVIFs(domain) }
        show(devices, isJSON: isJSON, session)
    }

    static let vbdList = XmCommand(
        name: "vbd-list", group: .vbd, arguments: "DOM", summary: "List the block devices of a domain.",
        details: "Shows the block devices of domain DOM, one to a line.", options: [CommonOption.json],
        completes: .domains
    ) { session, invocation throws(XmFailure) in
        let (domain, isJSON) = try invocation.onlyWord()
        let devices = try await session.ask { (client) async throws(XendError) in try await client.domainVBDs(domain) }
        show(devices, isJSON: isJSON, session)
    }

    private static func show(_ devices: [DeviceInformation], isJSON: Bool, _ session: XmSession) {
        if isJSON { return session.print(JSONText.array(devices.map { JSONText(fieldsOf: $0.expression) }).text()) }
        for device in devices { session.print(device.expression.description) }
    }

    static let vbdCreate = XmCommand(
        name: "vbd-create", group: .vbd, arguments: "DOM UNAME DEV MODE [BACKEND]",
        summary: "Give a domain another block device.", details: vbdDetails, completes: .domains, run: createVBD)

    static let blockAttach = XmCommand(
        name: "block-attach", group: .vbd, isOriginal: false, arguments: "DOM UNAME DEV [MODE [BACKEND]] | DOM SPEC...",
        summary: "Give a domain another block device.",
        details: vbdDetails + "\n  SPEC     a disk as a configuration file has it: phy:vg/data,xvdb,w",
        completes: .domains
    ) { session, invocation throws(XmFailure) in
        let words = try invocation.parsed([]).words
        guard words.count >= 2 else { throw .error("\(invocation.word): Invalid argument(s)") }
        guard words.count > 2, !words[2...].contains(where: { $0.contains(",") || $0.contains("=") }) else {
            let text = words.dropFirst().joined(separator: ",")
            return try await attach(try XmFailure.disk(text, isLater: true), to: words[0], session)
        }
        try await attach(words: words, invocation.word, session, isLater: true)
    }

    private static let vbdDetails = """
        Adds a block device to domain DOM.

          UNAME    what is exported: phy:sda7 or file:/var/images/data
          DEV      what the domain calls it: sdb1, xvdb
          MODE     r to read, w to write
          BACKEND  the driver domain, if not 0
        """

    private static func createVBD(_ session: XmSession, _ invocation: Invocation) async throws(XmFailure) {
        try await attach(words: try invocation.words(4...5), invocation.word, session, isLater: false)
    }

    /// `DOM UNAME DEV MODE BACKEND`
    private static func attach(
        words: [String], _ command: String, _ session: XmSession, isLater: Bool
    ) async throws(XmFailure) {
        guard (3...5).contains(words.count) else { throw .error("\(command): Invalid argument(s)") }
        // By their names they may have whatever is in them.
        let named = zip(["vdev", "access", "backend"], words.dropFirst(2)).map { "\($0)=\($1)," }.joined()
        let disk = try XmFailure.disk(named + "target=" + words[1], isLater: isLater)
        try await attach(disk, to: words[0], session)
    }

    private static func attach(
        _ disk: DiskSpecifier, to domain: String, _ session: XmSession
    ) async throws(XmFailure) {
        for warning in disk.warnings { session.warn(warning) }
        try await attach(disk.expression, to: domain, session)
    }

    /// - Parameter device: `(device (vbd …))`; xend is sent what is inside.
    private static func attach(_ device: SExpression, to domain: String, _ session: XmSession) async throws(XmFailure) {
        guard let config = device.child(at: 0) else { return }
        try await session.order(.domainDeviceCreate(domain, config: .text(config.description)))
    }

    // MARK: Taking away

    private static let detachOptions = [XmOption("force", "f", "Accepted and without effect.")]

    static let vbdDestroy = XmCommand(
        name: "vbd-destroy", group: .vbd, arguments: "DOM IDX", summary: "Take a block device from a domain.",
        details: "Detaches a block device from domain DOM; what is on it stays. IDX is its field idx,\n"
            + "which vbd-list shows.", completes: .domains
    ) { session, invocation throws(XmFailure) in
        let words = try invocation.words(2...2)
        try await session.order(.domainDeviceDestroy(words[0], type: "vbd", idx: words[1]))
    }

    static let blockDetach = XmCommand(
        name: "block-detach", group: .vbd, isOriginal: false, arguments: "DOM DEV",
        summary: "Take a block device from a domain.",
        details:
            "Detaches a block device from domain DOM. DEV is its name (xvdb, /dev/xvdb) or number in the domain, or\n"
            + "its idx.",
        options: detachOptions, completes: .domains
    ) { session, invocation throws(XmFailure) in
        let words = try invocation.parsed(detachOptions).words
        guard words.count == 2 else { throw .error("\(invocation.word): Invalid argument(s)") }
        let devices = try await session.ask { (client) async throws(XendError) in
            try await client.domainVBDs(words[0])
        }
        let idx = try DeviceNames.find(
            words[1], among: devices, DeviceNames.isBlockDevice, of: words[0], "block device")
        try await session.order(.domainDeviceDestroy(words[0], type: "vbd", idx: idx))
    }

    static let networkDetach = XmCommand(
        name: "network-detach", group: .vif, isOriginal: false, arguments: "DOM IDX|MAC|NAME",
        summary: "Take a network interface from a domain.",
        details:
            "Detaches a network interface from domain DOM: by its idx, its address, its vifname or the name vifD.N.",
        options: detachOptions, completes: .domains
    ) { session, invocation throws(XmFailure) in
        let words = try invocation.parsed(detachOptions).words
        guard words.count == 2 else { throw .error("\(invocation.word): Invalid argument(s)") }
        let devices = try await session.ask { (client) async throws(XendError) in
            try await client.domainVIFs(words[0])
        }
        let idx = try DeviceNames.find(
            words[1], among: devices, DeviceNames.isInterface, of: words[0], "network interface")
        try await session.order(.domainDeviceDestroy(words[0], type: "vif", idx: idx))
    }

    // MARK: Network interfaces, later words

    static let networkAttach = XmCommand(
        name: "network-attach", group: .vif, isOriginal: false,
        arguments: "DOM [mac=MAC] [bridge=BRIDGE] [script=SCRIPT] [ip=ADDRESS] [backend=DOM]",
        summary: "Give a domain another network interface.",
        details: "Adds a network interface to domain DOM. An address is invented where none is given.",
        completes: .domains
    ) { session, invocation throws(XmFailure) in
        guard let domain = invocation.arguments.first else { throw .error("\(invocation.word): Missing domain") }
        let vif = try XmFailure.reading { () throws(DomainFileFailure) in
            try VIFSpecifier(invocation.arguments.dropFirst().joined(separator: ","))
        }
        for warning in vif.warnings { session.warn(warning) }
        let device = vif.expression { VIFSpecifier.randomMAC(session.host.randomByte) }
        try await attach(device, to: domain, session)
    }

    static let networkList = table(
        "network-list", .vif, "List network interfaces.", LaterTables.networkHeading, LaterTables.networkLine
    ) { (client, domain) async throws(XendError) in try await client.domainVIFs(domain) }

    static let blockList = table(
        "block-list", .vbd, "List block devices.", LaterTables.blockHeading, LaterTables.blockLine
    ) { (client, domain) async throws(XendError) in try await client.domainVBDs(domain) }

    private static let tableOptions = [XmOption("long", "l", "As s-expressions."), CommonOption.json]

    private static func table(
        _ name: String, _ group: CommandGroup, _ summary: String, _ heading: String,
        _ line: @escaping @Sendable (DeviceInformation, Int) -> String,
        _ ask: @escaping @Sendable (XendClient, String) async throws(XendError) -> [DeviceInformation]
    ) -> XmCommand {
        XmCommand(
            name: name, group: group, isOriginal: false, arguments: "DOM...", summary: summary,
            details: "Shows the devices of each domain DOM as a table.",
            options: tableOptions, completes: .domains
        ) { session, invocation throws(XmFailure) in
            let parsed = try invocation.parsed(tableOptions)
            guard !parsed.words.isEmpty else { throw .error("\(invocation.word): Missing domain") }
            let isLong = parsed.has("long")
            let isJSON = parsed.has("json")
            var objects: [JSONText] = []
            if !isLong, !isJSON { session.print(heading) }
            for word in parsed.words {
                let domain = try await session.ask { (client) async throws(XendError) in try await client.domain(word) }
                let devices = try await session.ask { (client) async throws(XendError) in try await ask(client, word) }
                for device in devices {
                    if isJSON {
                        objects.append(
                            JSONText(fieldsOf: device.expression, and: [("domid", .number(domain.id ?? -1))]))
                    } else {
                        session.print(isLong ? device.expression.description : line(device, domain.id ?? -1))
                    }
                }
            }
            if isJSON { session.print(JSONText.array(objects).text()) }
        }
    }
}
