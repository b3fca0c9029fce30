/// An explanation as lines for a terminal.
public enum ExplanationText {
    /// - Parameter complete: every step of everything; else only of what happened last, and of what failed.
    public static func text(_ explanation: Explanation, complete: Bool) -> String {
        var lines = ["\(explanation.domain) on \(explanation.host)"]
        for (index, chain) in explanation.chains.enumerated() {
            let isLast = index == explanation.chains.count - 1
            lines.append("")
            for entry in chain.occasion { lines.append(line(entry.time, 0, entry.line)) }
            for root in chain.roots { add(root, 1, isFull: complete || isLast, &lines) }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func add(_ node: Explanation.Node, _ depth: Int, isFull: Bool, _ lines: inout [String]) {
        lines.append(line(node.entry.time, depth, node.line))
        let shown = isFull ? node.children : node.children.filter { $0.entry.deed?.kind != .step || $0.hasFailed }
        for child in shown { add(child, depth + 1, isFull: isFull, &lines) }
    }

    private static func line(_ time: Duration, _ depth: Int, _ line: (word: String, text: String)) -> String {
        let stamp = TerminalReport.stamp(time)
        let margin = String(repeating: " ", count: max(0, 12 - stamp.count)) + stamp + "  "
        return margin + String(repeating: "  ", count: depth) + line.word.padded(to: 9) + line.text
    }
}

extension String {
    /// With blanks at the end, at least one.
    package func padded(to width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }
}
