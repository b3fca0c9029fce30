import ScenarioRunner
import WebText

/// Sweeps as one self-contained page: for each scenario the matrix, with what went wrong below it.
public enum SweepPage {
    /// The matrices of several sweeps as one HTML document.
    public static func page(_ results: [SweepResult]) -> String {
        HTMLReport.document(
            title: "xend fault sweep", style: style,
            body: """
                <header><h1>Fault sweep</h1><p class="sum">\(summary(results))</p></header>
                \(results.map(section).joined(separator: "\n"))
                """)
    }

    private static func summary(_ results: [SweepResult]) -> String {
        let cases = results.reduce(0) { $0 + $1.matrix.cases }
        let failures = results.reduce(0) { $0 + $1.matrix.failures.count }
        let time = results.reduce(Duration.zero) { $0 + $1.realTime }
        let verdict =
            failures == 0
            ? "<b class=\"ok\">nothing left wrong</b>" : "<b class=\"no\">\(failures) leave something wrong</b>"
        return "\(cases) faults in \(results.count) scenarios · \(verdict) · \(TerminalReport.seconds(time))"
    }

    private static func section(_ result: SweepResult) -> String {
        let verdict =
            result.hasPassed ? "<span class=\"chip ok\">passed</span>" : "<span class=\"chip no\">failed</span>"
        let place = WebText.html(result.scenario.place.line)
        return """
            <section><h2>\(WebText.html(result.scenario.name)) \(verdict)</h2>
            <p class="where">\(place) · \(result.matrix.cases) faults · \(TerminalReport.seconds(result.realTime))</p>
            \(result.obstacle.map { "<pre class=\"bad\">\(WebText.html($0.description))</pre>" } ?? "")
            \(result.matrix.rows.isEmpty ? "" : table(result.matrix))
            \(failures(result))</section>
            """
    }

    private static func table(_ matrix: SweepMatrix) -> String {
        let head = matrix.kinds.map { "<th>\(WebText.html($0))</th>" }.joined()
        let rows = matrix.rows.enumerated().map { index, row in
            let isFirst = index == 0 || matrix.rows[index - 1].operation != row.operation
            let cells = matrix.kinds.map { cell(matrix.cell(row, $0)) }.joined()
            let operation = isFirst ? WebText.html(row.operation) : ""
            return "<tr\(isFirst ? " class=\"first\"" : "")><th>\(operation)</th><th>\(row.point)</th>\(cells)</tr>"
        }
        let total = matrix.kinds.map { cell(matrix.total($0)) }.joined()
        return """
            <div class="wide"><table><thead><tr><th>operation</th><th>point</th>\(head)</tr></thead>
            <tbody>\(rows.joined(separator: "\n"))<tr class="first"><th>all</th><th></th>\(total)</tr></tbody></table></div>
            """
    }

    private static func cell(_ cell: SweepMatrix.Cell?) -> String {
        guard let cell else { return "<td></td>" }
        if cell.failures > 0 {
            return "<td class=\"no\" title=\"\(cell.failures) of \(cell.cases)\">\(cell.failures) ✗ \(cell.cases)</td>"
        }
        return "<td class=\"ok\">\(cell.cases)</td>"
    }

    private static func failures(_ result: SweepResult) -> String {
        // More of them nobody reads; the table has them all.
        result.matrix.failures.prefix(50).map { outcome in
            let lines = outcome.violations.prefix(3).map(\.description).joined(separator: "\n")
            let file = result.files[outcome.sweptCase.description].map { " → \(WebText.html($0))" } ?? ""
            return """
                <details><summary><code>\(WebText.html(outcome.sweptCase.description))</code>\(file)</summary>
                <pre class="bad">\(WebText.html(lines))</pre></details>
                """
        }.joined(separator: "\n")
    }

    private static let style = """
        .wide{overflow-x:auto}table{border-collapse:separate;border-spacing:2px;font-size:.85rem}
        th{font-weight:500;text-align:left;padding:.15rem .5rem;white-space:nowrap}thead th{color:var(--dim)}
        td{text-align:right;padding:.15rem .6rem;border-radius:4px;min-width:3.2rem;font-variant-numeric:tabular-nums}
        td.ok{background:var(--oksoft);color:var(--ink)}td.no{background:var(--no);color:#fff;font-weight:600}
        tr.first th,tr.first td{border-top:0}tbody tr.first th:first-child{font-weight:600}
        """
}
