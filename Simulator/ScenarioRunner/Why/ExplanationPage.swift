import WebText

/// An explanation as a folded part of a page.
enum ExplanationPage {
    static func fold(_ explanation: Explanation) -> String {
        let chains = explanation.chains.map { chain in
            "<ul class=\"why\">\(chain.occasion.map { item($0.time, $0.line) }.joined())\(chain.roots.map(node).joined())</ul>"
        }
        let title = "why \(explanation.domain) on \(explanation.host) is as it is"
        return "<details><summary>\(WebText.html(title))</summary>\(chains.joined())</details>"
    }

    private static func node(_ node: Explanation.Node) -> String {
        let below = node.children.isEmpty ? "" : "<ul class=\"why\">\(node.children.map(self.node).joined())</ul>"
        return item(node.entry.time, node.line, isBad: node.hasFailed, below: below)
    }

    private static func item(
        _ time: Duration, _ line: (word: String, text: String), isBad: Bool = false, below: String = ""
    ) -> String {
        let text = line.word == "step" ? "<code>\(WebText.html(line.text))</code>" : WebText.html(line.text)
        return
            "<li\(isBad ? " class=\"bad\"" : "")><time>\(TerminalReport.stamp(time))</time><em>\(line.word)</em>\(text)\(below)</li>"
    }
}
