import DomainLifecycle
import DomainManagement
import DomainModel

/// `/xend/console/PORT`: what a domain prints, and a line to type. With a script it is a terminal; without one the page is renewed by hand.
struct ConsolePage: Sendable {
    let console: ConsoleInformation
    /// Of the domain; nil: it is not there.
    let name: String?
    let uuid: DomainUUID?
    /// As the client wrote it.
    let host: String
    /// nil: whoever looks may not see it, or it is gone.
    let contents: ConsoleContents?
    /// A real terminal can be had; else there is plain text.
    let hasTerminal: Bool
    /// Why whoever looks may not type.
    let refusal: String?

    func page() -> Page {
        let state = contents?.isJoined == false ? "nobody there" : ""
        var page = Page(
            name.map { "Console of \($0)" } ?? "Console \(console.port)", state: state,
            trail: [("Consoles", Path.consoles)], isLive: true
        ) {
            headline
            if let refusal { p(.class("help reason")) { refusal } }
            if let contents { screen(contents) }
            Parts.section("Other ways to it") { facts }
        }
        if contents != nil { page.scripts = [Path.consoleScript] }
        return page
    }

    private var headline: HTML {
        p(.class("headline")) {
            "port \(console.port)"
            if let name {
                " of "
                Parts.link(name, Path.domain(name))
            }
        }
    }

    private func screen(_ contents: ConsoleContents) -> HTML {
        tag(
            "section",
            [.id("terminal"), .class("terminal"), .label("Console")]
                + (uuid.map { [HTML.Attribute("data-socket", Path.console(of: $0))] } ?? [])
                + (hasTerminal
                    ? [.init("data-script", Path.terminalScript), .init("data-style", Path.terminalStyle)] : [])
        ) {
            p(.id("standing"), .class("standing"), .role("status")) { standing(contents) }
            tag(
                "pre",
                [.id("screen"), .class("log screen"), .role("log"), .label("What the domain prints"), .focusable]
            ) {
                code(.id("printed")) { printed(contents) }
            }
            p(.class("run"), .id("by-hand")) { Parts.link("Renew", Path.console(console.port)) }
            typing(contents)
        }
    }

    /// HTML drops one line break after the start tag.
    private func printed(_ contents: ConsoleContents) -> String { ConsoleText.plain(contents.bytes) }

    private func standing(_ contents: ConsoleContents) -> String {
        let guest = contents.isJoined ? "" : "The domain is not there now. "
        let others =
            switch (contents.viewers, contents.writer) {
            case (0, _): "Nobody is connected."
            case (1, let writer?): "\(writer) is connected and writes."
            case (let count, let writer?): "\(count) are connected; \(writer) writes."
            case (let count, nil): "\(count) are connected; nobody writes."
            }
        return guest + others
    }

    private func typing(_ contents: ConsoleContents) -> HTML {
        tag("form", [.id("typing"), .class("typing"), .action(Path.console(console.port)), .method("post")]) {
            p(.class("field")) {
                label(.for("text")) { "A line to type" }
                tag(
                    "input",
                    [
                        .type("text"), .id("text"), .name("text"), .noSpellcheck, .init("autocomplete", "off"),
                        .init("autocapitalize", "off"), .init("maxlength", "4000"),
                    ]
                ) {}
            }
            p(.class("run")) {
                label(.for("key")) { "and then" }
                tag("select", [.id("key"), .name("key")]) {
                    for key in ConsoleResource.keys { option(.value(key.word)) { key.title } }
                }
                button(.type("submit"), .name("op"), .value("type"), .class("good")) { "Type" }
                if let writer = contents.writer {
                    label(.id("over-others")) {
                        input(.type("checkbox"), .name("over"), .value("1"))
                        " although \(writer) writes"
                    }
                }
            }
        }
    }

    private var facts: HTML {
        let url = "telnet://\(host):\(console.port)"
        return .group([
            Parts.facts([
                ("Status", ConsolePages.badge(console)), ("Address", Parts.link(url, url)),
                ("On the node", code { "xm console \(console.domain)" }),
                ("Channel", .text(String(console.channel))),
                ("Client", ConsolePages.client(console).map(HTML.text)),
            ]),
            console.client == nil || refusal != nil
                ? .nothing : OperationForms.disconnect.view(to: Path.console(console.port)),
        ])
    }
}
