import SExpressions

/// `/xend/audit`: who did or tried what.
struct AuditPage: Sendable {
    let records: [SExpression]

    /// Records that the page shows.
    static let shown = 200

    func page() -> Page {
        Page("Audit") {
            p(.class("help")) { "The newest first. Times are UTC." }
            Parts.list(
                ["Time", "Who", "From", "What", "With", "Outcome"], empty: "Nobody has done anything yet.",
                records.suffix(Self.shown).reversed().map(row))
        }
    }

    private func row(_ record: SExpression) -> [HTML] {
        if record.name == "gap" {
            let lost = record.childText("lost") ?? "some"
            return [
                .text(record.childText("date") ?? ""), .text("\(lost) lines are lost: the disk was full, or too slow"),
            ]
        }
        let text = { (name: String) in record.childText(name) ?? "" }
        let who = [
            record.childText("who"), record.childText("uid").map { "uid \($0)" },
            record.childText("token").map { "token \($0)" }, record.childText("token_name"),
        ].compactMap { $0 }
        let arguments = record.child("arguments")?.children() ?? []
        return [
            .text(text("date")), .text("\(who.joined(separator: ", ")) (\(text("role")))"),
            .text("\(text("from")) \(text("way"))"),
            .group([strong { text("action") }, .text(" \(text("on"))")]),
            code { arguments.map(\.description).joined(separator: " ") },
            .group([
                Parts.badge(text("outcome"), text("outcome") == "done" ? "good" : "bad"),
                .text(
                    " \(text("reason"))\(record.childText("untold").map { " (\($0) others before it are not told)" } ?? "")"
                ),
            ]),
        ]
    }
}
