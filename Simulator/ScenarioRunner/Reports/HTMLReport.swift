/// One self-contained page for a run: for each scenario a time line as a picture, and its transcript folded below.
public enum HTMLReport {
    /// - Parameter title: what was run.
    public static func page(_ summary: RunSummary, title: String) -> String {
        let failed = summary.results.filter { $0.failure != nil }
        let others = summary.results.filter { $0.failure == nil }
        return """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><title>\(escape(title))</title>
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <style>\(style)</style></head><body>
            <h1>\(escape(title))</h1>
            <p class="sum">\(counts(summary))</p>
            \(summary.refusals.map { "<pre class=\"bad\">\(escape($0.description))</pre>" }.joined(separator: "\n"))
            \((failed + others).map(section).joined(separator: "\n"))
            </body></html>

            """
    }

    private static func counts(_ summary: RunSummary) -> String {
        let simulated = summary.results.reduce(Duration.zero) { $0 + $1.simulatedTime }
        let real = summary.results.reduce(Duration.zero) { $0 + $1.realTime }
        var parts = ["<b class=\"ok\">\(summary.passed) passed</b>"]
        if summary.failed > 0 { parts.append("<b class=\"no\">\(summary.failed) failed</b>") }
        if summary.skipped > 0 { parts.append("<b>\(summary.skipped) skipped</b>") }
        if !summary.refusals.isEmpty { parts.append("<b class=\"no\">\(summary.refusals.count) refused</b>") }
        return parts.joined(separator: " · ")
            + " · \(TerminalReport.seconds(simulated)) simulated in \(TerminalReport.seconds(real))"
    }

    private static func section(_ result: ScenarioResult) -> String {
        let verdict: String
        var detail = ""
        switch result.outcome {
        case .passed: verdict = "<span class=\"ok\">passed</span>"
        case .skipped(let reason): verdict = "<span>skipped: \(escape(reason))</span>"
        case .failed(let failure):
            verdict = "<span class=\"no\">failed</span>"
            detail = "<pre class=\"bad\">\(escape(failure.description))</pre>"
        }
        let picture = result.chart.end > 0 ? TimeChartPicture(result.chart).svg : ""
        let transcript = result.transcript.isEmpty
            ? "" : "<details><summary>transcript</summary><pre>\(escape(result.transcript))</pre></details>"
        return """
            <section><h2>\(escape(result.name)) \(verdict)</h2>
            <p class="where">\(escape(result.place.line)) · \(result.steps) steps · \
            \(TerminalReport.seconds(result.simulatedTime)) simulated</p>
            \(detail)\(picture)\(transcript)</section>
            """
    }

    /// For text and for values of attributes.
    static func escape(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(scalar.value < 32 && scalar != "\n" && scalar != "\t" ? "\u{FFFD}" : scalar)
            }
        }
        return result
    }

    private static let style = """
        :root{color-scheme:light dark;--g:#8884;--ok:#2a8f4f;--no:#cf3b3b}
        body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}
        h1{font-size:1.4rem}h2{font-size:1.05rem;margin:0}section{border-top:1px solid var(--g);padding:1rem 0}
        .ok{color:var(--ok)}.no{color:var(--no)}h2 span{font-weight:400;font-size:.9rem;margin-left:.5rem}
        .where{margin:.1rem 0 .5rem;opacity:.7;font-size:.85rem}
        pre{font:12px/1.45 ui-monospace,monospace;overflow:auto;background:var(--g);padding:.6rem;border-radius:6px}
        pre.bad{border-left:4px solid var(--no)}summary{cursor:pointer;opacity:.8}
        svg{width:100%;height:auto;font:11px system-ui,sans-serif}svg text{fill:currentColor}
        """
}
