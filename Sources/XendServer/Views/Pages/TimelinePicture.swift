import DomainLifecycle
import DomainManagement

/// A time line: a row for each domain, a bar for each state it was in here. What it shows are spans of the history, which are the
/// table's states and no guesses; what nobody saw is left blank.
struct TimelinePicture: Sendable {
    let history: HistoryAnswer
    /// Seconds since 1970.
    let from, to: Double

    private static let width = 1000.0
    private static let left = 140.0
    private static let row = 26.0
    private static let head = 24.0
    /// More rows are no picture any more.
    private static let rows = 60

    /// A bar of the picture.
    struct Bar: Hashable, Sendable {
        var span: LifeSpan
        /// Seconds since 1970, within the picture.
        var start, end: Double
    }

    /// The bars of each domain, in the order of the rows.
    var bars: [(domain: String, bars: [Bar])] {
        var order: [String] = []
        var found: [String: [Bar]] = [:]
        // There may be thousands of them: nothing looks through all for each.
        let newest = Dictionary(history.spans.map { ($0.domain, $0.start) }, uniquingKeysWith: max)
        for span in history.spans {
            // Of one that a daemon left behind it is not known how long it went on.
            let isNewest = span.start >= newest[span.domain] ?? span.start
            let end = span.end ?? (isNewest ? to : span.start)
            guard end >= from, span.start <= to else { continue }
            if found[span.domain] == nil { order.append(span.domain) }
            found[span.domain, default: []].append(Bar(span: span, start: max(from, span.start), end: min(to, end)))
        }
        return order.map { ($0, found[$0] ?? []) }
    }

    // MARK: - View

    var view: HTML {
        let bars = bars
        guard !bars.isEmpty else { return p(.class("empty")) { "No domain was here in this time." } }
        let shown = bars.prefix(Self.rows)
        let height = Self.head + Double(shown.count) * Self.row + 4
        let label = shown.map { "\($0.domain) \($0.bars.last?.span.state.title ?? "")" }.joined(separator: ", ")
        let marks = Dictionary(grouping: history.entries.filter { $0.time >= from && $0.time <= to }) {
            $0.domain ?? ""
        }
        return .group([
            div(
                .role("group"), .label("Time line, from \(Wording.time(from)) to \(Wording.time(to)): now \(label)")
            ) {
                tag(
                    "svg", [.class("timeline"), .init("viewBox", "0 0 \(Int(Self.width)) \(Int(height))")]
                ) {
                    axis(height)
                    for (index, entry) in shown.enumerated() {
                        line(index, entry.domain, entry.bars, marks[entry.domain] ?? [])
                    }
                }
            },
            bars.count > shown.count
                ? p(.class("help")) { "and \(bars.count - shown.count) other domains: ask for one of them" } : .nothing,
        ])
    }

    private func x(_ time: Double) -> Double {
        let part = to > from ? (time - from) / (to - from) : 0
        return Self.left + part * (Self.width - Self.left - 10)
    }

    private static func text(_ number: Double) -> String { String((number * 10).rounded() / 10) }

    private func axis(_ height: Double) -> HTML {
        let steps: [Double] = [60, 120, 300, 600, 1800, 3600, 7200, 14400, 43200, 86400]
        let step = steps.first { (to - from) / $0 <= 7 } ?? 86400
        var time = (from / step).rounded(.up) * step
        var pieces: [HTML] = []
        while time <= to, pieces.count < 40 {
            let place = Self.text(x(time))
            pieces.append(
                tag(
                    "line",
                    [
                        .class("grid"), .init("x1", place), .init("x2", place), .init("y1", Self.text(Self.head)),
                        .init("y2", Self.text(height)),
                    ]
                ) {})
            let stamp = Wording.time(time).split(separator: " ").dropFirst().first?.prefix(5) ?? ""
            pieces.append(
                tag("text", [.init("x", place), .init("y", "15"), .init("text-anchor", "middle")]) { String(stamp) })
            time += step
        }
        return .group(pieces)
    }

    private func line(_ index: Int, _ domain: String, _ bars: [Bar], _ entries: [HistoryEntry]) -> HTML {
        let top = Self.head + Double(index) * Self.row
        let name = domain.count > 18 ? "\(domain.prefix(17))…" : domain
        return tag("g", []) {
            tag("a", [.href(Path.history(of: domain))]) {
                tag(
                    "text", [.class("who"), .init("x", "8"), .init("y", Self.text(top + 17))]
                ) { name }
            }
            for bar in bars { rectangle(bar, top) }
            for entry in entries { mark(entry, top) }
        }
    }

    private func rectangle(_ bar: Bar, _ top: Double) -> HTML {
        let start = x(bar.start)
        // What was too short to be seen is seen all the same.
        let width = max(1.5, x(bar.end) - start)
        return tag(
            "rect",
            [
                .class("bar \(Self.style(bar.span.state))"), .init("x", Self.text(start)),
                .init("y", Self.text(top + 5)), .init("width", Self.text(width)), .init("height", "16"),
                .init("rx", "2"),
            ]
        ) {
            tag("title", []) { Self.sentence(bar.span, to) }
        }
    }

    /// What was asked, and what went wrong, stands on the bar.
    @HTMLBuilder private func mark(_ entry: HistoryEntry, _ top: Double) -> HTML {
        if entry.kind == "request" || entry.kind == "finding" || entry.failure != nil {
            let place = x(entry.time)
            let (a, b, c) = (Self.text(place - 3), Self.text(place + 3), Self.text(place))
            tag(
                "path",
                [
                    .class(entry.failure == nil ? "mark" : "mark bad"),
                    .init("d", "M\(a) \(Self.text(top + 1))L\(b) \(Self.text(top + 1))L\(c) \(Self.text(top + 6))z"),
                ]
            ) {
                tag("title", []) {
                    "\(Wording.time(entry.time)): \(HistoryPage.word(entry.kind)) \(entry.text)"
                        + (entry.failure.map { ": \($0)" } ?? "")
                }
            }
        }
    }

    static func style(_ state: LifeState) -> String {
        switch state {
        case .handedOver: "handedover"
        case .inDoubt: "doubt"
        case .making, .arriving, .running, .copying, .paused, .suspended, .exited, .crashed, .ending, .waiting, .kept:
            state.rawValue
        }
    }

    private static func sentence(_ span: LifeSpan, _ now: Double) -> String {
        let end = span.end.map { "to \(Wording.time($0)), \(Wording.duration($0 - span.start))" }
        return "\(span.domain): \(span.state.title) from \(Wording.time(span.start)) \(end ?? "until now")"
    }

    /// The colours that are in the picture, with their words.
    var legend: HTML {
        let states = Set(bars.flatMap(\.bars).map(\.span.state))
        return ul(.class("legend timeline-legend")) {
            for state in LifeState.allCases where states.contains(state) {
                li {
                    tag("svg", [.class("timeline-key"), .init("viewBox", "0 0 10 10"), .init("aria-hidden", "true")]) {
                        tag(
                            "rect",
                            [
                                .class(Self.style(state)), .init("width", "10"), .init("height", "10"),
                                .init("rx", "2"),
                            ]
                        ) {}
                    }
                    state.title
                }
            }
        }
    }

    /// The same for those who do not see it.
    var text: HTML {
        let bars = bars.prefix(Self.rows)
        guard !bars.isEmpty else { return .nothing }
        return Parts.folded("The picture in words") {
            Parts.list(
                ["Domain", "State", "From", "To", "For"], empty: "",
                bars.flatMap { entry in
                    entry.bars.suffix(50).reversed().map { bar in
                        [
                            Parts.link(entry.domain, Path.domain(entry.domain)), .text(bar.span.state.title),
                            .text(Wording.time(bar.span.start)),
                            .text(bar.span.end.map { Wording.time($0) } ?? (bar.end >= to ? "now" : "not known")),
                            .text(Wording.duration(bar.end - bar.span.start)),
                        ]
                    }
                })
        }
    }
}
