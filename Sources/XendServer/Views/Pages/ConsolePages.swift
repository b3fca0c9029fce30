import DomainLifecycle
import DomainModel

/// `/xend/console`
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

    private static func domain(_ console: ConsoleInformation, _ names: [DomainID: String]) -> HTML {
        let name = names[console.domain] ?? console.domain.description
        return Parts.link(name, Path.domain(name))
    }

    static func badge(_ console: ConsoleInformation) -> HTML {
        switch console.status {
        case .connected: Parts.badge("connected", "good")
        case .listening: Parts.badge("listening", "off")
        case .new, .closed: Parts.badge(console.status.rawValue, "bad")
        }
    }

    static func client(_ console: ConsoleInformation) -> String? {
        console.client.map { "\($0.host) port \($0.port)" }
    }
}
