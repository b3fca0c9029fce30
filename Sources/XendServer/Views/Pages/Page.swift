/// What a page shows between the head and the foot that all have.
public struct Page: Sendable {
    var title: String
    /// The way here, without the page itself: links to what contains it.
    var trail: [Trail.Step]
    var content: HTML
    /// The script renews it when something happens.
    var isLive: Bool

    /// - Parameters:
    ///   - title: also what its own link says.
    ///   - trail: the way here, without the page itself.
    ///   - isLive: whether the script renews it when something happens.
    ///   - content: between head and foot.
    public init(
        _ title: String, trail: [Trail.Step] = [], isLive: Bool = false,
        @HTMLBuilder content: () -> HTML
    ) {
        self.title = title
        self.trail = trail
        self.isLive = isLive
        self.content = content()
    }
}

/// Something to say above a page: what was just done.
struct Notice: Sendable {
    var text: String
    /// What the operation answered, if that is worth showing.
    var detail: String?
    var link: (title: String, path: String)?
}

/// Makes a document of a page: head, navigation, notice, content.
struct PageFrame: Sendable {
    let exchange: Exchange

    func document(_ page: Page, notice: Notice?) -> [UInt8] {
        var bytes = Array("<!DOCTYPE html>\n".utf8)
        let document = html(.init("lang", "en")) {
            head {
                meta(.init("charset", "utf-8"))
                meta(.name("viewport"), .init("content", "width=device-width, initial-scale=1"))
                meta(.name("color-scheme"), .init("content", "light dark"))
                HTML.element("title", [], [.text("\(page.title) · xend on \(nodeName)")])
                link(.init("rel", "stylesheet"), .href(Path.style))
                tag("script", [.init("src", Path.script), .init("defer", "defer")]) {}
            }
            body {
                if exchange.configuration.isSimulated { simulationBanner }
                navigation(page)
                main(page, notice)
            }
        }
        document.write(into: &bytes)
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }

    private var nodeName: String { exchange.host }

    private var simulationBanner: HTML {
        p(.class("simulation"), .role("note")) {
            strong { "SIMULATION" }
            " No real machine is behind this page."
        }
    }

    private func navigation(_ page: Page) -> HTML {
        div(.class("bar-top"), .role("navigation"), .label("Sections")) {
            a(.href("#content"), .class("skip")) { "Skip to content" }
            a(.href(Path.root), .class("brand")) {
                strong { "xend" }
                " "
                span(.class("host")) { nodeName }
            }
            ul(.class("sections")) {
                for section in Trail.sections {
                    li { sectionLink(section) }
                }
                if case .session(_, let name) = exchange.request.caller.credential {
                    li { sectionLink((name, Path.login)) }
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

    private func main(_ page: Page, _ notice: Notice?) -> HTML {
        let live = page.isLive ? [HTML.Attribute("data-live", "yes")] : []
        return tag("div", [.id("content"), .class("content"), .role("main")] + live) {
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
            page.content.sealed(by: exchange.seal.value(for: exchange.request.caller))
        }
    }

    private func view(_ notice: Notice) -> HTML {
        div(.class("notice"), .role("status")) {
            p {
                notice.text
                if let link = notice.link {
                    " "
                    a(.href(link.path)) { link.title }
                }
            }
            if let detail = notice.detail { pre { detail } }
        }
    }
}

/// What every page is sent with.
enum PageHeaders {
    /// Style and script come from this server only, nothing is inline, nobody may frame a page or send its forms away.
    static let policy =
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
        + "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

    /// `Referrer-Policy` is not `no-referrer`: with that, browsers send `Origin: null` with our own forms.
    static let all: [(name: String, value: String)] = [
        ("Content-Security-Policy", policy), ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"), ("Cache-Control", "no-store"),
    ]
}
