import DomainLifecycle

/// Pieces that several pages have.
package enum Parts {
    package static func badge(_ word: String, _ kind: String) -> HTML {
        let icon: Icon =
            switch kind {
            case "good": .done
            case "busy": .busy
            case "bad": .bad
            default: .off
            }
        return span(.class("badge \(kind)")) {
            icon.view
            word
        }
    }

    /// Something for those who want it, out of the way of others.
    package static func folded(_ title: String, @HTMLBuilder _ content: () -> HTML) -> HTML {
        tag("details", [.class("card wide"), .key("folded-\(title)")]) {
            tag("summary", []) { title }
            content()
        }
    }

    /// A bar filled to so many percent. Widths are classes of the stylesheet: nothing is styled inline.
    package static func bar(_ percent: Int, label: String, kind: String = "") -> HTML {
        let percent = max(0, min(100, percent))
        return div(
            .class("meter"), .role("img"), .label(label)
        ) {
            div(.class("fill \(kind) p\(percent)")) {}
        }
    }

    /// Names and values; rows without a value are left out.
    package static func facts(_ rows: [(name: String, value: HTML?)]) -> HTML {
        tag("table", [.class("facts")]) {
            tbody {
                for row in rows {
                    if let value = row.value {
                        tr {
                            th(.scope("row")) { row.name }
                            td { value }
                        }
                    }
                }
            }
        }
    }

    /// Stands above forms that no other heading introduces, for those who find their way by headings.
    package static let forms = h2(.class("unseen")) { "What can be done" }

    package static func section(_ title: String, _ kind: String = "card", @HTMLBuilder _ content: () -> HTML) -> HTML {
        div(.class(kind)) {
            h2 { title }
            content()
        }
    }

    /// A table whose rows become cards on a narrow screen.
    /// - Parameter isCompact: all cells but the first are short: two of them fit side by side there.
    package static func list(
        _ columns: [String], empty: String, isCompact: Bool = false, _ rows: [[HTML]]
    ) -> HTML {
        guard !rows.isEmpty else { return p(.class("empty")) { empty } }
        return tag("table", [.class(isCompact ? "list compact" : "list")]) {
            thead {
                tr { for column in columns { th(.scope("col")) { column } } }
            }
            tbody {
                for row in rows {
                    tr { for (column, cell) in zip(columns, row) { td(.caption(column)) { cell } } }
                }
            }
        }
    }

    package static func link(_ title: String, _ path: String) -> HTML { a(.href(path)) { title } }

    package static let domainsTrail = (title: "Domains", path: Path.domains)
}
