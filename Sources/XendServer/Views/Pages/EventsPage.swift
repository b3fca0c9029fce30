import DomainLifecycle
import DomainManagement
import SExpressions

/// `/xend/event`: what happened.
struct EventsPage: Sendable {
    let events: EventPage

    /// Events that the page shows: more would push the forms out of sight.
    static let shown = 100

    func page() -> Page {
        Page("Events", isLive: true) {
            p(.class("help")) { "The newest first; number \(events.newest) is the newest of all." }
            Parts.list(
                ["Number", "Time", "Event", "Value"], empty: "Nothing has happened yet.",
                events.events.suffix(Self.shown).reversed().map { event in
                    [
                        .text(String(event.number)), .text(Wording.time(event.time)),
                        strong { event.event.name }, .text(Self.words(event.event.value)),
                    ]
                })
            Parts.forms
            div(.class("columns")) {
                div(.class("card")) { OperationForms.injectText.view(to: Path.events) }
                div(.class("card")) { OperationForms.injectFile.view(to: Path.events) }
            }
        }
    }

    /// The atoms of a short value; of a longer one the expression says more.
    private static func words(_ value: SExpression) -> String {
        guard let list = value.list else { return value.description }
        let atoms = list.compactMap(\.atom)
        return atoms.count == list.count ? atoms.joined(separator: " ") : value.description
    }
}
