import DomainLifecycle
import DomainModel

/// `/xend/console` and `/xend/console/PORT`
enum ConsolePages {
    /// - Parameter names: of domains, by id.
    static func list(_ consoles: [ConsoleInformation], names: [DomainID: String]) -> Page {
        Page("Consoles", isLive: true) {
            p(.class("help")) { "Each console is a TCP port: one client may write, others watch." }
            Parts.list(
                ["Port", "Domain", "Status", "Client"], empty: "No consoles.",
                consoles.map { console in
                    [
                        strong { Parts.link(String(console.port), Path.console(console.port)) },
                        domain(console, names), badge(console), .text(client(console) ?? "–"),
                    ]
                })
        }
    }

    /// - Parameter host: as the client wrote it.
    static func one(_ console: ConsoleInformation, names: [DomainID: String], host: String) -> Page {
        let url = "telnet://\(host):\(console.port)"
        return Page("Console \(console.port)", trail: [("Consoles", Path.consoles)], isLive: true) {
            div(.class("card")) {
                Parts.facts([
                    ("Status", badge(console)),
                    ("Domain", domain(console, names)),
                    ("Address", Parts.link(url, url)),
                    ("On the node", code { "xm console \(console.domain)" }),
                    ("Channel", .text(String(console.channel))),
                    ("Client", client(console).map(HTML.text)),
                ])
                if console.client != nil {
                    Parts.forms
                    OperationForms.disconnect.view(to: Path.console(console.port))
                }
            }
        }
    }

    private static func domain(_ console: ConsoleInformation, _ names: [DomainID: String]) -> HTML {
        let name = names[console.domain] ?? console.domain.description
        return Parts.link(name, Path.domain(name))
    }

    private static func badge(_ console: ConsoleInformation) -> HTML {
        switch console.status {
        case .connected: Parts.badge("connected", "good")
        case .listening: Parts.badge("listening", "off")
        case .new, .closed: Parts.badge(console.status.rawValue, "bad")
        }
    }

    private static func client(_ console: ConsoleInformation) -> String? {
        console.client.map { "\($0.host) port \($0.port)" }
    }
}
