import DomainLifecycle
import DomainManagement

/// `/xend`: how things are here, and where one can go.
struct OverviewPage: Sendable {
    /// What those see who may look.
    struct Summary: Sendable {
        let domains: [DomainInformation]
        let defined: [DefinedDomain]
        /// nil if the machine did not say.
        let node: NodeInformation?
    }

    let summary: Summary?

    private static let links: [(title: String, path: String, text: String)] = [
        ("domain", Path.domains, "Domains: what runs here, and making new ones"),
        ("node", Path.node, "The machine: cpus, memory, Xen, its messages and xend's log"),
        ("console", Path.consoles, "Consoles of the domains, as TCP ports"),
        ("device", Path.devices, "Network interfaces and block devices of all domains"),
        ("task", Path.tasks, "Saves, restores and migrations, with their progress"),
        ("event", Path.events, "What happened, as it happens"),
        ("history", Path.history, "What was asked, seen, decided and done, and why"),
        ("vnet", Path.networks, "Virtual networks"),
        ("audit", Path.audit, "Who did or tried what; for administrators"),
        ("token", Path.tokens, "Tokens, for programs and for other hosts; for administrators"),
    ]

    func page() -> Page {
        let needs = summary.map { Attention.items($0.domains, $0.defined) } ?? []
        let state = needs.isEmpty ? "" : "\(needs.count) need\(needs.count == 1 ? "s" : "") you"
        return Page("xend", state: state, isLive: summary != nil) {
            if let summary {
                Attention.view(needs, notices: summary.node?.notices ?? [])
                figures(summary)
            }
            ul(.class("overview")) {
                for link in Self.links {
                    li {
                        a(.href(link.path)) { link.title }
                        " "
                        span(.class("help")) { link.text }
                    }
                }
            }
        }
    }

    private func figures(_ summary: Summary) -> HTML {
        div(.class("figures")) {
            figure(String(summary.domains.count), summary.domains.count == 1 ? "domain" : "domains", Path.domains)
            if !summary.defined.isEmpty {
                figure(String(summary.defined.count), "defined, not running", Path.domains)
            }
            if let report = summary.node?.report {
                figure(
                    Wording.memory(report.freeMemory), "free of \(Wording.memory(report.totalMemory))", Path.node)
                figure(String(report.cpus), "cpus, Xen \(report.major).\(report.minor)\(report.extra)", Path.node)
            }
        }
    }

    private func figure(_ number: String, _ text: String, _ path: String) -> HTML {
        a(.class("figure"), .href(path)) {
            strong { number }
            " "
            span { text }
        }
    }
}
