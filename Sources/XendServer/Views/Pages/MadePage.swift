import DomainLifecycle

/// The configuration that fields make, before anything is made of it.
struct MadePage: Sendable {
    let text: String
    let way: MakingResource.Way
    /// Why nothing was made of it.
    let problem: String?
    /// Why whoever looks may not make anything.
    let refusal: String?

    func page() -> Page {
        Page(
            problem == nil ? "New domain: look it over" : "New domain: not done",
            trail: [Parts.domainsTrail, (title: "New domain", path: Path.making)]
        ) {
            if let problem { div(.class("notice error"), .role("alert")) { p { problem } } }
            tag("form", [.class("card wide"), .action(Path.making), .method("post")]) {
                p(.class("field")) {
                    label(.for("config")) { "Configuration" }
                    tag(
                        "textarea",
                        [.id("config"), .name("config"), .rows(rows), .columns(80), .noSpellcheck, .required]
                    ) { "\n" + text }
                    span(.class("help")) { "This is what xend is given. It can be changed here." }
                }
                MakingPage.ways(way)
                MakingPage.submit(refusal) {
                    button(.type("submit"), .name("op"), .value("make"), .class("good")) { "Make it" }
                    " "
                    button(.type("submit"), .name("op"), .value("fields"), .class("plain")) { "Back to the fields" }
                }
            }
        }
    }

    private var rows: Int { max(8, min(30, text.split(separator: "\n").count + 2)) }
}
