import WebText

/// One self-contained page for a run: for each scenario a time line as a picture, why its domains are as they are, and its
/// transcript, folded below.
public enum HTMLReport {
    /// - Parameter title: what was run.
    public static func page(_ summary: RunSummary, title: String) -> String {
        let failed = summary.results.filter { $0.failure != nil }
        let others = summary.results.filter { $0.failure == nil }
        return document(
            title: title, style: TimeChartPicture.style + style,
            body: """
                <header><h1>\(WebText.html(title))</h1>\(bar(summary))<p class="sum">\(counts(summary))</p></header>
                \(summary.refusals.map { "<pre class=\"bad\">\(WebText.html($0.description))</pre>" }.joined(separator: "\n"))
                \((failed + others).map(section).joined(separator: "\n"))
                """)
    }

    /// A page of this project's look: light or dark as the reader has it, readable on a telephone.
    package static func document(title: String, style: String, body: String) -> String {
        """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><title>\(WebText.html(title))</title>
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <style>\(look)\(style)</style></head><body>
        \(body)
        </body></html>

        """
    }

    /// How much passed, as a stripe.
    private static func bar(_ summary: RunSummary) -> String {
        let parts = [
            ("ok", summary.passed), ("no", summary.failed + summary.refusals.count), ("skip", summary.skipped),
        ]
        let stripes = parts.filter { $0.1 > 0 }.map { "<i class=\"\($0.0)\" style=\"flex:\($0.1)\"></i>" }
        return "<div class=\"bar\">\(stripes.joined())</div>"
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

    // MARK: One scenario

    private static func section(_ result: ScenarioResult) -> String {
        let verdict: String
        var detail = ""
        switch result.outcome {
        case .passed: verdict = "<span class=\"chip ok\">passed</span>"
        case .skipped(let reason): verdict = "<span class=\"chip\">skipped: \(WebText.html(reason))</span>"
        case .failed(let failure):
            verdict = "<span class=\"chip no\">failed</span>"
            detail = "<pre class=\"bad\">\(WebText.html(failure.description))</pre>"
        }
        let picture = result.chart.end > 0 ? TimeChartPicture(result.chart).html : ""
        let whys = result.chronicle.domains.compactMap { Explanation(result.chronicle, domain: $0.name, on: $0.host) }
        return """
            <section><h2>\(WebText.html(result.name)) \(verdict)</h2>
            <p class="where">\(WebText.html(result.place.line)) · \(result.steps) steps · \
            \(TerminalReport.seconds(result.simulatedTime)) simulated</p>
            \(detail)\(picture)<div class="folds">\(whys.prefix(whyLimit).map(ExplanationPage.fold).joined())\(transcript(result))</div></section>
            """
    }

    /// A story of more domains is not asked why of each on a page; `xend-scenario why` answers for any.
    private static let whyLimit = 12

    /// The transcript, its lines coloured by what they are.
    private static func transcript(_ result: ScenarioResult) -> String {
        guard !result.transcript.isEmpty else { return "" }
        let kinds: [Character: String] = [
            "$": "step", ">": "ask", "<": "answer", "*": "event", "@": "host", "-": "note",
        ]
        let lines = result.transcript.split(separator: "\n", omittingEmptySubsequences: false).map { line -> String in
            guard let first = line.first, let kind = kinds[first] else { return WebText.html(String(line)) }
            return "<span class=\"\(kind)\">\(WebText.html(String(line)))</span>"
        }
        return "<details><summary>transcript</summary><pre>\(lines.joined(separator: "\n"))</pre></details>"
    }

    // MARK: The look

    private static let look = """
        :root{color-scheme:light dark;--page:#f4f5f7;--card:#fff;--ink:#1c2430;--dim:#667085;--line:#e3e6eb;--code:#f4f5f7;
        --ok:#1f8a4c;--oksoft:#dff3e6;--no:#cf2f37;--nosoft:#fdeaea;--ask:#2563c9}
        @media(prefers-color-scheme:dark){:root{--page:#0f141b;--card:#171e27;--ink:#e6eaf0;--dim:#93a0b1;--line:#2a3441;
        --code:#0f141b;--ok:#4cc27d;--oksoft:#173626;--no:#ff6b6b;--nosoft:#3a1d20;--ask:#7fb0ff}}
        *{box-sizing:border-box}
        body{font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif;background:var(--page);color:var(--ink);
        max-width:72rem;margin:0 auto;padding:1.5rem 1rem 3rem}
        header{margin:0 .25rem 1.25rem}h1{font-size:1.5rem;margin:0 0 .5rem;letter-spacing:-.01em}
        h2{font-size:1.05rem;margin:0;overflow-wrap:anywhere}
        section{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:1rem 1.1rem;margin:0 0 1rem}
        .sum{margin:.4rem 0 0;color:var(--dim)}.sum b.ok,b.ok{color:var(--ok)}b.no{color:var(--no)}
        .chip{font-size:.75rem;font-weight:600;padding:.1rem .55rem;border-radius:99px;margin-left:.35rem;vertical-align:.1em;
        background:var(--line);color:var(--dim);white-space:nowrap}
        .chip.ok{background:var(--oksoft);color:var(--ok)}.chip.no{background:var(--nosoft);color:var(--no)}
        .where{margin:.1rem 0 .7rem;color:var(--dim);font-size:.83rem;overflow-wrap:anywhere}
        pre{font:12px/1.5 ui-monospace,SFMono-Regular,Menlo,monospace;overflow:auto;background:var(--code);
        padding:.7rem .8rem;border-radius:8px;margin:.5rem 0;max-height:36rem}
        pre.bad{border-left:4px solid var(--no);background:var(--nosoft);white-space:pre-wrap;overflow-wrap:anywhere}
        summary{cursor:pointer;color:var(--dim);font-size:.88rem;padding:.15rem 0;overflow-wrap:anywhere}summary:hover{color:var(--ink)}

        """

    private static let style = """
        .bar{display:flex;gap:2px;height:8px;border-radius:99px;overflow:hidden;background:var(--line)}
        .bar .ok{background:var(--ok)}.bar .no{background:var(--no)}.bar .skip{background:var(--dim)}
        .folds{margin-top:.6rem}.step{font-weight:600}.ask{color:var(--ask)}.event{color:var(--ok)}.host,.note{color:var(--dim)}
        .why{list-style:none;margin:.2rem 0 .8rem;padding:0;font-size:.86rem;overflow-x:auto}
        .why .why{margin:0 0 0 .45rem;padding-left:.9rem;border-left:2px solid var(--line)}
        .why li{padding:.1rem 0;overflow-wrap:anywhere}.why time{color:var(--dim);font-variant-numeric:tabular-nums;margin-right:.5rem}
        .why em{font-style:normal;font-weight:600;margin-right:.4rem;color:var(--ask)}.why .bad{color:var(--no)}
        .why code{font:12px ui-monospace,monospace}
        """
}
