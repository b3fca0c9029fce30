import SExpressions
import XendClient

/// Devices, in the words of Xen 2.0 and in those of later versions.
enum DeviceCommands {
    static let vifList = XmCommand(
        name: "vif-list", group: .vif, arguments: "DOM", summary: "List the network interfaces of a domain.",
        details: "Shows the network interfaces of domain DOM, one to a line.", completes: .domains
    ) { session, invocation throws(XmFailure) in
        let domain = try invocation.words(1...1)[0]
        let devices = try await session.ask { (client) async throws(XendError) in try await client.domainVIFs(domain) }
        for device in devices { session.print(device.expression.description) }
    }

    static let vbdList = XmCommand(
        name: "vbd-list", group: .vbd, arguments: "DOM", summary: "List the block devices of a domain.",
        details: "Shows the block devices of domain DOM, one to a line.", completes: .domains
    ) { session, invocation throws(XmFailure) in
        let domain = try invocation.words(1...1)[0]
        let devices = try await session.ask { (client) async throws(XendError) in try await client.domainVBDs(domain) }
        for device in devices { session.print(device.expression.description) }
    }

    static let vbdCreate = XmCommand(
        name: "vbd-create", group: .vbd, arguments: "DOM UNAME DEV MODE [BACKEND]",
        summary: "Give a domain another block device.", details: vbdDetails, completes: .domains, run: createVBD)

    static let blockAttach = XmCommand(
        name: "block-attach", group: .vbd, isOriginal: false, arguments: "DOM UNAME DEV MODE [BACKEND] | DOM SPEC...",
        summary: "Give a domain another block device.",
        details: vbdDetails + "\n  SPEC     a disk as a configuration file has it: phy:vg/data,xvdb,w",
        completes: .domains
    ) { session, invocation throws(XmFailure) in
        let words = invocation.arguments
        guard words.count == 2 || words.dropFirst().contains(where: { $0.contains(",") || $0.contains("=") }) else {
            return try await createVBD(session, invocation)
        }
        let disk = try DiskSpecifier(
            words.dropFirst().joined(separator: ","), isLater: session.format.hasSixColumns)
        try await attach(disk.expression, to: words[0], session)
    }

    private static let vbdDetails = """
        Adds a block device to domain DOM.

          UNAME    what is exported: phy:sda7 or file:/var/images/data
          DEV      what the domain calls it: sdb1, xvdb
          MODE     r to read, w to write
          BACKEND  the driver domain, if not 0
        """

    private static func createVBD(_ session: XmSession, _ invocation: Invocation) async throws(XmFailure) {
        let words = try invocation.words(4...5)
        var fields: [SExpression] = [
            .element("uname", .atom(words[1])), .element("dev", .atom(words[2])), .element("mode", .atom(words[3])),
        ]
        if words.count == 5 { fields.append(.element("backend", .atom(words[4]))) }
        try await attach(.element("device", .element("vbd", fields)), to: words[0], session)
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
        details: "Detaches a block device from domain DOM. DEV is its name or number in the domain, or its idx.",
        options: detachOptions, completes: .domains
    ) { session, invocation throws(XmFailure) in
        let words = try invocation.parsed(detachOptions).words
        guard words.count == 2 else { throw .error("\(invocation.word): Invalid argument(s)") }
        let devices = try await session.ask { (client) async throws(XendError) in
            try await client.domainVBDs(words[0])
        }
        let found = devices.first { device in
            ["dev", "vdev"].contains { device.expression.childText($0) == words[1] }
        }
        try await session.order(.domainDeviceDestroy(words[0], type: "vbd", idx: found?.idx ?? words[1]))
    }

    static let networkDetach = XmCommand(
        name: "network-detach", group: .vif, isOriginal: false, arguments: "DOM IDX|MAC",
        summary: "Take a network interface from a domain.",
        details: "Detaches a network interface from domain DOM.",
        options: detachOptions, completes: .domains
    ) { session, invocation throws(XmFailure) in
        let words = try invocation.parsed(detachOptions).words
        guard words.count == 2 else { throw .error("\(invocation.word): Invalid argument(s)") }
        let devices = try await session.ask { (client) async throws(XendError) in
            try await client.domainVIFs(words[0])
        }
        let found = devices.first { $0.expression.childText("mac")?.lowercased() == words[1].lowercased() }
        try await session.order(.domainDeviceDestroy(words[0], type: "vif", idx: found?.idx ?? words[1]))
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
        let vif = try VIFSpecifier(invocation.arguments.dropFirst().joined(separator: ","))
        let device = vif.expression { VIFSpecifier.randomMAC(session.host.randomByte) }
        try await attach(device, to: domain, session)
    }

    static let networkList = table(
        "network-list", .vif, "List network interfaces.", LaterTables.networkHeading, LaterTables.networkLine
    ) { (client, domain) async throws(XendError) in try await client.domainVIFs(domain) }

    static let blockList = table(
        "block-list", .vbd, "List block devices.", LaterTables.blockHeading, LaterTables.blockLine
    ) { (client, domain) async throws(XendError) in try await client.domainVBDs(domain) }

    private static func table(
        _ name: String, _ group: CommandGroup, _ summary: String, _ heading: String,
        _ line: @escaping @Sendable (DeviceInformation, Int) -> String,
        _ ask: @escaping @Sendable (XendClient, String) async throws(XendError) -> [DeviceInformation]
    ) -> XmCommand {
        XmCommand(
            name: name, group: group, isOriginal: false, arguments: "DOM...", summary: summary,
            details: "Shows the devices of each domain DOM as a table.",
            options: [XmOption("long", "l", "As s-expressions.")], completes: .domains
        ) { session, invocation throws(XmFailure) in
            let parsed = try invocation.parsed([XmOption("long", "l", "")])
            guard !parsed.words.isEmpty else { throw .error("\(invocation.word): Missing domain") }
            let isLong = parsed.has("long")
            if !isLong { session.print(heading) }
            for word in parsed.words {
                let domain = try await session.ask { (client) async throws(XendError) in try await client.domain(word) }
                let devices = try await session.ask { (client) async throws(XendError) in try await ask(client, word) }
                for device in devices {
                    session.print(isLong ? device.expression.description : line(device, domain.id ?? -1))
                }
            }
        }
    }
}
