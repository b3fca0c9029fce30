import DomainLifecycle
import DomainManagement
import DomainModel

/// `/xend/domain`: everything that is here at a glance, what can be done to several at once, and the ways to make more.
struct DomainListPage: Sendable {
    let domains: [DomainInformation]
    /// Those that do not run.
    let defined: [DefinedDomain]
    /// nil if the machine did not say.
    let node: NodeInformation?
    let view: View
    /// What they did in the last hour, and until when that is told; nil: nobody measures.
    var measures: (book: MeasureBook, now: Double)?

    /// How the list is looked at: what stands behind the question mark.
    struct View: Sendable {
        var query: DomainQuery
        var order: DomainOrder
        var isDescending: Bool
        var offset: Int
        /// All boxes of the page are ticked.
        var isTicked: Bool

        init(_ form: Form) {
            query = DomainQuery(form.text("q") ?? "")
            order = form.text("sort").flatMap(DomainOrder.init) ?? .name
            isDescending = form.text("order") == "down"
            offset = max(0, form.text("offset").flatMap { Int($0) } ?? 0)
            isTicked = form.text("tick") == "all"
        }

        /// The address of the same list, looked at otherwise.
        func path(_ change: (inout View) -> Void) -> String {
            var view = self
            change(&view)
            var fields: [(String, String)] = []
            if !view.query.text.isEmpty { fields.append(("q", view.query.text)) }
            if view.order != .name { fields.append(("sort", view.order.rawValue)) }
            if view.isDescending { fields.append(("order", "down")) }
            if view.offset > 0 { fields.append(("offset", String(view.offset))) }
            if view.isTicked { fields.append(("tick", "all")) }
            let pairs = fields.map { "\($0.0)=\(URLEncoding.encode(segment: $0.1))" }
            return Path.domains + (pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&"))
        }
    }

    /// Lines of one page: more are found by words, or on the next one.
    static let pageSize = 100

    func page() -> Page {
        let all = domains.map(DomainRow.running) + defined.map(DomainRow.kept)
        let rows = view.order.sorted(all.filter(view.query.matches), isDescending: view.isDescending)
        let needs = Attention.items(domains, defined)
        let state = "\(all.count)" + (needs.isEmpty ? "" : ", \(needs.count) need\(needs.count == 1 ? "s" : "") you")
        return Page("Domains", state: state, isLive: true) {
            Attention.view(needs, notices: node?.notices ?? [])
            if let node { capacity(node) }
            search(all)
            table(rows)
            making
        }
    }

    private var making: HTML {
        tag("section", [.label("New domains")]) {
            h2(.class("apart")) { "New domains" }
            ul(.class("chips")) {
                li { a(.href(Path.making), .class("chip")) { "Make one out of fields, or of a file" } }
                li { a(.href(Path.saved), .class("chip")) { "Saved domains" } }
            }
            div(.class("columns")) {
                div(.class("card")) { for form in OperationForms.at(.making) { form.view(to: Path.domains) } }
                div(.class("card")) {
                    OperationForms.createFromFile.view(to: Path.domains)
                    for form in OperationForms.at(.bringing) { form.view(to: Path.domains) }
                }
            }
        }
    }

    private func capacity(_ node: NodeInformation) -> HTML {
        let total = node.report.totalMemory
        let free = node.report.freeMemory
        let used = total - free
        let percent = Wording.percent(used.pages, of: total.pages)
        let text = "\(Wording.memory(used)) of \(Wording.memory(total)) given out, \(Wording.memory(free)) free"
        return div(.class("capacity")) {
            Parts.bar(percent, label: text)
            p {
                strong { domains.count == 1 ? "1 domain" : "\(domains.count) domains" }
                " · \(text)"
            }
        }
    }

    // MARK: - Which, and in what order

    private func search(_ all: [DomainRow]) -> HTML {
        div(.class("toolbar")) {
            tag("form", [.action(Path.domains), .method("get"), .class("search"), .role("search")]) {
                label(.for("q"), .class("unseen")) { "Words: part of a name, state:paused, name:web*" }
                tag(
                    "input",
                    [
                        .type("search"), .id("q"), .name("q"), .value(view.query.text), .noSpellcheck,
                        .placeholder("Filter: web  state:paused  name:db*"),
                    ]
                ) {}
                if view.order != .name { input(.type("hidden"), .name("sort"), .value(view.order.rawValue)) }
                if view.isDescending { input(.type("hidden"), .name("order"), .value("down")) }
                button(.type("submit"), .class("plain")) { "Filter" }
            }
            ul(.class("chips"), .label("By state")) {
                for chip in chips(all) { li { chip } }
            }
            if !view.query.unknown.isEmpty {
                p(.class("help")) {
                    "\(view.query.unknown.joined(separator: ", ")) means nothing here; there are name:, state: and id:."
                }
            }
        }
    }

    /// How many there are of each state, as a way to them.
    private func chips(_ all: [DomainRow]) -> [HTML] {
        var counts: [String: (count: Int, badge: StateBadge)] = [:]
        for row in all {
            let word = String(row.badge.word.prefix { $0 != ":" })
            counts[word, default: (0, row.badge)].count += 1
        }
        let whole = chip("all", all.count, "", nil)
        return [whole]
            + counts.sorted { $0.key < $1.key }.map { word, entry in
                let pattern = word.contains(" ") ? word.split(separator: " ")[0] + "*" : word[...]
                return chip(word, entry.count, "state:\(pattern)", entry.badge)
            }
    }

    private func chip(_ word: String, _ count: Int, _ query: String, _ badge: StateBadge?) -> HTML {
        let isHere = view.query.text == query
        let path = view.path { ($0.query, $0.offset, $0.isTicked) = (DomainQuery(query), 0, false) }
        return tag(
            "a",
            [.href(path), .class("chip \(badge?.kind.rawValue ?? "")")]
                + (isHere ? [HTML.Attribute("aria-current", "true")] : [])
        ) {
            if let badge { badge.icon.view }
            "\(word) "
            strong { "\(count)" }
        }
    }

    // MARK: - The list

    private func table(_ rows: [DomainRow]) -> HTML {
        let start = min(view.offset, rows.count)
        let shown = Array(rows[start..<min(start + Self.pageSize, rows.count)])
        guard !shown.isEmpty else {
            return p(.class("empty")) {
                view.query.text.isEmpty ? "No domains." : "No domain fits \(view.query.text)."
                " "
                if !view.query.text.isEmpty { Parts.link("Show all", Path.domains) }
            }
        }
        let total = node?.report.totalMemory.pages ?? 0
        return tag("form", [.action(Path.domains), .method("post"), .class("each"), .label("Domains")]) {
            tag("table", [.class("list domains compact")]) {
                heading
                tbody { for row in shown { line(row, total) } }
            }
            together
            pager(rows.count)
        }
    }

    private var heading: HTML {
        thead {
            tr {
                th(.scope("col"), .class("tick")) { span(.class("unseen")) { "Tick" } }
                for order in DomainOrder.allCases { sortable(order) }
                if measures != nil { th(.scope("col")) { "Cpu, last hour" } }
                th(.scope("col")) { "Console" }
            }
        }
    }

    private func sortable(_ order: DomainOrder) -> HTML {
        let isThis = order == view.order
        let turns = isThis && !view.isDescending
        let path = view.path { ($0.order, $0.isDescending, $0.offset) = (order, turns, 0) }
        let direction = view.isDescending ? "descending" : "ascending"
        return tag(
            "th", [.scope("col"), .class("sort \(order.rawValue)")] + (isThis ? [.init("aria-sort", direction)] : [])
        ) {
            a(.href(path)) {
                order.title
                if isThis { span(.init("aria-hidden", "true")) { view.isDescending ? " ▾" : " ▴" } }
            }
        }
    }

    private func line(_ row: DomainRow, _ total: UInt64) -> HTML {
        let domain = row.information
        return tag("tr", [.key("domain-\(row.uuid)")]) {
            td(.caption(""), .class("tick")) {
                if !row.isDomainZero {
                    tag(
                        "input",
                        [
                            .type("checkbox"), .name("domain"), .value(row.uuid.description),
                            .label("Tick \(row.name)"),
                        ] + (view.isTicked ? [.checked] : [])
                    ) {}
                }
            }
            td(.caption("Name"), .class("name")) { strong { Parts.link(row.name, Path.domain(row.name)) } }
            td(.caption("Id"), .class("number")) { domain?.id.description ?? "–" }
            td(.caption("State")) {
                row.badge.view
                if let domain {
                    " "
                    code(.class("letters")) { domain.state.description }
                }
            }
            td(.caption("Memory")) { memory(row, total) }
            td(.caption("Cpus"), .class("number")) { String(row.vcpus) }
            td(.caption("Cpu time"), .class("number")) { domain?.cpuTime.map(Wording.duration) ?? "–" }
            td(.caption("Up time"), .class("number")) { domain?.upTime.map { Wording.duration($0) } ?? "–" }
            if let measures { td(.caption("Last hour")) { graph(row, measures) } }
            td(.caption("Console")) {
                domain?.console.map { Parts.link(String($0.port), Path.console($0.port)) } ?? .text("–")
            }
        }
    }

    private func graph(_ row: DomainRow, _ measures: (book: MeasureBook, now: Double)) -> HTML {
        guard let series = measures.book.series(of: row.uuid) else { return .text("–") }
        return MeasurePicture(MeasurePicture.kinds[0], of: series, .hour, now: measures.now).small
    }

    private func memory(_ row: DomainRow, _ total: UInt64) -> HTML {
        let share = Wording.percent(row.memory.pages, of: total)
        return .group([
            span(.class("quantity")) { Wording.memory(row.memory) },
            row.information != nil && total > 0
                ? Parts.bar(share, label: "\(share) % of the machine's memory") : .nothing,
        ])
    }

    // MARK: - Several at once

    private var together: HTML {
        div(.class("together")) {
            input(.type("hidden"), .name("op"), .value("each"))
            span(.class("help"), .id("together")) { "With those that are ticked:" }
            for deed in EachDomain.deeds {
                button(
                    .type("submit"), .name("do"), .value(deed.operation),
                    .class(deed.isDestructive ? "danger" : "plain"),
                    .described(by: "together")
                ) { deed.isDestructive ? "\(deed.title)…" : deed.title }
            }
            Parts.link(
                view.isTicked ? "Tick none" : "Tick all on this page", view.path { $0.isTicked = !view.isTicked })
        }
    }

    private func pager(_ count: Int) -> HTML {
        guard count > Self.pageSize else { return .nothing }
        let first = min(view.offset, count)
        let last = min(first + Self.pageSize, count)
        return tag("nav", [.class("pager"), .label("Pages")]) {
            if first > 0 {
                Parts.link("Earlier", view.path { ($0.offset, $0.isTicked) = (max(0, first - Self.pageSize), false) })
            }
            span { "\(first + 1) to \(last) of \(count)" }
            if last < count { Parts.link("Later", view.path { ($0.offset, $0.isTicked) = (last, false) }) }
        }
    }
}
