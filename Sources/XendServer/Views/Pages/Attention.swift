import DomainLifecycle
import DomainManagement

/// What needs whoever looks: it stands above everything else, until it is put right.
enum Attention {
    /// One thing that does not put itself right.
    struct Item: Sendable {
        var title: String
        var path: String
        var text: String
    }

    /// Of the domains: those that wait for somebody.
    static func items(_ domains: [DomainInformation], _ defined: [DefinedDomain]) -> [Item] {
        domains.compactMap { domain in
            reason(domain).map { Item(title: domain.name, path: Path.domain(domain.name), text: $0) }
        }
            + defined.filter { !$0.held.isEmpty }.map {
                Item(
                    title: $0.name, path: Path.domain($0.name),
                    text: "could not be started: \($0.held.joined(separator: "; "))")
            }
    }

    private static func reason(_ domain: DomainInformation) -> String? {
        let held = domain.held.joined(separator: "; ")
        if domain.isInDoubt {
            return
                "is in doubt: it is not known whether this host or the other one has it; decide if the other never answers"
        }
        if domain.restartState == .blocked {
            return "could not be restarted: \(held.isEmpty ? "no reason known" : held)"
        }
        if domain.restartState == nil, domain.operation == nil, domain.state.isCrashed {
            return "has crashed and is kept, so that somebody can look"
        }
        return held.isEmpty ? nil : "waits: \(held)"
    }

    /// - Parameter notices: what was wrong with the database when xend started.
    static func view(_ items: [Item], notices: [String] = []) -> HTML {
        guard !items.isEmpty || !notices.isEmpty else { return .nothing }
        return tag("section", [.class("notice attention"), .label("Needs you")]) {
            p {
                Icon.bad.view
                strong { "Needs you" }
            }
            ul {
                for item in items.prefix(shown) {
                    li {
                        Parts.link(item.title, item.path)
                        " \(item.text)"
                    }
                }
                if items.count > shown { li { "and \(items.count - shown) others" } }
                for text in notices { li { "When xend started, its database was damaged. \(text)" } }
            }
        }
    }

    private static let shown = 8
}
