import DomainLifecycle
import DomainManagement

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
                        strong { event.event.name }, code { event.event.value.description },
                    ]
                })
            div(.class("columns")) {
                div(.class("card")) { OperationForms.injectText.view(to: Path.events) }
                div(.class("card")) { OperationForms.injectFile.view(to: Path.events) }
            }
        }
    }
}
