import LibxlForm
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
        ListChoice.stateOption, ListChoice.sortOption, ListChoice.columnsOption,
    ]

    private static func runList(_ session: XmSession, _ invocation: Invocation) async throws(XmFailure) {
        let parsed = try invocation.parsed(listOptions)
        let isLong = parsed.has("long")
        let choice = try ListChoice(parsed)
        if let columns = choice.columns {
            guard !isLong else { throw .error("\(invocation.word): long and columns exclude each other") }
            return try await table(columns, choice, isJSON: parsed.has("json"), parsed.words, session)
        }
        if parsed.has("json") || (session.format == .xl && isLong) {
            return try await printObjects(session, parsed.words, choice)
        }
        guard choice.isAll, !isLong else {
            let domains = try await chosen(parsed.words, choice, session)
            if isLong { return session.host.page(domains.map { long($0, session.format) }.joined()) }
            session.print(heading(choice, session))
            for domain in domains { session.print(line(domain, choice, session)) }
            return
        }
        try await session.forEachDomain(parsed.words, heading: heading(choice, session)) { domain in
            session.print(line(domain, choice, session))
        }
    }

    private static func heading(_ choice: ListChoice, _ session: XmSession) -> String {
        session.paint.heading(DomainList.heading(session.format) + choice.furtherHeadings)
    }

    private static func line(_ domain: DomainInformation, _ choice: ListChoice, _ session: XmSession) -> String {
        DomainList.line(domain, session.format, session.paint) + choice.furtherColumns(domain)
    }

    private static func long(_ domain: DomainInformation, _ format: XmFormat) -> String {
        format == .original
            ? domain.expression.pretty() : LongList.later(domain).pretty(breaking: ["vif", "vbd"])
    }

    private static func chosen(
        _ words: [String], _ choice: ListChoice, _ session: XmSession
    ) async throws(XmFailure) -> [DomainInformation] {
        var domains: [DomainInformation] = []
        do throws(XmFailure) {
            try await session.forEachDomain(words, whose: choice.asked) { domains.append($0) }
        } catch {
            // Those before one that is not there are shown.
            guard choice.isAll, choice.columns == nil else { throw error }
            session.host.write(domains.map { long($0, session.format) }.joined())
            throw error
        }
        return choice.chosen(domains)
    }

    private static func table(
        _ columns: [DomainColumn], _ choice: ListChoice, isJSON: Bool, _ words: [String], _ session: XmSession
    ) async throws(XmFailure) {
        let domains = try await chosen(words, choice, session)
        let table = DomainTable(columns: columns)
        if isJSON { return session.print(table.json(domains).text()) }
        for line in table.lines(domains, session.paint) { session.print(line) }
    }

    private static func printObjects(
        _ session: XmSession, _ words: [String], _ choice: ListChoice
    ) async throws(XmFailure) {
        var domains: [DomainInformation] = []
        try await session.forEachDomain(words, whose: choice.asked) { domains.append($0) }
        session.print(JSONText.array(choice.chosen(domains).map(LongList.xl)).text())
    }

    private static let vmListOptions = [
        CommonOption.json, ListChoice.stateOption, ListChoice.sortOption, ListChoice.columnsOption,
    ]

    static let vmList = XmCommand(
        name: "vm-list", group: .domain, isOriginal: false, arguments: "[options]",
        summary: "List uuids, ids and names.",
        details: "Shows the uuid, the id and the name of each domain but Domain-0.", options: vmListOptions
    ) { session, invocation throws(XmFailure) in
        let parsed = try invocation.parsed(vmListOptions)
        guard parsed.words.isEmpty else { throw .error("\(invocation.word): Invalid argument(s)") }
        let choice = try ListChoice(parsed)
        var found: [DomainInformation] = []
        try await session.forEachDomain([], whose: choice.asked) { if $0.id != 0 { found.append($0) } }
        let domains = choice.chosen(found)
        if let columns = choice.columns {
            let table = DomainTable(columns: columns)
            if parsed.has("json") { return session.print(table.json(domains).text()) }
            for line in table.lines(domains, session.paint) { session.print(line) }
            return
        }
        let rows = domains.map { ($0.uuid ?? "", $0.id ?? -1, $0.name ?? "") }
        guard !parsed.has("json") else {
            let objects = rows.map { uuid, id, name in
                JSONText.object([("uuid", .string(uuid)), ("domid", .number(id)), ("name", .string(name))])
            }
            return session.print(JSONText.array(objects).text())
        }
        session.print(session.paint.heading("UUID                                  ID    name"))
        for (uuid, id, name) in rows {
            session.print(uuid.padded(to: 36) + "  " + String(id).padded(to: 5) + " " + name)
        }
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
    /// - Parameters:
    ///   - heading: written first, but not where there is no daemon to list anything.
    ///   - state: what the daemon is asked for, where that is not what is there in Xen: `halted`, `suspended`, `all`.
    func forEachDomain(
        _ names: [String], heading: String? = nil, whose state: String? = nil, _ show: (DomainInformation) -> Void
    ) async throws(XmFailure) {
        if !names.isEmpty {
            if let heading { print(heading) }
            for name in names {
                show(try await ask { (client) async throws(XendError) in try await client.domain(name) })
            }
            return
        }
        var domains = try await allDomains(whose: state)
        if let heading { print(heading) }
        if format == .original {
            domains.sort { Array(($0.name ?? "").utf8).lexicographicallyPrecedes(Array(($1.name ?? "").utf8)) }
        } else {
            domains.sort { ($0.id ?? .max) < ($1.id ?? .max) }
        }
        domains.forEach(show)
    }

    /// Every domain. A daemon that does not tell all at once gives a list of names, of which each is asked for.
    private func allDomains(whose state: String?) async throws(XmFailure) -> [DomainInformation] {
        let list = try await ask { (client) async throws(XendError) in try await client.domainsInDetail(whose: state) }
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
