/// A time chart as SVG: domains as bars coloured by state, requests above them, events as ticks, faults as red marks.
///
/// Scenarios have long waits and dense moments, so the axis is not to scale: the stretch between two neighbouring moments grows
/// with the logarithm of the time between them.
struct TimeChartPicture {
    private let chart: TimeChart
    private let moments: [Double]
    private let positions: [Double]

    private static let width = 1000.0
    private static let left = 130.0
    private static let laneHeight = 26.0
    /// More labels than this on one picture would only cover each other.
    private static let laneLimit = 60

    init(_ chart: TimeChart) {
        self.chart = chart
        var times = Set([0, chart.end])
        for lane in chart.lanes {
            for span in lane.spans { times.formUnion([span.start, min(span.end, chart.end)]) }
        }
        for mark in chart.marks { times.formUnion([mark.start, mark.end]) }
        moments = times.sorted()
        var widths = [0.0]
        for (before, after) in zip(moments, moments.dropFirst()) { widths.append(Self.stretch(after - before)) }
        let total = max(widths.reduce(0, +), 1)
        var sum = 0.0
        positions = widths.map { width in
            sum += width
            return Self.left + sum / total * (Self.width - Self.left - 20)
        }
    }

    /// The width of a stretch of time in arbitrary units: 1 for a millisecond, 4 for a second, about 7.5 for an hour.
    private static func stretch(_ seconds: Double) -> Double {
        var width = 0.3
        var rest = seconds * 1000
        // Base 10 without a mathematics library: count the tens, then go on linearly.
        while rest >= 10 {
            rest /= 10
            width += 1
        }
        return width + rest / 10
    }

    private func x(_ time: Double) -> Double {
        let time = min(time, chart.end)
        let index = moments.firstIndex { $0 >= time } ?? moments.count - 1
        return positions[index]
    }

    var svg: String {
        let lanes = chart.lanes.prefix(Self.laneLimit)
        let top = 34.0
        let height = top + Double(lanes.count) * Self.laneHeight + 46
        var parts = ["<svg viewBox=\"0 0 \(Int(Self.width)) \(Int(height))\" role=\"img\">"]
        parts += axis(top, height - 24)
        parts += chart.marks.filter { $0.kind == .request }.map { request($0) }
        for (index, lane) in lanes.enumerated() {
            let y = top + Double(index) * Self.laneHeight
            parts.append(text(4, y + 15, chart.lanes.contains { $0.host != lane.host } ? "\(lane.host) \(lane.domain)" : lane.domain))
            parts += lane.spans.map { bar($0, y) }
        }
        parts += chart.marks.filter { $0.kind != .request }.map { tick($0, top, height - 24) }
        parts += legend(height - 6)
        return (parts + ["</svg>"]).joined(separator: "\n")
    }

    private func axis(_ top: Double, _ bottom: Double) -> [String] {
        var parts: [String] = []
        var last = -100.0
        for (moment, position) in zip(moments, positions) where position - last > 70 {
            last = position
            parts.append(
                "<line x1=\"\(tenth(position))\" x2=\"\(tenth(position))\" y1=\"\(tenth(top - 4))\" "
                    + "y2=\"\(tenth(bottom))\" stroke=\"currentColor\" opacity=\".15\"/>")
            parts.append(text(position + 2, bottom - 2, Self.label(moment), opacity: 0.6))
        }
        return parts
    }

    private func request(_ mark: TimeChart.Mark) -> String {
        let start = x(mark.start)
        let width = max(3, x(mark.end) - start)
        return rectangle(start, 12, width, 8, "#4878c8", 0.8, "\(mark.text) (\(Self.label(mark.start)))")
    }

    private func bar(_ span: TimeChart.Span, _ y: Double) -> String {
        let start = x(span.start)
        return rectangle(
            start, y, max(2, x(span.end) - start), Self.laneHeight - 8, Self.colour(span.state), 0.85,
            "\(span.state.rawValue) from \(Self.label(span.start)) to \(Self.label(min(span.end, chart.end)))")
    }

    private func tick(_ mark: TimeChart.Mark, _ top: Double, _ bottom: Double) -> String {
        let position = x(mark.start)
        let colour = mark.kind == .event ? "#8886" : "#cf3b3b"
        let width = mark.kind == .event ? "1.5" : "3"
        return "<line x1=\"\(tenth(position))\" x2=\"\(tenth(position))\" y1=\"\(tenth(top))\" y2=\"\(tenth(bottom - 14))\" "
            + "stroke=\"\(colour)\" stroke-width=\"\(width)\"><title>\(HTMLReport.escape(mark.text)) "
            + "(\(Self.label(mark.start)))</title></line>"
    }

    private func rectangle(
        _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ colour: String, _ opacity: Double,
        _ title: String
    ) -> String {
        "<rect x=\"\(tenth(x))\" y=\"\(tenth(y))\" width=\"\(tenth(width))\" height=\"\(tenth(height))\" rx=\"2\" "
            + "fill=\"\(colour)\" opacity=\"\(opacity)\"><title>\(HTMLReport.escape(title))</title></rect>"
    }

    private func text(_ x: Double, _ y: Double, _ content: String, opacity: Double = 1) -> String {
        "<text x=\"\(tenth(x))\" y=\"\(tenth(y))\" opacity=\"\(opacity)\">\(HTMLReport.escape(content))</text>"
    }

    private func legend(_ y: Double) -> [String] {
        var x = Self.left
        var parts: [String] = []
        let entries = TimeChart.State.allCases.map { ($0.rawValue, Self.colour($0)) }
            + [("request", "#4878c8"), ("event", "#8886"), ("fault", "#cf3b3b")]
        for (name, colour) in entries {
            parts.append("<rect x=\"\(tenth(x))\" y=\"\(tenth(y - 9))\" width=\"10\" height=\"10\" rx=\"2\" fill=\"\(colour)\"/>")
            parts.append(text(x + 14, y, name, opacity: 0.7))
            x += 26 + Double(name.count) * 6.5
        }
        return parts
    }

    private static func colour(_ state: TimeChart.State) -> String {
        switch state {
        case .paused: "#d9b13b"
        case .running: "#2a8f4f"
        case .stopping: "#7fb069"
        case .exited: "#8a8f98"
        case .restarting: "#8c5fbf"
        case .suspended: "#3aa6b9"
        }
    }

    private static func label(_ seconds: Double) -> String {
        let milliseconds = Int64((seconds * 1000).rounded())
        if milliseconds < 60_000 { return "\(milliseconds / 1000).\(String(milliseconds % 1000 + 1000).dropFirst()) s" }
        return TerminalReport.seconds(.milliseconds(milliseconds))
    }

    private func tenth(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(abs(tenths % 10))"
    }
}
