import DomainLifecycle
import SExpressions

/// `/xend/vnet` and `/xend/vnet/ID`
enum NetworkPages {
    static func list(_ ids: [String]) -> Page {
        Page("Virtual networks") {
            Parts.list(
                ["Network"], empty: "No virtual networks.",
                ids.map { id in [strong { Parts.link(id, Path.network(id)) }] })
            Parts.forms
            div(.class("columns")) {
                div(.class("card")) { OperationForms.createNetwork.view(to: Path.networks) }
                div(.class("card")) { OperationForms.createNetworkFromFile.view(to: Path.networks) }
            }
        }
    }

    static func one(_ id: String, _ config: SExpression) -> Page {
        Page("Virtual network \(id)", trail: [("Virtual networks", Path.networks)]) {
            div(.class("card")) {
                pre(.class("sxp")) { config.pretty() }
                Parts.forms
                OperationForms.deleteNetwork.view(to: Path.network(id))
            }
        }
    }
}

/// Any value of a resource that has no page of its own.
enum ValuePage {
    static func page(_ title: String, _ value: SExpression) -> Page {
        Page(title) {
            switch value {
            case .atom(let text): p { text }
            case .list: pre(.class("sxp")) { value.pretty() }
            }
        }
    }
}
