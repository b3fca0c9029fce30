import SExpressions
import XendClient

/// list, domid, domname: what domains there are.
enum ListCommands {
    static let list = XmCommand(
        name: "list", group: .domain, arguments: "[options] [DOM...]", summary: "List domains.",
        details: "Shows all domains, or those that are named.\n\n"
            + "State has a letter for each thing that holds: r runs, b is blocked (waits), p is paused,\n"
            + "s has shut down, c has crashed.",
        options: listOptions, completes: .domains, run: runList)

    private static let listOptions = [
        XmOption("long", "l", "Everything xend knows of each domain."), CommonOption.json,
        XmOption("verbose", "v", "Also uuid, why it has shut down, and the label, which no domain has."),
        XmOption("context", "Z", "Also the label, which no domain has."),
        XmOption("cpupool", "c", "Also the pool of cpus, of which there is one."),
        XmOption("numa", "n", "Also the place of its memory, of which there is one."),
        XmOption(
            "state", nil, value: "STATE",
            "Only domains in this state: running (also blocked), paused, shutdown, crashed, dying, or a letter\nof the column."
        ),
        XmOption("sort", nil, value: "KEY", "By name, id, mem, vcpus or time."),
    ]

    private static func runList(_ session: XmSession, _ invocation: Invocation) async throws(XmFailure) {
        let parsed = try invocation.parsed(listOptions)
        let isLong = parsed.has("long")
        let choice = try ListChoice(parsed)
        if parsed.has("json") || (session.format == .xl && isLong) {
            return try await printObjects(session, parsed.words, choice)
        }
        let heading = isLong ? nil : DomainList.heading(session.format) + choice.furtherHeadings
        guard choice.isAll else {
            var domains: [DomainInformation] = []
            try await session.forEachDomain(parsed.words) { domains.append($0) }
            if let heading { session.print(heading) }
            for domain in choice.chosen(domains) { show(domain, isLong: isLong, choice, session) }
            return
        }
        try await session.forEachDomain(parsed.words, heading: heading) { domain in
            show(domain, isLong: isLong, choice, session)
        }
    }

    private static func show(_ domain: DomainInformation, isLong: Bool, _ choice: ListChoice, _ session: XmSession) {
        if !isLong {
            session.print(DomainList.line(domain, session.format) + choice.furtherColumns(domain))
        } else if session.format == .original {
            session.host.write(domain.expression.pretty())
        } else {
            session.host.write(LongList.later(domain).pretty(breaking: ["vif", "vbd"]))
        }
    }

    private static func printObjects(
        _ session: XmSession, _ words: [String], _ choice: ListChoice
    ) async throws(XmFailure) {
        var domains: [DomainInformation] = []
        try await session.forEachDomain(words) { domain in domains.append(domain) }
        session.print(JSONText.array(choice.chosen(domains).map(LongList.xl)).text())
    }

    static let vmList = XmCommand(
        name: "vm-list", group: .domain, isOriginal: false, arguments: "", summary: "List uuids, ids and names.",
        details: "Shows the uuid, the id and the name of each domain but Domain-0.", options: [CommonOption.json]
    ) { session, invocation throws(XmFailure) in
        let parsed = try invocation.parsed([CommonOption.json])
        guard parsed.words.isEmpty else { throw .error("\(invocation.word): Invalid argument(s)") }
        var objects: [JSONText] = []
        if !parsed.has("json") { session.print("UUID                                  ID    name") }
        try await session.forEachDomain([]) { domain in
            guard domain.id != 0 else { return }
            let (uuid, id, name) = (domain.expression.childText("uuid") ?? "", domain.id ?? -1, domain.name ?? "")
            if parsed.has("json") {
                objects.append(.object([("uuid", .string(uuid)), ("domid", .number(id)), ("name", .string(name))]))
            } else {
                session.print(uuid.padded(to: 36) + "  " + String(id).padded(to: 5) + " " + name)
            }
        }
        if parsed.has("json") { session.print(JSONText.array(objects).text()) }
    }

    static let domid = XmCommand(
        name: "domid", group: .domain, arguments: "DOM", summary: "Print the id of a domain.",
        details: "Prints the id of the domain named DOM.", options: [CommonOption.json], completes: .domains
    ) { session, invocation throws(XmFailure) in
        try await printField("id", session, invocation)
    }

    static let domname = XmCommand(
        name: "domname", group: .domain, arguments: "ID", summary: "Print the name of a domain.",
        details: "Prints the name of the domain with that id.", options: [CommonOption.json], completes: .domains
    ) { session, invocation throws(XmFailure) in
        try await printField("name", session, invocation)
    }

    private static func printField(
        _ field: String, _ session: XmSession, _ invocation: Invocation
    ) async throws(XmFailure) {
        let (name, isJSON) = try invocation.onlyWord()
        let domain = try await session.ask { (client) async throws(XendError) in try await client.domain(name) }
        if isJSON {
            return session.print(
                JSONText.object([("name", .string(domain.name ?? "")), ("domid", .number(domain.id ?? -1))]).text())
        }
        session.print(domain.expression.childText(field) ?? "None")
    }
}

extension XmSession {
    /// Asks for each domain in turn and shows it at once, so that those before an unknown one have been shown.
    ///
    /// Without names all domains are shown: by name in the original form, by id in the later ones. One that
    /// vanishes between the list and the question is left out, so that it cannot spoil the rest.
    /// - Parameter heading: written first, but not where there is no daemon to list anything.
    func forEachDomain(
        _ names: [String], heading: String? = nil, _ show: (DomainInformation) -> Void
    ) async throws(XmFailure) {
        if !names.isEmpty {
            if let heading { print(heading) }
            for name in names {
                show(try await ask { (client) async throws(XendError) in try await client.domain(name) })
            }
            return
        }
        var domains = try await allDomains()
        if let heading { print(heading) }
        if format == .original {
            domains.sort { Array(($0.name ?? "").utf8).lexicographicallyPrecedes(Array(($1.name ?? "").utf8)) }
        } else {
            domains.sort { ($0.id ?? .max) < ($1.id ?? .max) }
        }
        domains.forEach(show)
    }

    /// Every domain. A daemon that does not tell all at once gives a list of names, of which each is asked for.
    private func allDomains() async throws(XmFailure) -> [DomainInformation] {
        let list = try await ask { (client) async throws(XendError) in try await client.domainsInDetail() }
        var domains: [DomainInformation] = []
        for item in list {
            switch item {
            case .domain(let domain): domains.append(domain)
            case .name(let name): if let domain = try await self.domain(ifThere: name) { domains.append(domain) }
            }
        }
        return domains
    }

    /// The domain, nil if there is none by that name.
    func domain(ifThere name: String) async throws(XmFailure) -> DomainInformation? {
        do throws(XendError) {
            return try await client.domain(name)
        } catch {
            if case .refused(_, status: 404) = error { return nil }
            throw XmFailure(error)
        }
    }
}
