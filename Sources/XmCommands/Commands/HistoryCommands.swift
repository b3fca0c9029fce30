import DomainLifecycle
import HostInterface
import LibxlForm
import SExpressions
import XendClient

/// why, events: what happened, and what led to it.
enum HistoryCommands {
    private static let whyOptions = [
        XmOption("all", "a", "Every step, also those that went well."), CommonOption.json,
    ]

    static let why = XmCommand(
        name: "why", group: .domain, isOriginal: false, arguments: "[-a] DOM",
        summary: "Tell why a domain is as it is.",
        details:
            "Shows what was asked for and by whom, what xend saw and decided, and how it ended, the newest last; of a\n"
            + "domain that is gone as well, by its name.",
        options: whyOptions, completes: .domains
    ) { session, invocation throws(XmFailure) in
        let parsed = try invocation.parsed(whyOptions)
        guard parsed.words.count == 1 else { throw .error("\(invocation.word): Invalid argument(s)") }
        let entries = try await entries(of: parsed.words[0], session)
        if parsed.has("json") {
            return session.print(JSONText.array(entries.map(\.json)).text())
        }
        session.page(Story(entries, isComplete: parsed.has("all")).lines)
    }

    private static func entries(of domain: String, _ session: XmSession) async throws(XmFailure) -> [Entry] {
        let reply = try await session.ask { (client) async throws(XendError) in
            try await client.perform(.get("domain", domain, "history"))
        }
        guard case .expression(let history) = reply, history.isElement("history") else {
            throw .error("xend tells no history")
        }
        return history.children().compactMap(Entry.init)
    }

    /// A line of the history.
    struct Entry: Sendable {
        let life: String
        let number: Int
        let cause: Int?
        let time: Double
        let kind: String
        let who: String?
        let text: String
        let failure: String?

        init?(_ expression: SExpression) {
            guard expression.isElement("entry"), let number = expression.childText("number").flatMap({ Int($0) }),
                let time = expression.childText("time").flatMap({ Double($0) }),
                let kind = expression.childText("kind"), let text = expression.childText("text")
            else { return nil }
            life = expression.childText("life") ?? ""
            (self.number, self.time, self.kind, self.text) = (number, time, kind, text)
            cause = expression.childText("cause").flatMap { Int($0) }
            who = expression.childText("who")
            failure = expression.childText("failure")
        }

        var json: JSONText {
            var fields: [(String, JSONText)] = [
                ("number", .number(number)), ("time", .string("\(time)")), ("kind", .string(kind)),
                ("text", .string(text)),
            ]
            if let cause { fields.append(("cause", .number(cause))) }
            if let who { fields.append(("who", .string(who))) }
            if let failure { fields.append(("failure", .string(failure))) }
            return .object(fields)
        }

        /// A later xend may have others.
        var word: String { DeedKind(rawValue: kind)?.word ?? kind }

        var sentence: String {
            text + (who.map { " (\($0))" } ?? "") + (failure.map { ": \($0)" } ?? "")
        }
    }

    /// Entries in their order, each below the one that led to it.
    private struct Story {
        private(set) var lines: [String] = []

        init(_ entries: [Entry], isComplete: Bool) {
            var below: [String: [Entry]] = [:]
            let known = Set(entries.map { "\($0.life) \($0.number)" })
            var roots: [Entry] = []
            for entry in entries {
                let cause = entry.cause.map { "\(entry.life) \($0)" }
                if let cause, known.contains(cause), entry.cause.map({ $0 < entry.number }) == true {
                    below[cause, default: []].append(entry)
                } else {
                    roots.append(entry)
                }
            }
            func tell(_ entry: Entry, _ depth: Int) {
                guard isComplete || entry.kind != "step" || entry.failure != nil else { return }
                let margin = String(repeating: "  ", count: min(depth, 12))
                lines.append("\(stamp(entry.time))  \(margin)\(entry.word.padded(to: 8)) \(printable(entry.sentence))")
                for child in below["\(entry.life) \(entry.number)"] ?? [] { tell(child, depth + 1) }
            }
            for root in roots { tell(root, 0) }
        }

        private func stamp(_ seconds: Double) -> String { "\(CalendarTime(seconds: Int(seconds)))" }
    }

    /// What came from a guest or a script moves no cursor.
    private static func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : $0 }))
    }

    private static let eventOptions = [
        XmOption("follow", "f", "Go on as they happen, until it is interrupted."), CommonOption.json,
    ]

    static let events = XmCommand(
        name: "events", group: .host, isOriginal: false, arguments: "[-f] [PATTERN...]",
        summary: "Print what happened.",
        details:
            "Prints the events that xend keeps: time, name and value of each. PATTERN is a name; with .? at its end for\n"
            + "any last part, with .* for all below.",
        options: eventOptions
    ) { session, invocation throws(XmFailure) in
        let parsed = try invocation.parsed(eventOptions)
        let patterns = parsed.words.isEmpty ? ["*"] : parsed.words
        let follows = parsed.has("follow")
        guard !parsed.has("json") else {
            guard !follows else {
                throw .error(
                    "\(invocation.word): follow has no end, which JSON needs; GET /xend/event tells them as they happen"
                )
            }
            let events = try await happened(since: 0, patterns, session).events
            return session.print(JSONText.array(events.map { JSONText(fieldsOf: $0) }).text())
        }
        var (events, newest) = try await happened(since: 0, patterns, session)
        if !follows { return session.page(events.map(line)) }
        events.map(line).forEach(session.print)
        while true {
            await session.host.pause(.seconds(1))
            (events, newest) = try await happened(since: newest, patterns, session)
            events.map(line).forEach(session.print)
        }
    }

    /// What has happened, and the number of the newest event of all.
    private static func happened(
        since number: Int, _ patterns: [String], _ session: XmSession
    ) async throws(XmFailure) -> (events: [SExpression], newest: Int) {
        let arguments = [("since", XendCall.Argument.text(String(number)))] + patterns.map { ("pattern", .text($0)) }
        let reply = try await session.ask { (client) async throws(XendError) in
            try await client.perform(.get("event", arguments: arguments))
        }
        guard case .expression(let page) = reply, page.isElement("events") else {
            throw .error("xend tells no events")
        }
        let newest = page.childText("newest").flatMap { Int($0) } ?? number
        // A daemon that has been started again counts anew.
        return (page.children().filter { $0.isElement("event") }, newest < number ? 0 : newest)
    }

    private static func line(_ event: SExpression) -> String {
        let time = event.childText("time").flatMap { Double($0) } ?? 0
        let name = event.childText("name") ?? ""
        let value = event.childValue("value")?.description ?? ""
        return printable("\(CalendarTime(seconds: Int(time)))  \(name.padded(to: 24)) \(value)")
    }
}
