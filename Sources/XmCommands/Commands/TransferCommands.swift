import DomainFiles
import SExpressions
import XendClient

/// save, restore and migrate.
enum TransferCommands {
    static let save = XmCommand(
        name: "save", group: .domain, arguments: "[options] DOM FILE", summary: "Save a domain to a file and end it.",
        details: "Writes the memory and the configuration of domain DOM to FILE, on the machine xend runs on.\n"
            + "With -c the domain runs on afterwards, with -p it is left here paused.", options: saveOptions,
        completes: .domains
    ) { session, invocation throws(XmFailure) in
        let parsed = try invocation.parsed(saveOptions)
        guard parsed.words.count >= 2 else { throw .error("\(invocation.word): Missing arguments") }
        guard parsed.words.count == 2 else {
            throw .error(
                "\(invocation.word): \(parsed.words[2]): a saved domain has its own configuration, and takes no other")
        }
        let (domain, file) = (parsed.words[0], session.absolute(parsed.words[1]))
        let stays = parsed.has("paused") ? "paused" : parsed.has("checkpoint") ? "running" : nil
        try await session.withProgress("save", of: domain) { (client) async throws(XendError) in
            try await client.domainSave(domain, file: file, afterwards: stays)
        }
    }

    private static let saveOptions = [
        XmOption("checkpoint", "c", "A checkpoint: the domain runs on."),
        XmOption("paused", "p", "A checkpoint: the domain stays, paused."),
    ]

    private static let laterRestoreOptions = [
        XmOption("paused", "p", "Leave the domain paused."),
        XmOption("vncviewer", "V", "Accepted and without effect."),
        XmOption("vncviewer-autopass", "A", "Accepted and without effect."),
        XmOption("wait", "e", "Accepted and without effect."),
        XmOption("debug", "d", "Accepted and without effect."),
    ]

    static let restore = XmCommand(
        name: "restore", group: .domain, arguments: "[options] FILE", summary: "Bring a saved domain back.",
        details: "Creates a domain from what save wrote to FILE, and lets it run.", options: laterRestoreOptions,
        completes: .files
    ) { session, invocation throws(XmFailure) in
        let isLater = session.format.hasSixColumns
        let parsed = try invocation.parsed(laterRestoreOptions)
        guard let word = parsed.words.first else { throw .error("\(invocation.word): Missing arguments") }
        guard parsed.words.count == 1 else {
            throw .error("\(invocation.word): one file: a saved domain has its own configuration, and takes no other")
        }
        let file = session.absolute(word)
        let isPaused = parsed.has("paused")
        let domain = try await session.withProgress("restore", of: nil) { (client) async throws(XendError) in
            try await client.domainRestore(file: file, isPaused: isPaused)
        }
        if !isLater { session.host.write(domain.expression.pretty()) }
        // One that was saved while it ran runs already; a daemon that does not tell the state left it paused.
        let isStopped = domain.state?.contains("p") ?? true
        if isStopped, !isPaused, let id = domain.expression.childText("id") {
            try await session.order(.domainUnpause(id))
        }
    }

    private static let dumpOptions = [
        CommonOption.help,
        XmOption("live", "L", "While it runs; else it is held still meanwhile."),
        XmOption("crash", "C", "End it then."),
        XmOption("reset", "R", "Build it again then."),
    ]

    static let dumpCore = XmCommand(
        name: "dump-core", group: .domain, isOriginal: false, arguments: "[options] DOM [FILE]",
        summary: "Write a domain's memory to a file, for a debugger.",
        details: "Writes a core of domain DOM, an ELF file as crash(8) and gdbsx read it, to FILE on the machine\n"
            + "xend runs on; without FILE to a new one where xend keeps cores (xend-dump-directory).",
        options: dumpOptions,
        completes: .domains
    ) { session, invocation throws(XmFailure) in
        let parsed = try invocation.parsed(dumpOptions)
        guard (1...2).contains(parsed.words.count) else {
            throw .error("\(invocation.word): \(parsed.words.isEmpty ? "Missing domain" : "Invalid argument(s)")")
        }
        guard !(parsed.has("crash") && parsed.has("reset")) else {
            throw .error("\(invocation.word): --crash and --reset exclude each other")
        }
        let domain = parsed.words[0]
        let file = parsed.words.count > 1 ? session.absolute(parsed.words[1]) : ""
        let then = parsed.has("crash") ? "crash" : parsed.has("reset") ? "reset" : nil
        let path = try await session.withProgress("dump", of: domain) { (client) async throws(XendError) in
            try await client.domainDump(domain, file: file, live: parsed.has("live"), afterwards: then)
        }
        if session.format != .xl { session.print("Dumped core of domain \(domain) to \(path)") }
    }

    private static let migrateOptions = [
        CommonOption.help,
        XmOption("live", "l", "While it runs, but for the last moment."),
        XmOption("resource", "r", value: "MBIT", "Use at most so many Mbit/s; 0 is no limit."),
        // Ganeti gives it to xm as well as to the later tools.
        XmOption("port", "p", value: "PORT", "The port on which xend takes domains there, unless it is as here."),
    ]

    /// What the later tools accept: the ways xl reaches the other machine, which ours has not.
    private static let laterMigrateOptions =
        migrateOptions + [
            XmOption("ssl", nil, "Accepted and without effect."),
            XmOption("config", "C", value: "FILE", "Accepted and without effect."),
            XmOption(
                "ssh", "s", value: "COMMAND", "Accepted and without effect: xend speaks to the other xend itself."),
            XmOption("node", "n", value: "NODE", "Accepted and without effect."),
            XmOption("change_home_server", "c", "Accepted and without effect."),
            XmOption("debug", nil, "Accepted and without effect."),
        ]

    static let migrate = XmCommand(
        name: "migrate", group: .domain, arguments: "[options] DOM HOST", summary: "Move a domain to another machine.",
        details: "Moves domain DOM to HOST, where a xend must run, too.", options: migrateOptions, completes: .domains
    ) { session, invocation throws(XmFailure) in
        let parsed = try invocation.parsed(laterMigrateOptions)
        let words = parsed.words
        let resource = try migrationRate(parsed)
        guard words.count == 2 else { throw .error("Invalid arguments: \(PythonText.list(words))") }
        if words[0] == "Domain-0" || words[0] == "0" { throw .error("Cannot migrate \(words[0])") }
        let destination = words[1] + (parsed.value("port").map { ":\($0)" } ?? "")
        let isLive = parsed.has("live") || session.format == .xl
        try await session.withProgress("migrate", of: words[0]) { (client) async throws(XendError) in
            _ = try await client.domainMigrate(words[0], destination: destination, live: isLive, resource: resource)
        }
    }

    private static func migrationRate(_ parsed: [ParsedArgument]) throws(XmFailure) -> Int {
        guard let text = parsed.value("resource") else { return 0 }
        guard let rate = PythonText.integer(text) else { throw .error("Invalid value: \(text)") }
        return rate
    }
}

extension XmSession {
    /// A path of this machine, from the root: the daemon does not share our directory.
    func absolute(_ path: String) -> String { FilePathText.absolute(path, in: host.currentDirectory) }
}
