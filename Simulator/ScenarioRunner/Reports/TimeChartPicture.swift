import WebText

/// A time chart as a picture: a row of requests, a row for each domain with its states as bars and its events as dots, and faults as
/// red lines through everything.
///
/// Scenarios have long waits and dense moments, so the axis is not to scale: the stretch between two neighbouring moments grows
/// with the logarithm of the time between them.
struct TimeChartPicture {
    private let chart: TimeChart
    private let axis: TimeAxis
    private let lanes: [TimeChart.Lane]

    private static let width = 960.0
    private static let axisHeight = 22.0
    private static let rowHeight = 34.0
    private static let barHeight = 18.0
    /// More rows than this on one picture nobody reads.
    private static let laneLimit = 60

    init(_ chart: TimeChart) {
        self.chart = chart
        lanes = Array(chart.lanes.prefix(Self.laneLimit))
        var times = [0, chart.end]
        for lane in chart.lanes { times += lane.spans.flatMap { [$0.start, min($0.end, chart.end)] } }
        times += chart.marks.flatMap { [$0.start, $0.end] }
        axis = TimeAxis(times, width: Self.width)
    }

    // MARK: The whole

    /// Names at the left, the picture beside them, which scrolls where there is no room; the legend below.
    var html: String {
        let names = ["requests"] + lanes.map(name)
        let column = names.map { "<div>\(WebText.html($0))</div>" }.joined()
        return
            "<div class=\"chart\"><div class=\"names\">\(column)</div><div class=\"scroll\">\(svg)</div></div>\(legend)"
    }

    private func name(_ lane: TimeChart.Lane) -> String {
        chart.lanes.contains { $0.host != lane.host } ? "\(lane.domain) · \(lane.host)" : lane.domain
    }

    private var svg: String {
        let height = Self.axisHeight + Double(lanes.count + 1) * Self.rowHeight + 4
        var parts = ["<svg width=\"\(Int(Self.width))\" height=\"\(Int(height))\" role=\"img\">"]
        parts += grid(height)
        parts += requests()
        for (index, lane) in lanes.enumerated() {
            let top = Self.axisHeight + Double(index + 1) * Self.rowHeight
            parts += lane.spans.flatMap { bar($0, top) }
            parts += chart.marks.filter { $0.kind == .event && $0.host == lane.host && $0.domain == lane.domain }.map {
                dot($0, top)
            }
        }
        parts += chart.marks.filter { $0.kind == .fault || $0.kind == .failure }.map { cut($0, height) }
        return (parts + ["</svg>"]).joined(separator: "\n")
    }

    // MARK: Parts

    private func grid(_ height: Double) -> [String] {
        var parts: [String] = []
        for row in 0...lanes.count {
            let y = Self.axisHeight + Double(row) * Self.rowHeight
            parts.append("<line class=\"row\" x1=\"0\" x2=\"\(Int(Self.width))\" y1=\"\(y.short)\" y2=\"\(y.short)\"/>")
        }
        for tick in axis.ticks(apart: 74) {
            parts.append(
                "<line class=\"tick\" x1=\"\(tick.x.short)\" x2=\"\(tick.x.short)\" y1=\"14\" y2=\"\(height.short)\"/>")
            // A label at the end would be cut off.
            guard tick.x < Self.width - 50 else { continue }
            parts.append("<text class=\"axis\" x=\"\((tick.x + 3).short)\" y=\"12\">\(Self.label(tick.time))</text>")
        }
        return parts
    }

    /// Requests that overlap stand below each other, in three thin rows.
    private func requests() -> [String] {
        var ends = [-1.0, -1.0, -1.0]
        return chart.marks.filter { $0.kind == .request }.sorted { $0.start < $1.start }.map { mark in
            let start = axis.x(mark.start)
            let width = max(4, axis.x(mark.end) - start)
            let row = ends.firstIndex { $0 <= start } ?? 2
            ends[row] = start + width + 1
            let y = Self.axisHeight + 4 + Double(row) * 9
            return rectangle("request", start, y, width, 7, "\(mark.text), \(Self.label(mark.start))")
        }
    }

    private func bar(_ span: TimeChart.Span, _ top: Double) -> [String] {
        let start = axis.x(span.start)
        let width = max(3, axis.x(span.end) - start)
        let word = span.state.rawValue
        let title = "\(word) from \(Self.label(span.start)) to \(Self.label(min(span.end, chart.end)))"
        let bar = rectangle(word, start, top + 4, width, Self.barHeight, title)
        guard width > Double(word.count) * 6.6 + 10 else { return [bar] }
        return [bar, "<text class=\"in\" x=\"\((start + 6).short)\" y=\"\((top + 17).short)\">\(word)</text>"]
    }

    private func dot(_ mark: TimeChart.Mark, _ top: Double) -> String {
        "<circle class=\"event\" cx=\"\(axis.x(mark.start).short)\" cy=\"\((top + Self.barHeight + 9).short)\" r=\"3\">"
            + "<title>\(WebText.html(mark.text)), \(Self.label(mark.start))</title></circle>"
    }

    private func cut(_ mark: TimeChart.Mark, _ height: Double) -> String {
        let x = axis.x(mark.start)
        let shape =
            mark.kind == .failure
            ? "M\((x - 5).short) \(Self.axisHeight.short)l10 10m0 -10l-10 10"
            : "M\(x.short) \((Self.axisHeight - 6).short)l5 6l-5 6l-5 -6z"
        let title = "\(WebText.html(mark.text)), \(Self.label(mark.start))"
        return
            "<g class=\"\(mark.kind.rawValue)\"><line x1=\"\(x.short)\" x2=\"\(x.short)\" y1=\"\(Self.axisHeight.short)\" "
            + "y2=\"\(height.short)\"/><path d=\"\(shape)\"/><title>\(title)</title></g>"
    }

    private func rectangle(
        _ style: String, _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ title: String
    ) -> String {
        "<rect class=\"\(style)\" x=\"\(x.short)\" y=\"\(y.short)\" width=\"\(width.short)\" height=\"\(height.short)\" rx=\"3\">"
            + "<title>\(WebText.html(title))</title></rect>"
    }

    /// What the colours mean, as far as they are there.
    private var legend: String {
        let states = TimeChart.State.allCases.filter { state in
            lanes.contains { $0.spans.contains { $0.state == state } }
        }
        let marks = TimeChart.Mark.Kind.allCases.filter { kind in chart.marks.contains { $0.kind == kind } }
        let entries = states.map(\.rawValue) + marks.map(\.rawValue)
        return "<p class=\"legend\">" + entries.map { "<span><i class=\"\($0)\"></i>\($0)</span>" }.joined()
            + "<span>time is not to scale: waits are shortened</span></p>"
    }

    private static func label(_ seconds: Double) -> String {
        let milliseconds = Int64((seconds * 1000).rounded())
        if milliseconds == 0 { return "0 s" }
        if milliseconds < 1000 { return "\(milliseconds) ms" }
        if milliseconds < 60_000 {
            return "\(milliseconds / 1000).\(String(milliseconds % 1000 + 1000).dropFirst().prefix(2)) s"
        }
        return TerminalReport.seconds(.milliseconds(milliseconds))
    }

    static let style = """
        :root{--paused:#e0a526;--running:#2e9e5b;--stopping:#8fbf5a;--exited:#98a1ad;--restarting:#8b62c9;--suspended:#2f9fb5;
        --request:#3f78d1;--event:#7a8594;--fault:#cf2f37;--failure:#cf2f37}
        .chart{display:flex;border:1px solid var(--line);border-radius:8px;overflow:hidden}
        .names{flex:none;padding-top:22px;border-right:1px solid var(--line);font-size:12px;background:var(--code);max-width:9.5rem}
        .names div{height:34px;line-height:27px;padding:0 .7rem;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
        .names div:first-child{color:var(--dim)}.scroll{overflow-x:auto;flex:1;padding:0 14px 0 0}
        svg{display:block;font:11px system-ui,sans-serif;margin-left:8px}.axis{fill:var(--dim);font-size:10px}
        .row{stroke:var(--line)}.tick{stroke:var(--line);stroke-dasharray:2 3}.in{fill:#fff;font-weight:600;pointer-events:none}
        rect.paused,i.paused{fill:var(--paused);background:var(--paused)}rect.running,i.running{fill:var(--running);background:var(--running)}
        rect.stopping,i.stopping{fill:var(--stopping);background:var(--stopping)}rect.exited,i.exited{fill:var(--exited);background:var(--exited)}
        rect.restarting,i.restarting{fill:var(--restarting);background:var(--restarting)}
        rect.suspended,i.suspended{fill:var(--suspended);background:var(--suspended)}
        rect.request,i.request{fill:var(--request);background:var(--request)}circle.event{fill:var(--event)}i.event{background:var(--event)}
        g.fault line,g.failure line{stroke:var(--fault);stroke-width:1.5;stroke-dasharray:4 3}g.fault path{fill:var(--fault)}
        g.failure path{stroke:var(--failure);stroke-width:3;fill:none}i.fault,i.failure{background:var(--fault)}
        .legend{margin:.45rem 0 0;font-size:.78rem;color:var(--dim);display:flex;flex-wrap:wrap;gap:.2rem .9rem}
        .legend i{display:inline-block;width:10px;height:10px;border-radius:3px;margin-right:.35rem}.legend i.event{border-radius:99px}
        .legend i.fault{transform:rotate(45deg) scale(.8);border-radius:0}

        """
}

extension Double {
    /// With one decimal.
    fileprivate var short: String {
        let tenths = Int((self * 10).rounded())
        return "\(tenths / 10).\(abs(tenths % 10))"
    }
}
