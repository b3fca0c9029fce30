/// `/xend`: where one can go.
enum OverviewPage {
    private static let links: [(title: String, path: String, text: String)] = [
        ("domain", Path.domains, "Domains: what runs here, and making new ones"),
        ("node", Path.node, "The machine: cpus, memory, Xen, its messages and xend's log"),
        ("console", Path.consoles, "Consoles of the domains, as TCP ports"),
        ("device", Path.devices, "Network interfaces and block devices of all domains"),
        ("task", Path.tasks, "Saves, restores and migrations, with their progress"),
        ("event", Path.events, "What happened, as it happens"),
        ("vnet", Path.networks, "Virtual networks"),
        ("audit", Path.audit, "Who did or tried what; for administrators"),
        ("token", Path.tokens, "Tokens, for programs and for other hosts; for administrators"),
    ]

    static func page() -> Page {
        Page("xend") {
            ul(.class("overview")) {
                for link in links {
                    li {
                        a(.href(link.path)) { link.title }
                        " "
                        span(.class("help")) { link.text }
                    }
                }
            }
        }
    }
}
