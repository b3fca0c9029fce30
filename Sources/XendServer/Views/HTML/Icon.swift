/// Small pictures, drawn in the page itself: no state is told by a colour alone.
enum Icon: String, CaseIterable {
    case xend, running, idle, paused, busy, off, bad, doubt, done

    /// Hidden from those who are read to: a word stands beside it.
    var view: HTML {
        tag(
            "svg",
            [
                .class("icon"), .init("viewBox", "0 0 16 16"), .init("aria-hidden", "true"),
                .init("focusable", "false"),
            ]
        ) { shape }
    }

    @HTMLBuilder private var shape: HTML {
        switch self {
        case .xend: Self.path("M2 3l5 5-5 5h4l3-3 3 3h3L10 8l5-5h-3L9 6 6 3z")
        case .running: Self.path("M4 2l10 6-10 6z")
        case .idle: Self.path("M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zm0 3a3 3 0 1 1 0 6 3 3 0 0 1 0-6z")
        case .paused: Self.path("M3 2h4v12H3zM9 2h4v12H9z")
        case .busy: Self.path("M3 1h10v3L9.500 8 13 12v3H3v-3l3.500-4L3 4z")
        case .off: Self.path("M3 3h10v10H3z")
        case .bad: Self.path("M8 1l7.500 13.500H.500zM7 6v4h2V6zm0 5v2h2v-2z")
        case .done: Self.path("M2 8l2-2 2.500 2.500L12 3l2 2-7.500 8z")
        case .doubt: Self.path("M8 1l7 7-7 7-7-7z")
        }
    }

    private static func path(_ data: String) -> HTML { tag("path", [.init("d", data)]) {} }

    /// The browser's picture for the pages.
    static let file = """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#0b5c66"/>\
        <path fill="#fff" d="M2.500 4l4 4-4 4h3l2.500-2.500L10.500 12h3l-4-4 4-4h-3L8 6.500 5.500 4z"/></svg>

        """
}
