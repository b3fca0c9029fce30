import DomainModel
import SExpressions
import XendServer

/// `/simulator/host/NAME/ID`: one guest, and what it can be made to do.
struct GuestPage: Sendable {
    let host: String
    let guest: GuestLine
    /// Its part of xenstore.
    let nodes: [(path: String, value: String)]

    static func path(_ host: String, _ id: DomainID) -> String { "\(WorldPage.path(of: host))/\(id)" }

    /// `(guest (host H) (name N) (id I) (phase P))`
    var expression: SExpression {
        .element(
            "guest",
            [
                .element("host", .atom(host)), .element("name", .atom(guest.name)),
                .element("id", .atom(guest.id.description)),
                .element("phase", .atom(guest.phase ?? "")),
            ])
    }

    func page() -> Page {
        Page(
            guest.name, state: guest.phase ?? "",
            trail: [("Simulator", WorldPage.path), (host, WorldPage.path(of: host))], isPolled: true
        ) {
            p(.class("headline")) {
                guest.badge
                " domain \(guest.id) on \(host), as the machine has it"
            }
            Parts.section("The guest does by itself", "card wide") {
                div(.class("forms")) {
                    for form in CockpitForms.guest {
                        ActFormView(
                            action: Self.path(host, guest.id), form: form, title: form.name, verb: "Do it", help: nil,
                            host: host,
                            domain: guest.name, refusal: guest.silence
                        ).view
                    }
                }
            }
            Parts.folded("Its part of xenstore") {
                Parts.list(
                    ["Node", "Value"], empty: "Nothing is there.",
                    nodes.map { node in [code { node.path }, code { String(node.value.prefix(400)) }] })
            }
        }
    }
}
