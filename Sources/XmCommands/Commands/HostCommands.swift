import XendClient

/// info, dmesg, log, consoles: what the machine tells.
enum HostCommands {
    static let info = XmCommand(
        name: "info", group: .host, arguments: "[KEY]", summary: "Facts of the machine.",
        details: "Shows what xend knows of the machine it runs on; with KEY (later form) that value alone."
    ) { session, invocation throws(XmFailure) in
        let node = try await session.ask { (client) async throws(XendError) in try await client.node() }
        let isLater = session.format.hasSixColumns
        let facts = isLater ? NodeText.later(node, session.format) : NodeText.original(node)
        // The original ignored words.
        guard isLater, let key = invocation.arguments.first(where: { !$0.hasPrefix("-") }) else {
            for fact in facts { session.print(NodeText.line(fact.name, fact.value)) }
            return
        }
        guard let fact = facts.first(where: { $0.name == key }) else {
            throw .error("\(invocation.word): there is no fact called \"\(key)\"")
        }
        session.print(fact.value)
    }

    private static let dmesgOptions = [XmOption("clear", "c", "Empty the ring instead of printing it.")]

    static let dmesg = XmCommand(
        name: "dmesg", group: .host, arguments: "[-c|--clear]", summary: "Print or clear Xen's messages.",
        details: "Prints the messages of Xen itself: those of its start, warnings and errors.", options: dmesgOptions
    ) { session, invocation throws(XmFailure) in
        let parsed = try invocation.parsed(dmesgOptions)
        guard invocation.arguments.count <= 1 else {
            throw .error("Invalid arguments: \(PythonText.list([invocation.word] + invocation.arguments))")
        }
        if parsed.has("clear") { return try await session.order(.nodeDmesgClear()) }
        session.print(try await session.ask { (client) async throws(XendError) in try await client.nodeDmesg() })
    }

    static let debugKeys = XmCommand(
        name: "debug-keys", group: .host, isOriginal: false, arguments: "R", summary: "Reboot the machine.",
        details:
            "With R reboots the machine, in an orderly way: cluster managers ask for it so. The other keys, which\n"
            + "let Xen print what it knows, xend does not pass on."
    ) { session, invocation throws(XmFailure) in
        let word = try invocation.words(1...1)[0]
        guard word == "R" else { throw .error("\(invocation.word): \"\(word)\" is not supported: use R") }
        try await session.ask { (client) async throws(XendError) in try await client.nodeReboot() }
    }

    static let log = XmCommand(
        name: "log", group: .host, arguments: "", summary: "Print xend's log.",
        details: "Prints the current log of xend."
    ) { session, _ throws(XmFailure) in
        session.print(try await session.ask { (client) async throws(XendError) in try await client.nodeLog() })
    }

    static let consoles = XmCommand(
        name: "consoles", group: .console, arguments: "", summary: "List the consoles of domains.",
        details: "Shows for each console its domain, its TCP port, its id and who is connected."
    ) { session, _ throws(XmFailure) in
        let ports = try await session.ask { (client) async throws(XendError) in try await client.consoles() }
        session.print(ConsoleText.heading)
        for port in ports {
            let console = try await session.ask { (client) async throws(XendError) in try await client.console(port) }
            session.print(ConsoleText.line(console))
        }
    }

    static let console = XmCommand(
        name: "console", group: .console, arguments: "DOM", summary: "Open the console of a domain.",
        details: "Joins this terminal to the console of domain DOM. Ctrl-] leaves it.", completes: .domains
    ) { session, invocation throws(XmFailure) in
        guard let domain = invocation.arguments.first else { throw .error("\(invocation.word): Missing domain") }
        let information = try await session.ask { (client) async throws(XendError) in try await client.domain(domain) }
        guard let port = information.console?.port else { throw .error("No console information") }
        try await session.host.attachConsole(host: session.client.address.host, port: port)
    }
}
