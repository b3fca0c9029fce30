import DomainFiles
import LibxlForm
import XendClient

/// info, dmesg, log, consoles: what the machine tells.
enum HostCommands {
    private static let infoOptions = [
        CommonOption.json, XmOption("numa", "n", "Also where its memory is: there is one place for all."),
    ]

    static let info = XmCommand(
        name: "info", group: .host, arguments: "[options] [KEY]", summary: "Facts of the machine.",
        details: "Shows what xend knows of the machine it runs on; with KEY (later form) that value alone.",
        options: infoOptions
    ) { session, invocation throws(XmFailure) in
        let parsed = try invocation.parsed(infoOptions)
        guard parsed.words.count <= 1 else { throw .error("\(invocation.word): Invalid argument(s)") }
        let node = try await session.ask { (client) async throws(XendError) in try await client.node() }
        let isLater = session.format.hasSixColumns
        let facts = isLater ? NodeText.later(node, session.format) : NodeText.original(node)
        if parsed.has("json") {
            return session.print(JSONText.object(facts.map { ($0.name, .string($0.value)) }).text())
        }
        guard let key = parsed.words.first else {
            for fact in facts { session.print(NodeText.line(fact.name, fact.value)) }
            if parsed.has("numa") { NodeText.numa(node).forEach(session.print) }
            return
        }
        guard let fact = facts.first(where: { $0.name == key }) else {
            throw .error("\(invocation.word): there is no fact called \"\(key)\"")
        }
        session.print(fact.value)
    }

    private static let dmesgOptions = [
        XmOption("clear", "c", "Empty the ring instead of printing it."), CommonOption.json,
    ]

    /// Long texts: page by page on a terminal, or each line for a program.
    private static func tell(_ text: String, isJSON: Bool, _ session: XmSession) {
        guard isJSON else { return session.page([text]) }
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        while lines.last?.isEmpty == true { lines.removeLast() }
        session.print(JSONText.array(lines.map(JSONText.string)).text())
    }

    static let dmesg = XmCommand(
        name: "dmesg", group: .host, arguments: "[-c|--clear|--json]", summary: "Print or clear Xen's messages.",
        details: "Prints the messages of Xen itself: those of its start, warnings and errors.", options: dmesgOptions
    ) { session, invocation throws(XmFailure) in
        let parsed = try invocation.parsed(dmesgOptions)
        guard invocation.arguments.count <= 1 else {
            throw .error("Invalid arguments: \(PythonText.list([invocation.word] + invocation.arguments))")
        }
        if parsed.has("clear") { return try await session.order(.nodeDmesgClear()) }
        let text = try await session.ask { (client) async throws(XendError) in try await client.nodeDmesg() }
        tell(text, isJSON: parsed.has("json"), session)
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
        details: "Prints the current log of xend.", options: [CommonOption.json]
    ) { session, invocation throws(XmFailure) in
        let parsed = try invocation.parsed([CommonOption.json])
        guard parsed.words.isEmpty else { throw .error("\(invocation.word): Invalid argument(s)") }
        let text = try await session.ask { (client) async throws(XendError) in try await client.nodeLog() }
        tell(text, isJSON: parsed.has("json"), session)
    }

    static let consoles = XmCommand(
        name: "consoles", group: .console, arguments: "", summary: "List the consoles of domains.",
        details: "Shows for each console its domain, its TCP port, its id and who is connected.",
        options: [CommonOption.json]
    ) { session, invocation throws(XmFailure) in
        let parsed = try invocation.parsed([CommonOption.json])
        guard parsed.words.isEmpty else { throw .error("\(invocation.word): Invalid argument(s)") }
        let ports = try await session.ask { (client) async throws(XendError) in try await client.consoles() }
        var objects: [JSONText] = []
        if !parsed.has("json") { session.print(ConsoleText.heading) }
        for port in ports {
            let console = try await session.ask { (client) async throws(XendError) in try await client.console(port) }
            if parsed.has("json") {
                objects.append(JSONText(fieldsOf: console.expression))
            } else {
                session.print(ConsoleText.line(console))
            }
        }
        if parsed.has("json") { session.print(JSONText.array(objects).text()) }
    }

    private static let consoleOptions = [
        XmOption("type", "t", value: "TYPE", "pv: domains have no other."),
        XmOption("num", "n", value: "NUM", "0: domains have no other."),
        XmOption("escape", "e", value: "CHARACTER", "^]: no other leaves it."),
        XmOption("quiet", "q", "Accepted and without effect."),
    ]

    /// There is one console, and one way out of it.
    private static let onlyValues = ["type": ["pv"], "num": ["0"], "escape": ["^]", "]"]]

    static let console = XmCommand(
        name: "console", group: .console, arguments: "[options] DOM", summary: "Open the console of a domain.",
        details: "Joins this terminal to the console of domain DOM. Ctrl-] leaves it.", options: consoleOptions,
        completes: .domains
    ) { session, invocation throws(XmFailure) in
        let parsed = try invocation.parsed(consoleOptions)
        for case .option(let name, let value?) in parsed where onlyValues[name]?.contains(value) == false {
            throw .error(
                "\(invocation.word): \(name) \"\(value)\" is not supported: a domain has one console (type pv, num 0)")
        }
        guard let domain = parsed.words.first else { throw .error("\(invocation.word): Missing domain") }
        guard parsed.words.count == 1 else { throw .error("\(invocation.word): Invalid argument(s)") }
        let information = try await session.ask { (client) async throws(XendError) in try await client.domain(domain) }
        guard let port = information.console?.port else { throw .error("No console information") }
        try await session.attachConsole(port)
    }
}
