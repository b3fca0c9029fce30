import ScenarioLanguage

/// What a person sees while scenarios run: one line each, the failing step, a summary. Colours and a moving line only on a terminal.
public struct TerminalReport {
    private let isTerminal: Bool
    private let total: Int
    private let write: (String) -> Void
    private var done = 0

    /// - Parameters:
    ///   - total: how many scenarios there are.
    ///   - write: puts text out as it is.
    public init(total: Int, isTerminal: Bool, write: @escaping (String) -> Void) {
        self.total = total
        self.isTerminal = isTerminal
        self.write = write
    }

    private enum Colour: String {
        case green = "32"
        case red = "31"
        case yellow = "33"
        case grey = "90"
        case bold = "1"
    }

    private func paint(_ text: String, _ colour: Colour) -> String {
        isTerminal ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// A scenario begins.
    public func begin(_ name: String) {
        guard isTerminal else { return }
        write("\r\u{1B}[K" + paint("[\(done + 1)/\(total)]", .grey) + " \(bar) \(name)")
    }

    private var bar: String {
        let width = 20
        let filled = total == 0 ? width : done * width / total
        return String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
    }

    /// A scenario has ended.
    public mutating func end(_ result: ScenarioResult) {
        done += 1
        if isTerminal { write("\r\u{1B}[K") }
        switch result.outcome {
        case .passed:
            let detail = "(\(result.steps) steps, \(Self.seconds(result.simulatedTime)) simulated)"
            write("\(paint("ok", .green))       \(result.name) \(paint(detail, .grey))\n")
        case .skipped(let reason): write("\(paint("skipped", .yellow))  \(result.name): \(reason)\n")
        case .failed(let failure):
            write("\(paint("FAILED", .red))   \(result.name)\n    \(Self.indented("\(failure)"))\n")
        }
    }

    /// A file could not be read.
    public func refuse(_ error: ScenarioError) { write("\(paint("refused", .red))  \(error)\n") }

    /// The last lines.
    public func finish(_ summary: RunSummary, realTime: Duration) {
        let simulated = summary.results.reduce(Duration.zero) { $0 + $1.simulatedTime }
        var parts = ["\(summary.passed) passed"]
        if summary.failed > 0 { parts.append(paint("\(summary.failed) failed", .red)) }
        if summary.skipped > 0 { parts.append(paint("\(summary.skipped) skipped", .yellow)) }
        if !summary.refusals.isEmpty { parts.append(paint("\(summary.refusals.count) refused", .red)) }
        write(
            "\(paint(parts.joined(separator: ", "), .bold)) in \(Self.seconds(realTime)) "
                + "(\(Self.seconds(simulated)) simulated)\n")
        if summary.failed > 0 {
            write("failed: \(summary.results.filter { $0.failure != nil }.map(\.name).joined(separator: ", "))\n")
        } else if summary.exitStatus == 2, summary.refusals.isEmpty {
            write("could not run: nothing passed, nothing failed\n")
        }
    }

    static func indented(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\n    ")
    }

    /// A moment of a story: seconds, to the millisecond.
    static func stamp(_ duration: Duration) -> String {
        let milliseconds = duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000
        return "\(milliseconds / 1000).\(String(milliseconds % 1000 + 1000).dropFirst()) s"
    }

    /// `12.3 s`, `4 min 10 s`, `2 h 5 min`.
    package static func seconds(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        if seconds >= 3600 { return "\(seconds / 3600) h \(seconds % 3600 / 60) min" }
        if seconds >= 60 { return "\(seconds / 60) min \(seconds % 60) s" }
        let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000
        let fraction = String(milliseconds % 1000 + 1000).dropFirst()
        return "\(seconds).\(fraction) s"
    }
}
