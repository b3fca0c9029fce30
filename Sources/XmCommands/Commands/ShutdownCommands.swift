import XendClient

/// shutdown and reboot.
enum ShutdownCommands {
    private static let shutdownOptions = [
        CommonOption.help,
        XmOption("all", "a", "All domains but Domain-0."),
        XmOption("wait", "w", "Wait until they have gone. They are halted: none is restarted."),
        XmOption("halt", "H", "Halt: the domain is not restarted, whatever its restart mode."),
        XmOption("reboot", "R", "Reboot."),
    ]

    /// What the later tools accept besides: -F is for guests without drivers, which there are none of here.
    private static let laterShutdownOptions = shutdownOptions + [XmOption("force", "F", "Accepted and without effect.")]

    static let shutdown = XmCommand(
        name: "shutdown", group: .domain, arguments: "[options] [DOM...]", summary: "Ask domains to shut down.",
        details: "Asks domain DOM to power off. It may take its time, or refuse; destroy does not ask.",
        options: shutdownOptions, completes: .domains
    ) { session, invocation throws(XmFailure) in
        let parsed = try invocation.parsed(session.format.hasSixColumns ? laterShutdownOptions : shutdownOptions)
        try await Shutdown(session: session, parsed: parsed).run()
    }

    private static let rebootOptions = [
        CommonOption.help,
        XmOption("all", "a", "All domains but Domain-0."),
        XmOption("wait", "w", "Accepted and without effect."),
        XmOption("force", "F", "Accepted and without effect."),
    ]

    static let reboot = XmCommand(
        name: "reboot", group: .domain, isOriginal: false, arguments: "[options] [DOM...]",
        summary: "Ask domains to reboot.", details: "Asks domain DOM to reboot. It keeps its name and its id.",
        options: rebootOptions, completes: .domains
    ) { session, invocation throws(XmFailure) in
        let parsed = try invocation.parsed(rebootOptions)
        let plain = parsed.filter { $0 != .option("wait", value: nil) }
        try await Shutdown(session: session, parsed: plain + [.option("reboot", value: nil)]).run()
    }
}

/// One run of `shutdown`.
private struct Shutdown {
    let session: XmSession
    let parsed: [ParsedArgument]

    /// Names and ids of domain 0, which is never shut down.
    private static let privileged: Set<String> = ["Domain-0", "0"]
    private static let interval = Duration.seconds(1)

    func run() async throws(XmFailure) {
        if !parsed.has("all") && parsed.words.isEmpty { throw .error("Missing domain") }
        let reason = try reason()
        var domains = parsed.words
        if parsed.has("all") {
            guard domains.isEmpty else {
                throw .error("either -a or domains, not both: \(domains.joined(separator: " "))")
            }
            domains = try await session.ask { (client) async throws(XendError) in try await client.domains() }
        }
        domains.removeAll { Shutdown.privileged.contains($0) }
        if parsed.has("wait") { domains = try await namesToWaitFor(domains) }
        try await session.each(domains) { (domain) throws(XmFailure) in
            try await session.order(.domainShutdown(domain, reason: reason))
        }
        if parsed.has("wait") { try await wait(for: domains) }
    }

    private func reason() throws(XmFailure) -> String {
        if parsed.has("wait") {
            if parsed.has("reboot") { throw .error("Can't specify wait and reboot") }
            // The later tools wait without another reason, so that a domain kept after its power-off is kept.
            if !session.format.hasSixColumns { return "halt" }
        }
        if parsed.has("halt") && parsed.has("reboot") { throw .error("Can't specify halt and reboot") }
        return parsed.has("halt") ? "halt" : parsed.has("reboot") ? "reboot" : "poweroff"
    }

    /// The original compared the words it was given with names, so that waiting for an id ended at once. The later
    /// forms look the name up first.
    private func namesToWaitFor(_ words: [String]) async throws(XmFailure) -> [String] {
        guard session.format.hasSixColumns else { return words }
        var names: [String] = []
        for word in words {
            let domain = try await session.ask { (client) async throws(XendError) in try await client.domain(word) }
            names.append(domain.name ?? word)
        }
        return names
    }

    /// A domain that is kept after its end, as `on_poweroff = 'preserve'` asks for, has ended for the later tools.
    private func hasShutDown(_ name: String) async throws(XmFailure) -> Bool {
        guard session.format.hasSixColumns else { return false }
        do throws(XendError) {
            return try await session.client.domain(name).state?.contains("s") ?? false
        } catch {
            // It may have gone since the list was read; the next list tells.
            return false
        }
    }

    private func wait(for domains: [String]) async throws(XmFailure) {
        var waiting = domains
        while !waiting.isEmpty {
            let alive = try await session.ask { (client) async throws(XendError) in try await client.domains() }
            var left: [String] = []
            for name in waiting {
                if alive.contains(name), !(try await hasShutDown(name)) {
                    left.append(name)
                } else {
                    session.print("Domain \(name) terminated")
                }
            }
            waiting = left
            // The original slept once more after the last had gone; nobody waits for that.
            if !waiting.isEmpty { await session.host.pause(Shutdown.interval) }
        }
        session.print("All domains terminated")
    }
}
