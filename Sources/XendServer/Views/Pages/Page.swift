import DomainLifecycle

/// What a page shows between the head and the foot that all have.
public struct Page: Sendable {
    var title: String
    /// The state of what it shows, in a few words, for the title of the window; "" = it has none.
    var state: String
    /// The way here, without the page itself: links to what contains it.
    var trail: [Trail.Step]
    var content: HTML
    /// The script renews it when something happens.
    var isLive: Bool
    /// The script renews it every second instead: what it shows is more than xend tells of.
    var isPolled: Bool
    /// Of its own, beside the one that all have: paths.
    var scripts: [String] = []

    /// - Parameters:
    ///   - title: also what its own link says.
    ///   - state: of what it shows, in a few words.
    ///   - trail: the way here, without the page itself.
    ///   - isLive: whether the script renews it when something happens.
    ///   - isPolled: whether it does so every second instead.
    ///   - content: between head and foot.
    public init(
        _ title: String, state: String = "", trail: [Trail.Step] = [], isLive: Bool = false, isPolled: Bool = false,
        @HTMLBuilder content: () -> HTML
    ) {
        self.title = title
        self.state = state
        self.trail = trail
        self.isLive = isLive || isPolled
        self.isPolled = isPolled
        self.content = content()
    }
}

/// Something to say above a page: what was just done.
struct Notice: Sendable {
    enum Kind: String, Sendable {
        case done, warning, error
        /// It is not over: what has become of it is told later.
        case pending
    }

    var text: String
    var kind = Kind.done
    /// What the operation answered, if that is worth showing.
    var detail: String?
    /// What else there is to say, in sentences.
    var details: [String] = []
    var link: (title: String, path: String)?
}

/// Makes a document of a page: head, navigation, what runs, notice, content.
struct PageFrame: Sendable {
    let exchange: Exchange

    func document(_ page: Page, notice: Notice?) -> [UInt8] {
        var bytes = Array("<!DOCTYPE html>\n".utf8)
        let document = html(.init("lang", "en")) {
            head {
                meta(.init("charset", "utf-8"))
                meta(.name("viewport"), .init("content", "width=device-width, initial-scale=1"))
                meta(.name("color-scheme"), .init("content", "light dark"))
                HTML.element("title", [], [.text(windowTitle(page))])
                link(.init("rel", "icon"), .type("image/svg+xml"), .href(Path.icon))
                link(.init("rel", "stylesheet"), .href(Path.style))
                for path in [Path.script] + page.scripts {
                    tag("script", [.init("src", path), .init("defer", "defer")]) {}
                }
            }
            body {
                if exchange.configuration.isSimulated { simulationBanner }
                navigation(page)
                tasks.sealed(by: exchange)
                main(page, notice)
                p(.id("said"), .class("unseen"), .role("status")) {}
            }
        }
        document.write(into: &bytes)
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }

    private func windowTitle(_ page: Page) -> String {
        let state = page.state.isEmpty ? "" : ": \(page.state)"
        return "\(page.title)\(state) · xend on \(exchange.nodeName)"
    }

    private var simulationBanner: HTML {
        tag("aside", [.label("Simulation")]) {
            p(.class("simulation"), .role("note")) {
                strong { "SIMULATION" }
                " No real machine is behind this page."
            }
        }
    }

    private func navigation(_ page: Page) -> HTML {
        tag("header", [.class("bar-top")]) {
            a(.href("#content"), .class("skip")) { "Skip to content" }
            a(.href(Path.root), .class("brand")) {
                Icon.xend.view
                strong { "xend" }
                " "
                span(.class("host")) { exchange.nodeName }
            }
            tag("nav", [.label("Sections")]) {
                ul(.class("sections")) {
                    for section in exchange.configuration.sections { li { sectionLink(section) } }
                    if case .session(_, let name) = exchange.request.caller.credential {
                        li { sectionLink((name, Path.login)) }
                    }
                }
            }
        }
    }

    private func sectionLink(_ section: Trail.Step) -> HTML {
        let here = "/" + exchange.request.target.segments.joined(separator: "/")
        let isHere = here == section.path || here.hasPrefix(section.path + "/")
        let current = isHere ? [HTML.Attribute("aria-current", "page")] : []
        return tag("a", [.href(section.path)] + current) { section.title }
    }

    /// What runs, on every page: there is one place to look, and to stop it.
    private var tasks: HTML {
        tag("section", [.id("tasks"), .class("strip"), .label("Running tasks")]) {
            if !exchange.running.isEmpty {
                ul {
                    for task in exchange.running.suffix(Self.shownTasks) {
                        tag("li", [.key("task-\(task.id)")]) { TaskPages.line(task) }
                    }
                }
                if exchange.running.count > Self.shownTasks {
                    p { Parts.link("\(exchange.running.count - Self.shownTasks) more", Path.tasks) }
                }
            }
        }
    }

    /// More of them would push the page out of sight.
    private static let shownTasks = 4

    private func main(_ page: Page, _ notice: Notice?) -> HTML {
        let live = page.isLive ? [HTML.Attribute("data-live", page.isPolled ? "poll" : "yes")] : []
        return tag("main", [.id("content"), .class("content")] + live) {
            if !page.trail.isEmpty {
                p(.class("trail")) {
                    for step in page.trail {
                        a(.href(step.path)) { step.title }
                        " / "
                    }
                }
            }
            h1 { page.title }
            if let notice { view(notice) }
            page.content.sealed(by: exchange)
        }
    }

    private func view(_ notice: Notice) -> HTML {
        div(
            .id("notice"), .class("notice \(notice.kind.rawValue)"),
            .role(notice.kind == .error ? "alert" : "status")
        ) {
            p {
                notice.text
                if let link = notice.link {
                    " "
                    a(.href(link.path)) { link.title }
                }
            }
            if !notice.details.isEmpty { ul { for text in notice.details { li { text } } } }
            if let detail = notice.detail { pre(.focusable) { detail } }
        }
    }
}

extension Exchange {
    /// What the node calls itself; who may not look is told nothing that he did not know.
    var nodeName: String {
        configuration.nodeName.isEmpty || !request.caller.may(.viewer) ? host : configuration.nodeName
    }
}

extension HTTPServerConfiguration {
    /// What the navigation of every page has.
    fileprivate var sections: [Trail.Step] {
        let own = additionalResources.compactMap { resource in resource.section.map { ($0, resource.path) } }
        return (absence == nil ? Trail.sections : []) + own
    }
}

/// What every page is sent with.
enum PageHeaders {
    /// Style, script and pictures come from this server only, nothing is inline, nobody may frame a page or send its forms away.
    static let policy =
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        + "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

    /// `Referrer-Policy` is not `no-referrer`: with that, browsers send `Origin: null` with our own forms.
    static let all: [(name: String, value: String)] = [
        ("Content-Security-Policy", policy), ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"), ("Cache-Control", "no-store"),
    ]
}
