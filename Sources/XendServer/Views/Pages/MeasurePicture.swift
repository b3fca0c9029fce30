import DomainManagement

/// A graph of one or two quantities over time. What nobody measured is left blank.
struct MeasurePicture: Sendable {
    /// What is drawn together, with what it is called.
    struct Kind: Sendable {
        var title: String
        var quantities: [MeasureQuantity]
        /// What the lines are called, where there are two.
        var names: [String]
        var text: @Sendable (Double) -> String
    }

    static let kinds = [
        Kind(title: "Cpu", quantities: [.cpu], names: [""]) { "\(rounded($0)) %" },
        Kind(title: "Memory", quantities: [.memory], names: [""]) { "\(Wording.grouped(UInt64($0))) MB" },
        Kind(title: "Network", quantities: [.vifReceived, .vifSent], names: ["received", "sent"]) {
            Wording.rate(UInt64($0))
        },
        Kind(title: "Disks", quantities: [.vbdRead, .vbdWritten], names: ["read", "written"]) {
            "\(rounded($0)) requests/s"
        },
    ]

    let kind: Kind
    /// Of each quantity, the oldest first.
    let lines: [[Double?]]
    let reach: MeasureSpan
    /// Seconds since 1970.
    let now: Double

    init(_ kind: Kind, of series: MeasureSeries, _ span: MeasureSpan, now: Double) {
        self.kind = kind
        self.reach = span
        self.now = now
        lines = kind.quantities.map { series.values($0, span, until: now) }
    }

    private static func rounded(_ number: Double) -> String {
        number < 10 ? String((number * 10).rounded() / 10) : String(Int(number.rounded()))
    }

    private var values: [Double] { lines.flatMap { $0.compactMap { $0 } } }
    var isEmpty: Bool { values.isEmpty }

    /// In words, for those who do not see it.
    private var label: String {
        guard !isEmpty else { return "\(kind.title), last \(reach.rawValue): not measured" }
        let parts = zip(kind.names, lines).map { name, line in
            let known = line.compactMap { $0 }
            let newest = line.last.flatMap { $0 }.map { "now \(kind.text($0))" } ?? "now not measured"
            return (name.isEmpty ? "" : "\(name) ") + "\(newest), at most \(kind.text(known.max() ?? 0))"
        }
        return "\(kind.title), last \(reach.rawValue): " + parts.joined(separator: "; ")
    }

    // MARK: - Small

    /// For a line of a list: the first quantity alone, without words.
    var small: HTML {
        guard !isEmpty else { return .text("–") }
        let top = max(values.max() ?? 0, kind.quantities == [.cpu] ? 10 : 1)
        return tag(
            "svg", [.class("spark"), .init("viewBox", "0 0 120 24"), .role("img"), .label(label)]
        ) { path(lines[0], "line0", width: 120, height: 22, top: top, x: 0, y: 1) }
    }

    // MARK: - Large

    private static let width = 600.0
    private static let height = 110.0
    private static let head = 8.0

    var view: HTML {
        tag("figure", [.class("graph-figure")]) {
            tag("figcaption", []) {
                strong { kind.title }
                " "
                for (index, name) in kind.names.enumerated() { caption(name, lines[index], index) }
            }
            tag(
                "svg",
                [
                    .class("graph"), .init("viewBox", "0 0 \(Int(Self.width)) \(Int(Self.height + Self.head + 16))"),
                    .role("img"), .label(label),
                ]
            ) {
                axis
                for (index, line) in lines.enumerated() {
                    path(line, "line\(index)", width: Self.width, height: Self.height, top: top, x: 0, y: Self.head)
                }
            }
        }
    }

    private func caption(_ name: String, _ line: [Double?], _ index: Int) -> HTML {
        let newest = line.last.flatMap { $0 }
        return span(.class("graph-now line\(index)")) {
            (name.isEmpty ? "" : "\(name) ") + (newest.map(kind.text) ?? "–") + " "
        }
    }

    /// What the upper edge stands for: 1, 2 or 5 and zeros.
    private var top: Double {
        let most = max(values.max() ?? 0, 1)
        var step = 1.0
        while step * 10 < most { step *= 10 }
        return [1, 2, 5, 10].map { $0 * step }.first { $0 >= most } ?? most
    }

    private var axis: HTML {
        let step: Double = reach == .hour ? 600 : 14_400
        let length = Double(reach.count * reach.interval)
        var time = ((now - length) / step).rounded(.up) * step
        var pieces: [HTML] = [
            tag("text", [.class("scale"), .init("x", "2"), .init("y", Self.text(Self.head + 10))]) { kind.text(top) }
        ]
        while time <= now {
            let place = Self.text((time - now + length) / length * Self.width)
            pieces.append(
                tag(
                    "path",
                    [
                        .class("grid"),
                        .init("d", "M\(place) \(Self.text(Self.head))V\(Self.text(Self.head + Self.height))"),
                    ]
                ) {})
            let stamp = Wording.time(time).split(separator: " ").dropFirst().first?.prefix(5) ?? ""
            pieces.append(
                tag(
                    "text",
                    [
                        .init("x", place), .init("y", Self.text(Self.head + Self.height + 13)),
                        .init("text-anchor", "middle"),
                    ]
                ) { String(stamp) })
            time += step
        }
        return .group(pieces)
    }

    private func path(
        _ line: [Double?], _ name: String, width: Double, height: Double, top: Double, x: Double, y: Double
    ) -> HTML {
        var data = ""
        var isOpen = false
        let step = width / Double(line.count)
        for (place, value) in line.enumerated() {
            guard let value else {
                isOpen = false
                continue
            }
            let level = Self.text(y + height - min(1, value / top) * height)
            // A step each: what lies between two samples is a mean, and no slope.
            let left = Self.text(x + Double(place) * step)
            data += (isOpen ? "V\(level)" : "M\(left) \(level)") + "H\(Self.text(x + Double(place + 1) * step))"
            isOpen = true
        }
        return tag("path", [.class("graph-line \(name)"), .init("d", data)]) {}
    }

    private static func text(_ number: Double) -> String {
        let tenths = Int((number * 10).rounded())
        return tenths % 10 == 0 ? String(tenths / 10) : "\(tenths / 10).\(abs(tenths % 10))"
    }

    /// The last hour, as a part of a page, with the way to the rest.
    static func section(_ series: MeasureSeries, now: Double, _ path: String) -> HTML {
        Parts.section("The last hour", "card wide") {
            all(of: series, .hour, now: now)
            p { Parts.link("The last day, and in numbers", path) }
        }
    }

    /// All of them, for a page.
    static func all(of series: MeasureSeries, _ span: MeasureSpan, now: Double) -> HTML {
        div(.class("graphs")) {
            for kind in kinds { MeasurePicture(kind, of: series, span, now: now).view }
        }
    }
}

/// `/xend/domain/X/measures`, `/xend/node/measures`
struct MeasuresPage: Sendable {
    let series: MeasureSeries
    /// nil: the node.
    let domain: String?
    let span: MeasureSpan
    /// Seconds since 1970.
    let now: Double

    func page() -> Page {
        let trail: [Trail.Step] =
            domain.map { [Parts.domainsTrail, ($0, Path.domain($0))] } ?? [("Node", Path.node)]
        return Page("Measures of \(domain ?? "the node")", trail: trail, isLive: true) {
            p(.class("run")) {
                for choice in MeasureSpan.allCases {
                    tag(
                        "a",
                        [.class("chip"), .href("?span=\(choice.rawValue)")]
                            + (choice == span ? [HTML.Attribute("aria-current", "true")] : [])
                    ) { "Last \(choice.rawValue)" }
                }
            }
            div(.class("card")) { MeasurePicture.all(of: series, span, now: now) }
            p(.class("help")) {
                "Times are UTC. What was not measured is left blank: xend was not there, the machine stood still, or its calendar jumped."
            }
            Parts.folded("The newest values") {
                Parts.list(
                    ["Ended", "Cpu", "Memory", "Received", "Sent", "Read", "Written"], empty: "Nothing yet.",
                    isCompact: true, rows)
            }
        }
    }

    private var rows: [[HTML]] {
        let columns = MeasurePicture.kinds.flatMap { kind in
            kind.quantities.map { quantity in series.values(quantity, span, until: now).map { $0.map(kind.text) ?? "–" }
            }
        }
        let end = (now / Double(span.interval)).rounded(.down) * Double(span.interval)
        return (0..<min(30, span.count)).map { back in
            [.text(Wording.time(end - Double(back * span.interval)))]
                + columns.map { .text($0[$0.count - 1 - back]) }
        }
    }
}
