import DomainLifecycle
import DomainManagement

/// `/xend/history` and `/xend/domain/X/history`: a picture of what the domains did, and below it what was asked, seen, decided and done.
struct HistoryPage: Sendable {
    let history: HistoryAnswer
    /// nil: of all.
    let domain: String?
    /// Seconds since 1970.
    let now: Double
    /// How much of it the picture shows; nil: what fits.
    let hours: Double?

    /// Beginnings that the page shows, with all that came of each.
    private static let shown = 60
    private static let choices: [(hours: Double, title: String)] = [
        (1 / 6, "10 minutes"), (1, "1 hour"), (6, "6 hours"), (24, "1 day"),
    ]

    func page() -> Page {
        let trail: [Trail.Step] = domain.map { [Parts.domainsTrail, ($0, Path.domain($0))] } ?? []
        let title = domain.map { "History of \($0)" } ?? "History"
        return Page(title, trail: trail, isLive: true) {
            picture
            Parts.section("What happened, and why", "card wide") {
                p(.class("help")) { "The newest first; open one to see what led to what. Times are UTC." }
                story
            }
        }
    }

    // MARK: - The picture

    private var window: Double {
        if let hours, hours > 0, hours <= 24 * 7 { return hours * 3600 }
        let first = history.spans.map(\.start).min() ?? now
        return min(24 * 3600, max(60, (now - first) * 1.02))
    }

    private var picture: HTML {
        let chart = TimelinePicture(history: history, from: now - window, to: now)
        return div(.class("pictured")) {
            p(.class("run")) {
                for choice in Self.choices {
                    tag(
                        "a",
                        [.class("chip"), .href("?hours=\(choice.hours)")]
                            + (abs(choice.hours * 3600 - window) < 1 ? [HTML.Attribute("aria-current", "true")] : [])
                    ) { choice.title }
                }
            }
            chart.view
            chart.legend
            chart.text
        }
    }

    // MARK: - What led to what

    private struct Node {
        var entry: HistoryEntry
        var children: [Node] = []

        var last: HistoryEntry { children.last?.last ?? entry }
        var hasFailed: Bool { entry.failure != nil || children.contains(where: \.hasFailed) }
    }

    private struct Key: Hashable {
        var life: Double
        var number: UInt64
    }

    private var roots: [Node] {
        var below: [Key: [Int]] = [:]
        let known = Set(history.entries.map { Key(life: $0.life, number: $0.number) })
        var roots: [Int] = []
        for (index, entry) in history.entries.enumerated() {
            let cause = entry.cause.map { Key(life: entry.life, number: $0) }
            if let cause, known.contains(cause), cause.number < entry.number {
                below[cause, default: []].append(index)
            } else {
                roots.append(index)
            }
        }
        func node(_ index: Int) -> Node {
            let entry = history.entries[index]
            return Node(
                entry: entry, children: (below[Key(life: entry.life, number: entry.number)] ?? []).map(node))
        }
        // The world speaks often, and mostly nothing comes of it.
        return roots.filter { index in
            let entry = history.entries[index]
            return entry.kind != "signal" || below[Key(life: entry.life, number: entry.number)] != nil
                || entry.text.hasPrefix("xend")
        }.suffix(Self.shown).map(node)
    }

    private var story: HTML {
        let roots = roots
        guard !roots.isEmpty else { return p(.class("empty")) { "Nothing has happened yet." } }
        return ul(.class("story")) {
            for root in roots.reversed() {
                tag("li", [.key("entry-\(root.entry.life)-\(root.entry.number)")]) { view(root, isRoot: true) }
            }
        }
    }

    private func view(_ node: Node, isRoot: Bool) -> HTML {
        guard !node.children.isEmpty else { return line(node.entry, outcome: nil) }
        let content = ul(.class("story")) { for child in node.children { li { view(child, isRoot: false) } } }
        guard isRoot else { return .group([line(node.entry, outcome: nil), content]) }
        return tag("details", []) {
            tag("summary", []) { line(node.entry, outcome: node) }
            content
        }
    }

    private func line(_ entry: HistoryEntry, outcome: Node?) -> HTML {
        let isBad = outcome?.hasFailed ?? (entry.failure != nil)
        return span(.class(isBad ? "entry bad" : "entry")) {
            tag("time", [.init("datetime", Self.date(entry.time))]) {
                outcome == nil ? Self.clock(entry.time) : Wording.time(entry.time)
            }
            " "
            em { Self.word(entry.kind) }
            " "
            if domain == nil, let name = entry.domain {
                // What opens and closes has no links in it.
                if outcome == nil { Parts.link(name, Path.history(of: name)) } else { strong { name } }
                ": "
            }
            entry.text
            if let who = entry.who { " (\(who))" }
            if let failure = entry.failure { strong { ": \(failure)" } }
            if let outcome { ending(outcome) }
        }
    }

    /// What came of it in the end.
    @HTMLBuilder private func ending(_ node: Node) -> HTML {
        let last = node.last
        let took = last.time - node.entry.time
        " → "
        if node.hasFailed {
            Parts.badge("not all went well", "bad")
        } else {
            Parts.badge(last.kind == "end" ? last.text : "done", "good")
        }
        if took >= 0.001 { " \(took < 1 ? "\(Int(took * 1000)) ms" : Wording.duration(took))" }
    }

    /// `16:05:03.250`
    /// As HTML has it.
    private static func date(_ time: Double) -> String {
        Wording.time(time).replacing(" UTC", with: "Z").replacing(" ", with: "T")
    }

    private static func clock(_ time: Double) -> String {
        let text = Wording.time(time).split(separator: " ").dropFirst().first.map(String.init) ?? ""
        let millis = Int(((time - time.rounded(.down)) * 1000).rounded(.down))
        return text + "." + String(repeating: "0", count: max(0, 3 - String(millis).count)) + String(millis)
    }

    /// What sort of thing an entry tells of; another xend, which left it in the file, may have had others.
    static func word(_ kind: String) -> String { DeedKind(rawValue: kind)?.word ?? kind }
}
